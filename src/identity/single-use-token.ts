import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

/** What a token is good for, and for how long, in milliseconds. */
export const tokenLifeMs = {
  "verify-email": 24 * 60 * 60_000,
  "change-email": 60 * 60_000,
  "reset-password": 60 * 60_000,
  /** Nobody holds it: that somebody asked for a reset, until a worker has looked whether there is such an account. */
  "ask-for-reset": 60 * 60_000,
} as const;

export type TokenPurpose = keyof typeof tokenLifeMs;

/** A secret that was mailed to somebody and is good once. Only its hash is stored: it has 256 random bits. */
@Stored({ table: "single_use_token", description: "A mailed secret that is good once.", visible: () => "false" })
@Index({ name: "single_use_token_expires", properties: ["expiresAt"] })
@Index({ name: "single_use_token_user", properties: ["userId", "purpose"] })
export class SingleUseToken extends Node {
  /** Whose account it opens; null while nobody knows whether there is one. */
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", nullable: true })
  userId!: string | null;

  @PrivateColumn({ sql: "text" })
  purpose!: TokenPurpose;

  @PrivateColumn({ sql: "text", unique: true })
  hash!: string;

  /** The address that it was mailed to, or is about. */
  @SealedColumn()
  subject!: string;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  usedAt!: Date | null;
}
