import { newId } from "#src/platform/ids.js";
import type { TestDatabase } from "./test-database.js";

/** Texts that break careless writers of JSON and SQL. */
const awkward = [
  'He said "no" \\ and left.',
  "tab\tnewline\nreturn\rbell\u0007 backspace\b form\f",
  "Grüße, 世界 🌍 \u2028 \u2029 \u007f",
  "{}[],:null true 'quotes' $1 %_%",
  "<script>alert(1)</script>",
  "a",
];
const authors = ["Ada", "ada", "Öz", "Zoë", "álvaro", "Bob", "b%b", "c_d", "Émile", "\\ends"];
const tags = ["life", "art", "work", "love", 'odd "tag"', "tag, with comma", "{}"];

export interface Library {
  readonly quoteIds: readonly string[];
  readonly userIds: readonly string[];
  readonly cursor: string;
}

/** Quotes of a workspace with everything that a quote can have, and some of another workspace that must never be seen. */
export const seedLibrary = async (
  database: TestDatabase,
  workspaceId: string,
  userId: string,
  count = 120,
): Promise<Library> => {
  const userIds = [userId];
  for (const [index, username] of ["nina", "Norman", 'q"uote', "stranger"].entries()) {
    const id = newId("user");
    userIds.push(id);
    await database.query(
      `insert into "user" (id, email, username, password_hash, created_at) values ($1, $2, $3, 'x', now())`,
      [id, `${id}@example.com`, username],
    );
    // The last one is no member: nobody of this workspace may see that user.
    if (index < 3)
      await database.query(
        "insert into membership (id, workspace_id, created_at, user_id, role) values ($1, $2, now(), $3, 'EDITOR')",
        [newId("membership"), workspaceId, id],
      );
  }
  const elsewhere = newId("workspace");
  const quoteIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = newId("quote");
    const foreign = index % 13 === 12;
    if (!foreign) quoteIds.push(id);
    const profile =
      index % 3 === 0
        ? null
        : { traits: { openness: (index % 11) / 10, words: ["x", index] }, note: awkward[index % 6] };
    await database.query(
      `insert into quote (id, workspace_id, created_at, text, author, source, topic, tags, tone, sentiment_score,
        quality_score, psychological_profile, created_by_id, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        id,
        foreign ? elsewhere : workspaceId,
        new Date(Date.UTC(2020, 0, 1 + (index % 50), index % 24, 5, 6, index)).toISOString(),
        `${awkward[index % awkward.length]} ${index}`,
        authors[index % authors.length],
        index % 4 === 0 ? "AI_GENERATED" : "USER",
        index % 5 === 0 ? null : `topic ${index % 3}`,
        tags.filter((_, place) => (index >> (place % 5)) % 3 === 1),
        index % 2 === 0 ? null : "calm",
        index % 6 === 0 ? null : [0.1 + 0.2, -1, 1e-7, 1e21, 0, 123456789012345680][index % 6],
        index % 7 === 0 ? null : (index % 10) / 7,
        profile === null ? null : JSON.stringify(profile),
        userIds[index % userIds.length],
        new Date(Date.UTC(2021, index % 12, 1)).toISOString(),
      ],
    );
    for (let mark = 0; mark < index % 4; mark += 1)
      await database.query(
        "insert into quote_favourite (id, workspace_id, created_at, user_id, quote_id) values ($1, $2, $3, $4, $5)",
        [
          newId("quote_favourite"),
          foreign ? elsewhere : workspaceId,
          new Date(Date.UTC(2022, 0, mark + 1)).toISOString(),
          userIds[mark],
          id,
        ],
      );
  }
  const middle = quoteIds[Math.floor(quoteIds.length / 2)] ?? "";
  const cursor = Buffer.from(JSON.stringify(["id DESC", middle])).toString("base64url");
  return { quoteIds, userIds, cursor };
};
