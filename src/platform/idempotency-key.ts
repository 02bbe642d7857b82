import { Entity, Index, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn } from "./column.js";

/** Stands for the workspace and the user of everybody who has not signed in. No id, so nobody's workspace holds such rows. */
export const stranger = "stranger";

/** That a mutation was done, and what it answered: written in the transaction of its effects, for whoever sends it again. */
@Entity({ tableName: "idempotency_key" })
@Index({ name: "idempotency_key_expires", properties: ["expiresAt"] })
export class IdempotencyKey {
  @PrimaryKey({ type: "text" })
  workspaceId!: string;

  /** Or the API key with which it was sent. */
  @PrimaryKey({ type: "text" })
  userId!: string;

  /** As the client chose it. */
  @PrimaryKey({ type: "text" })
  key!: string;

  /** HMAC-SHA-256 of the request: it may hold a password, which nobody must be able to guess from here. */
  @PrivateColumn({ sql: "bytea" })
  bodyHash!: Buffer;

  /** The answer's text, encrypted: it may hold tokens. Empty only while the transaction runs. */
  @PrivateColumn({ sql: "bytea" })
  answer!: Buffer;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}
