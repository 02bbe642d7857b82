import { ManyToOne, Unique } from "@mikro-orm/decorators/legacy";
import { registerEnumType } from "type-graphql";
import { EnumColumn, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { User } from "./user.js";

export enum Role {
  OWNER = "OWNER",
  ADMIN = "ADMIN",
  EDITOR = "EDITOR",
  VIEWER = "VIEWER",
}

registerEnumType(Role, {
  name: "Role",
  description: "What a member may do in a workspace; each role may all that the ones below it may.",
  valuesConfig: {
    OWNER: { description: "Everything, the workspace itself included." },
    ADMIN: { description: "People, keys and settings." },
    EDITOR: { description: "Make and change things." },
    VIEWER: { description: "Look." },
  },
});

/** Woken when a user's account or one of their memberships may have ended or changed. */
export const memberTopic = (userId: string) => `member:${userId}`;

@Stored({ table: "membership", description: "A user's place in a workspace." })
@Unique({ name: "membership_user_workspace", properties: ["userId", "workspaceId"] })
export class Membership extends Row {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  @EnumColumn("Role", Role, { description: "What the user may do here." })
  role!: Role;
}
