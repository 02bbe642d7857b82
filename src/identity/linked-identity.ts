import { Index, ManyToOne, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

@Stored({
  table: "linked_identity",
  description: "An identity at an issuer by which you can sign in. Only you see it.",
  visible: (row, { user }) => `${row}.user_id = ${user}`,
})
@Unique({ name: "linked_identity_issuer_subject", properties: ["issuer", "subject"] })
@Index({ name: "linked_identity_user", properties: ["userId"] })
export class LinkedIdentity extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  @Column(() => String, { sql: "varchar(32)", description: "The issuer's name, as `oauthProviders` tells it." })
  provider!: string;

  /** Issuer and subject together are the person; addresses change hands. */
  @PrivateColumn({ sql: "text" })
  issuer!: string;

  @PrivateColumn({ sql: "text" })
  subject!: string;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    personal: true,
    description: "The address that the issuer told last; null when it tells none.",
  })
  email!: string | null;

  @SealedColumn()
  accessToken!: string;

  @SealedColumn({ nullable: true })
  refreshToken!: string | null;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  accessTokenExpiresAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was linked." })
  createdAt!: Date;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was last used to sign in." })
  lastUsedAt!: Date;
}
