import { Entity, Index, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";

/**
 * The place of a twin's last change among those of its workspace, by which `twinChanged` finds it: what is said of it, its
 * links, or its telemetry. Triggers and `TwinStates.touch` write it; it outlives its twin, to tell that it is gone.
 */
@SystemTable()
@Entity({ tableName: "twin_state" })
@Index({ name: "twin_state_place", properties: ["workspaceId", "xid", "position"] })
export class TwinState {
  @PrimaryKey({ type: "text" })
  twinId!: string;

  @PrivateColumn({ sql: "text" })
  workspaceId!: string;

  /** The last one that its twin had, for who follows one type alone. */
  @PrivateColumn({ sql: "varchar(100)" })
  type!: string;

  /** What it had before that: what shows twins of that type shows one less. */
  @PrivateColumn({ sql: "varchar(100)", nullable: true })
  formerType!: string | null;

  @PrivateColumn({ sql: "xid8" })
  xid!: string;

  /** Orders what one transaction has changed. */
  @PrivateColumn({ sql: "bigint", identity: true })
  position!: string;

  /** Null while the twin is there. Until then it is told that it is gone. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  @Index()
  expiresAt!: Date | null;
}
