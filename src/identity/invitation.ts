import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { Role } from "./membership.js";
import { User } from "./user.js";

@Stored({ table: "invitation", description: "An offer to somebody to join a workspace, mailed to their address." })
@Index({ name: "invitation_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "invitation_inviter", properties: ["invitedById", "sentAt"] })
export class Invitation extends Row {
  @Column(() => String, {
    sql: "text",
    description: "Where it was mailed to, in lower case. Whether anybody there has an account is not told.",
    personal: true,
    filter: true,
    sort: true,
  })
  email!: string;

  @EnumColumn("Role", Role, { description: "What the invited person may do here.", filter: true, group: true })
  role!: Role;

  @Reference(() => User, {
    field: "invitedBy",
    description: "Who invited them last; it is good only while that person could still do so.",
    deleteRule: "cascade",
  })
  invitedById!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last mailed.",
    filter: true,
    sort: true,
  })
  sentAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it ends: 7 days after it was mailed.",
    filter: true,
    sort: true,
  })
  expiresAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it was accepted; null until then.",
    filter: true,
  })
  acceptedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it was taken back; null when it was not.",
    filter: true,
  })
  revokedAt!: Date | null;

  /** SHA-256 of the secret in the mail. */
  @PrivateColumn({ sql: "text", unique: true })
  tokenHash!: string;
}
