import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, EnumColumn, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { SignInMethod } from "./sign-in-method.js";
import { User } from "./user.js";

/** One sign-in on one device: the family of all refresh tokens that followed from it. */
@Stored({
  table: "session",
  description: "A sign-in on one device. It ends when revoked, after 30 minutes without a refresh, or at `expiresAt`.",
  visible: (row, { user }) => `${row}.user_id = ${user}`,
})
export class Session extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", index: true })
  userId!: string;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "Browser or program, as it named itself.",
    personal: true,
  })
  userAgent!: string | null;

  @EnumColumn("SignInMethod", SignInMethod, { defaultRaw: "'PASSWORD'", description: "How it was opened." })
  method!: SignInMethod;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When the user signed in." })
  createdAt!: Date;

  // Sessions from before this was kept are recent for nothing.
  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    defaultRaw: "'1970-01-01 00:00:00+00'",
    description: "When the user last proved who they are, by signing in or by `reauthenticate`.",
  })
  authenticatedAt!: Date;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When its tokens were last renewed." })
  refreshedAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    defaultRaw: "now()",
    description: "When it was last used, to about five minutes.",
  })
  lastUsedAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    defaultRaw: "(now() + '30 days'::interval)",
    description: "When it ends at the latest, however busy it is.",
  })
  expiresAt!: Date;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  revokedAt!: Date | null;

  /** Pseudonym of the network that it was opened from: one that has signed in before. */
  @PrivateColumn({ sql: "text", nullable: true })
  network!: string | null;
}

/** Only a hash of the token is stored; the next token follows from the last one and a key, so no text of it is needed. */
@Stored({ table: "refresh_token", description: "A refresh token of a session." })
@Index({ name: "refresh_token_session", properties: ["sessionId"] })
export class RefreshToken extends Node {
  @ManyToOne(() => Session, { mapToPk: true, fieldName: "session_id", deleteRule: "cascade" })
  sessionId!: string;

  @PrivateColumn({ sql: "text", unique: true })
  hash!: string;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;

  /** When it was exchanged for the next one. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  rotatedAt!: Date | null;
}

export const sessionTopic = (sessionId: string) => `session:${sessionId}`;
