import { Unique } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, Stored, SystemTable } from "../column.js";
import { Row } from "../row.js";

/**
 * How far the texts of a workspace have vectors of a model. Behind its place in the event log it is looked at what changed;
 * what is older than the first place is gone through once, by ids.
 */
@Stored({ table: "embedding_cursor", description: "How far the texts of a workspace have vectors." })
@SystemTable()
@Unique({ name: "embedding_cursor_space", properties: ["workspaceId", "collection", "model"] })
export class EmbeddingCursor extends Row {
  @PrivateColumn({ sql: "text" })
  collection!: string;

  /** `provider/model`. */
  @PrivateColumn({ sql: "text" })
  model!: string;

  @PrivateColumn({ sql: "xid8" })
  xid!: string;

  @PrivateColumn({ sql: "bigint" })
  position!: string;

  /** The last id that was gone through; null once all were. */
  @PrivateColumn({ sql: "text", nullable: true })
  backfilledTo!: string | null;

  /** The process that asks for vectors now. Others wait for it, so that nothing is paid for twice. */
  @PrivateColumn({ sql: "text", nullable: true })
  leasedBy!: string | null;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  leasedUntil!: Date | null;
}
