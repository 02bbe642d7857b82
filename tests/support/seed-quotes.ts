import { newId } from "#src/platform/ids.js";
import type { Member } from "./members.js";
import type { TestDatabase } from "./test-database.js";

/** Quotes as `createQuote` stores them, with their events, thousands at once. Gives their ids. */
export const seedQuotes = async (
  database: Pick<TestDatabase, "query">,
  { userId, workspaceId }: Pick<Member, "userId" | "workspaceId">,
  texts: readonly string[],
  visibility: "WORKSPACE" | "PRIVATE" = "WORKSPACE",
): Promise<string[]> => {
  const ids = texts.map(() => newId("quote"));
  await database.query(
    `with made as (
       insert into quote (id, workspace_id, created_at, updated_at, text, author, source, created_by_id, visibility)
       select n.id, $1, now(), now(), n.text, 'Somebody', 'USER', $2, $3 from unnest($4::text[], $5::text[]) as n (id, text)
       returning id)
     insert into event (id, workspace_id, created_at, kind, subject_id, actor_id, visibility, owner_id, request_id, data)
     select 'event_' || id, $1, now(), 'quote.created', id, $2, $3, $2, 'seed', '{}' from made`,
    [workspaceId, userId, visibility, ids, texts],
  );
  return ids;
};
