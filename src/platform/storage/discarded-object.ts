import { Entity, Index, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "../column.js";

/**
 * An object that nothing needs: nothing any more, or nothing yet. Whoever stores one says so here first, and takes it back
 * in the commit that names it, so that an object whose commit never comes is found. Rows that go put theirs here.
 */
@SystemTable()
@Entity({ tableName: "discarded_object" })
@Index({ name: "discarded_object_due", properties: ["dueAt"] })
export class DiscardedObject {
  @PrimaryKey({ type: "text" })
  objectKey!: string;

  /** From when on it may be removed. */
  @PrivateColumn({ sql: "timestamptz" })
  dueAt!: Date;

  /** Somebody has begun to remove it: nothing may name it any more. */
  @PrivateColumn({ sql: "boolean", defaultRaw: "false" })
  isGoing!: boolean;
}

/** SQL of a trigger of this table that discards the objects of deleted rows. `keys` selects them of the row `old`. */
export const discardOnDelete = (table: string, keys: string): string =>
  `create or replace function ${table}_discards() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    insert into discarded_object (object_key, due_at, is_going) select key, '-infinity', false from (${keys}) k (key)
    on conflict (object_key) do update set due_at = excluded.due_at;
    return null;
  end $$;
  create trigger ${table}_discards after delete on "${table}" for each row execute function ${table}_discards();`;
