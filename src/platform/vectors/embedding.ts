import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, Stored, SystemTable } from "../column.js";
import { Row } from "../row.js";

/**
 * The vector of a text of some row, and by which model: what the vector indexes are made of. Of the system alone: who may
 * see a row is decided by that row, after it was found.
 */
@Stored({ table: "embedding", description: "Where a text lies among others, by what it means." })
@SystemTable()
@Unique({ name: "embedding_subject", properties: ["subjectId", "model"] })
@Index({ name: "embedding_news", properties: ["workspaceId", "collection", "model", "xid", "subjectId"] })
export class Embedding extends Row {
  /** What is searched together, such as `quote`. */
  @PrivateColumn({ sql: "text" })
  collection!: string;

  /** Id of the row whose text it is. */
  @PrivateColumn({ sql: "text" })
  subjectId!: string;

  /** `provider/model`. */
  @PrivateColumn({ sql: "text" })
  model!: string;

  /** Numbers of 32 bits each, little endian; of length 1. */
  @PrivateColumn({ sql: "bytea" })
  vector!: Buffer;

  /** SHA-256 of the text, so that nothing is asked for twice. */
  @PrivateColumn({ sql: "bytea" })
  textHash!: Buffer;

  /** The transaction that wrote it last: by it each process finds what it has not read yet. */
  @PrivateColumn({ sql: "xid8", defaultRaw: "pg_current_xact_id()" })
  xid!: string;
}

/** SQL of a trigger: rows of a table take their vectors with them, whoever deletes them. */
export const embeddingsGo = (table: string): string => `
  create or replace function embeddings_go() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    delete from embedding where subject_id in (select id from gone);
    return null;
  end $$;
  create trigger ${table}_embeddings after delete on ${table} referencing old table as gone
  for each statement execute function embeddings_go();`;
