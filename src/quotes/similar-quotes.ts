import { sql } from "kysely";
import type { TextCollection } from "#src/ai/quality-service.js";
import { contentWordsOf, wordsOf } from "#src/ai/text-words.js";
import type { Database } from "#src/platform/database.js";

/** So many words of a text are looked for; the longest ones, which are the rarest as well. */
const mostWords = 8;
const mostTexts = 50;

/**
 * Quotes by the words that they share with a text, over the index `quote_words`. All of the workspace's, whoever may see
 * them: what is made of them is one number.
 */
export const similarQuotes = (database: Database): TextCollection => ({
  async similarTexts(workspaceId, text, except) {
    const words = rarest(contentWordsOf(text)) ?? rarest(wordsOf(text), 1);
    if (words === undefined) return [];
    const rows = await database.rows(sql<{ text: string }>`
      select q.text from quote q
      where q.workspace_id = ${workspaceId} and to_tsvector('simple', q.text) @@ ${toQuery(words)}::tsquery
        and (q.generation_id is null or q.generation_id <> all(${except}::text[]))
      order by cardinality(array(select unnest(tsvector_to_array(to_tsvector('simple', q.text)))
        intersect select unnest(${words}::text[]))) desc, q.id
      limit ${mostTexts}`);
    return rows.map((row) => row.text);
  },
});

const rarest = (words: readonly string[], atLeast = 2): string[] | undefined => {
  const distinct = [...new Set(words)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, mostWords);
  return distinct.length < atLeast ? undefined : distinct;
};

/** Two of the words, whichever: one alone is in too many texts of a large collection. */
const toQuery = (words: readonly string[]): string => {
  if (words.length === 1) return `'${words[0]}'`;
  const pairs = words.flatMap((one, index) => words.slice(index + 1).map((other) => `'${one}' & '${other}'`));
  return pairs.map((pair) => `(${pair})`).join(" | ");
};
