import { Entity, Index, PrimaryKey, Unique } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";

/** An entry's place in the chain of its workspace. Append-only: the database refuses to change or delete it. */
@SystemTable()
@Entity({ tableName: "audit_seal" })
@Unique({ name: "audit_seal_entry", properties: ["entryId"] })
export class AuditSeal {
  @PrimaryKey({ type: "text" })
  workspaceId!: string;

  /** 1, 2, 3, … without a gap. */
  @PrimaryKey({ type: "bigint", autoincrement: false })
  sequence!: string;

  @PrivateColumn({ sql: "text" })
  entryId!: string;

  /** SHA-256 of the entry, its place and the hash before it, in hex. */
  @PrivateColumn({ sql: "text" })
  hash!: string;

  @PrivateColumn({ sql: "timestamptz" })
  sealedAt!: Date;
}

/**
 * An entry that waits for its seal. A trigger adds it with the entry, whoever inserts that, and the sealer takes it away.
 * Because it is a row, an entry that commits late is sealed late, and none is ever passed over.
 */
@SystemTable()
@Entity({ tableName: "audit_unsealed" })
@Index({ name: "audit_unsealed_place", properties: ["xid", "position"] })
export class AuditUnsealed {
  @PrimaryKey({ type: "text" })
  entryId!: string;

  @PrivateColumn({ sql: "text" })
  workspaceId!: string;

  @PrivateColumn({ sql: "xid8", defaultRaw: "pg_current_xact_id()" })
  xid!: string;

  @PrivateColumn({ sql: "bigint", identity: true })
  position!: string;
}
