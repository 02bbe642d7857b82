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

/**
 * Keeps `user.workspace_ids` what the memberships say, whoever writes them. From the array as it is and not from a query:
 * of two that come at once the second waits for the first, and then must not see the memberships of before. Whoever leaves
 * takes no grants along, and finds none on coming back.
 */
const keepWorkspaceIds = `create or replace function membership_to_user() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    if tg_op <> 'INSERT' then
      update "user" set workspace_ids = array_remove(workspace_ids, old.workspace_id) where id = old.user_id;
    end if;
    if tg_op <> 'DELETE' then
      update "user" set workspace_ids = array_append(array_remove(workspace_ids, new.workspace_id), new.workspace_id)
      where id = new.user_id;
    end if;
    if tg_op = 'DELETE' then
      delete from access_grant where workspace_id = old.workspace_id and user_id = old.user_id;
    end if;
    return null;
  end $$;
  create trigger membership_to_user after insert or delete or update of user_id, workspace_id on membership
  for each row execute function membership_to_user();
  -- For memberships that are older than the trigger.
  update "user" u set workspace_ids = array(select m.workspace_id from membership m where m.user_id = u.id order by m.id);`;

@Stored({
  table: "membership",
  description: "A user's place in a workspace.",
  triggers: { membership_to_user: keepWorkspaceIds },
  alsoWrites: ["user", "access_grant"],
})
@Unique({ name: "membership_user_workspace", properties: ["userId", "workspaceId"] })
@Index({ name: "membership_workspace", properties: ["workspaceId", "id"] })
export class Membership extends Row {
  @Reference(() => User, { field: "user", description: "The member.", deleteRule: "cascade" })
  userId!: string;

  @EnumColumn("Role", Role, { description: "What the user may do here.", filter: true, group: true })
  role!: Role;
}
