import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

/** One sign-in on one device: the family of all refresh tokens that followed from it. */
@Stored({
  table: "session",
  description: "A sign-in on one device. It ends when revoked, or after 30 minutes without a refresh.",
  visible: (row, { user }) => `${row}.user_id = ${user}`,
})
export class Session extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", index: true })
  userId!: string;

  @Column(() => String, { sql: "text", nullable: true, description: "Browser or program, as it named itself." })
  userAgent!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When the user signed in." })
  createdAt!: Date;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When its tokens were last renewed." })
  refreshedAt!: Date;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  revokedAt!: Date | null;
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
