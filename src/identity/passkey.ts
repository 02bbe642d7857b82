import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

@Stored({
  table: "passkey",
  description: "A passkey by which you can sign in. Only you see it.",
  visible: (row, { user }) => `${row}.user_id = ${user}`,
})
@Index({ name: "passkey_user", properties: ["userId"] })
export class Passkey extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    personal: true,
    description: "What you call it, 1 to 100 characters.",
  })
  name!: string;

  /** In base64url, as browsers send it; at most 1,023 bytes (WebAuthn level 3, section 6.5.1). */
  @PrivateColumn({ sql: "text", unique: true })
  credentialId!: string;

  /** A COSE key (RFC 9052) in base64url. */
  @PrivateColumn({ sql: "text" })
  publicKey!: string;

  /** Signatures that it has made, as it counts them; 0 for those that do not count. */
  @PrivateColumn({ sql: "bigint" })
  counter!: string;

  /** How a browser reaches it, as it told: a hint for the next time. */
  @PrivateColumn({ sql: "text[]", defaultRaw: "'{}'" })
  transports!: string[];

  @Column(() => Boolean, {
    sql: "boolean",
    description: "Whether it is kept in a place from which a lost device gets it back.",
  })
  isBackedUp!: boolean;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was added." })
  createdAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it was last used to sign in; null before the first time.",
  })
  lastUsedAt!: Date | null;
}

/** What a passkey has to sign, once. */
@Stored({ table: "passkey_challenge", description: "A challenge that a passkey has to sign." })
@Index({ name: "passkey_challenge_expires", properties: ["expiresAt"] })
export class PasskeyChallenge extends Node {
  @PrivateColumn({ sql: "text", unique: true })
  hash!: string;

  /** Who adds a passkey; null for a sign-in, where nobody knows yet who it will be. */
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", nullable: true })
  userId!: string | null;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}
