import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { Generation } from "./generation.js";

/**
 * That the text of a generation may be given again. It names the generation and holds none of its words, so whatever
 * becomes of that, or of who may see it, holds for the cache at once.
 */
@Stored({ table: "cached_answer", description: "That a generation's text may be given again for the same request." })
@Index({ name: "cached_answer_exact", properties: ["workspaceId", "exactHash", "createdAt"] })
@Index({ name: "cached_answer_context", properties: ["workspaceId", "contextHash", "createdAt"] })
@Index({ name: "cached_answer_expires", properties: ["expiresAt"] })
export class CachedAnswer extends Row {
  @ManyToOne(() => Generation, { mapToPk: true, fieldName: "generation_id", deleteRule: "cascade", index: true })
  generationId!: string;

  /** Keyed hash of all that decides the answer. */
  @PrivateColumn({ sql: "text" })
  exactHash!: string;

  /** The same without the text of the last message of the user. */
  @PrivateColumn({ sql: "text" })
  contextHash!: string;

  /** Of that text: one signed byte a dimension. Null for one that is too long to be compared. */
  @PrivateColumn({ sql: "bytea", nullable: true })
  embedding!: Buffer | null;

  /** From then on it is given only when no provider answers. */
  @PrivateColumn({ sql: "timestamptz" })
  freshUntil!: Date;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}
