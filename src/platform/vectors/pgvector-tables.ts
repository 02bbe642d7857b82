import type { Query } from "./sql-session.js";

/** The first version that goes on searching when the nearest are of another space. */
const leastVersion = [0, 8] as const;

/** True when the database has the extension, in a version that will do. */
export const hasPgvector = async (query: Query): Promise<boolean> => {
  const [found] = await query<{ version: string }>(
    "select extversion as version from pg_extension where extname = 'vector'",
  );
  const [major = 0, minor = 0] = (found?.version ?? "0.0").split(".").map(Number);
  return major > leastVersion[0] || (major === leastVersion[0] && minor >= leastVersion[1]);
};

/**
 * A copy of `embedding` in the extension's own type, in a schema of its own: migrations and the tenant role know nothing of
 * it. SQL cannot read the bytes of a vector, so the trigger says which rows there are, and searches fill in the numbers.
 */
const statements = [
  "create schema if not exists vectors",
  `create table if not exists vectors.embedding_vector (
    embedding_id text primary key, workspace_id text not null, collection text not null, model text not null,
    subject_id text not null, dimensions integer not null, xid xid8 not null, vector vector)`,
  `create index if not exists embedding_vector_space
    on vectors.embedding_vector (workspace_id, collection, model)`,
  `create index if not exists embedding_vector_empty
    on vectors.embedding_vector (workspace_id, collection, model) where vector is null`,
  `create or replace function vectors.follow_embedding() returns trigger language plpgsql security definer
    set search_path = public, pg_temp as $$ begin
      if tg_op <> 'INSERT' then
        delete from vectors.embedding_vector where embedding_id = old.id;
      end if;
      if tg_op <> 'DELETE' then
        insert into vectors.embedding_vector (embedding_id, workspace_id, collection, model, subject_id, dimensions, xid)
        values (new.id, new.workspace_id, new.collection, new.model, new.subject_id, octet_length(new.vector) / 4, new.xid);
      end if;
      return null;
    end $$`,
  `create or replace trigger embedding_vector after insert or update or delete on embedding
    for each row execute function vectors.follow_embedding()`,
  `delete from vectors.embedding_vector v
    where not exists (select 1 from embedding e where e.id = v.embedding_id and e.xid = v.xid)`,
  `insert into vectors.embedding_vector (embedding_id, workspace_id, collection, model, subject_id, dimensions, xid)
    select id, workspace_id, collection, model, subject_id, octet_length(vector) / 4, xid from embedding
    on conflict do nothing`,
];

export const pgvectorTables = async (query: Query): Promise<void> => {
  await query("begin");
  try {
    await query("set local statement_timeout = 0");
    await query("select pg_advisory_xact_lock(hashtext('vectors.embedding_vector'))");
    for (const statement of statements) await query(statement);
    await query("commit");
  } catch (error) {
    await query("rollback");
    throw error;
  }
};
