import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { registerEnumType } from "type-graphql";
import { EnumColumn, Reference, Stored } from "#src/platform/column.js";
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

const rank: Readonly<Record<Role, number>> = { OWNER: 3, ADMIN: 2, EDITOR: 1, VIEWER: 0 };

/** True when the one role may all that the other may, and more. */
export const isAbove = (role: Role, other: Role): boolean => rank[role] > rank[other];

@Stored({ table: "membership", description: "A user's place in a workspace." })
@Unique({ name: "membership_user_workspace", properties: ["userId", "workspaceId"] })
@Index({ name: "membership_workspace", properties: ["workspaceId", "id"] })
export class Membership extends Row {
  @Reference(() => User, { field: "user", description: "The member.", deleteRule: "cascade" })
  userId!: string;

  @EnumColumn("Role", Role, { description: "What the user may do here.", filter: true, group: true })
  role!: Role;
}
