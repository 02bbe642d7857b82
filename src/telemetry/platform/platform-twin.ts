import { Entity, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";

/**
 * A host or a process of the installation itself, and who measures it: one process at a time, for as long as it says so
 * again and again.
 */
@SystemTable()
@Entity({ tableName: "platform_twin" })
export class PlatformTwin {
  /** As the twin has it: `host/<name>`, `process/<host>/<role>:<port>`. */
  @PrimaryKey({ type: "text" })
  externalId!: string;

  @PrivateColumn({ sql: "text" })
  twinId!: string;

  /** Null before anybody has measured it. */
  @PrivateColumn({ sql: "text", nullable: true })
  holder!: string | null;

  /** From then on another process may take it over. */
  @PrivateColumn({ sql: "timestamptz" })
  heldUntil!: Date;
}
