import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { LinkedIdentity } from "./linked-identity.js";
import { User } from "./user.js";

/** How long somebody may be away at the issuer, in milliseconds. */
export const attemptMs = 10 * 60_000;

/** A journey to an issuer that has begun. What protects it (PKCE, nonce) follows from its secrets and is stored nowhere. */
@Stored({ table: "oauth_attempt", description: "A sign-in by an issuer that has begun." })
@Index({ name: "oauth_attempt_expires", properties: ["expiresAt"] })
export class OauthAttempt extends Node {
  @PrivateColumn({ sql: "text", unique: true })
  stateHash!: string;

  /** Of the secret that the client which began it keeps: nobody else can end it. */
  @PrivateColumn({ sql: "text" })
  bindingHash!: string;

  @PrivateColumn({ sql: "text" })
  provider!: string;

  @PrivateColumn({ sql: "text" })
  redirectUri!: string;

  /** Who wants to link the identity; null for a sign-in. */
  @ManyToOne(() => User, { mapToPk: true, fieldName: "linking_user_id", deleteRule: "cascade", nullable: true })
  linkingUserId!: string | null;

  /** When somebody came back with its state: that happens once. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  claimedAt!: Date | null;

  /** Who came back, while the second factor is still missing. */
  @ManyToOne(() => LinkedIdentity, { mapToPk: true, fieldName: "identity_id", deleteRule: "cascade", nullable: true })
  identityId!: string | null;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}
