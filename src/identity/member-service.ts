import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { newId, parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Caller } from "./caller.js";
import { acrossWorkspaces, holdMembers, refuseAbove } from "./member-rules.js";
import { Membership, memberTopic, Role } from "./membership.js";
import { makeWorkspace } from "./workspace-service.js";

export const memberList = defineList(Membership, { plural: "members" });

/** The members of a workspace and their roles. Nobody gives or takes a role above their own; one owner always stays. */
export class MemberService {
  constructor(private readonly database: Database) {}

  assign(caller: Caller, userId: string, role: Role): Promise<Membership> {
    const id = parseId(userId, "user", "userId");
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      const own = await holdMembers(change, caller);
      const member = await findMember(change, id);
      refuseAbove(own, member.role, "userId");
      refuseAbove(own, role, "role");
      const before = member.role;
      if (before === role) return member;
      if (before === Role.OWNER) await keepAnOwner(change, id);
      member.role = role;
      change.record("member.role_assigned", member, { userId: id, role, before });
      change.wake(memberTopic(id));
      return member;
    });
  }

  /** Gives the membership as it was. */
  remove(caller: Caller, userId: string): Promise<Membership> {
    const id = parseId(userId, "user", "userId");
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      const own = await holdMembers(change, caller);
      const member = await findMember(change, id);
      refuseAbove(own, member.role, "userId");
      return end(change, member, "member.removed");
    });
  }

  /** Gives the membership as it was. */
  leave(caller: Caller): Promise<Membership> {
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      await holdMembers(change, caller, "member:leave");
      return end(change, await findMember(change, caller.userId), "member.left");
    });
  }
}

const findMember = async (change: Change, userId: string): Promise<Membership> => {
  const member = await change.find(Membership, { userId });
  if (member === null) throw notFound("member", userId);
  return member;
};

const end = async (change: Change, member: Membership, kind: string): Promise<Membership> => {
  const { userId, role } = member;
  if (role === Role.OWNER) await keepAnOwner(change, userId);
  const ended = Object.assign(new Membership(), member);
  change.remove(member);
  // Else a key of before would be good again when its maker comes back.
  await change.sql(sql`update api_key set revoked_at = ${change.now}
    where workspace_id = ${change.actor.workspaceId} and created_by_id = ${userId} and revoked_at is null`);
  change.record(kind, ended, { userId, role });
  change.wake(memberTopic(userId));
  await keepAHome(change, userId);
  return ended;
};

/** Throws CONFLICT where nobody else could act as an owner. The memberships are held, so it stays true until the commit. */
const keepAnOwner = async (change: Change, userId: string): Promise<void> => {
  const [other] = await change.sql(sql`
    select 1 from membership m join "user" u on u.id = m.user_id and u.is_active
    where m.workspace_id = ${change.actor.workspaceId} and m.role = ${Role.OWNER} and m.user_id <> ${userId} limit 1`);
  if (other !== undefined) return;
  throw new DomainError("CONFLICT", "This is the workspace's last owner: make somebody else one first.");
};

/** Everybody acts in some workspace: who has lost the last one gets one of their own, as at sign-up. */
export const keepAHome = async (change: Change, userId: string): Promise<void> => {
  // Of two workspaces that end a membership at once, the second sees what the first has left.
  const [user] = await change.sql(
    sql<{ username: string }>`select username from "user" where id = ${userId} for update`,
  );
  const [home] = await change.sql(sql`select 1 from membership where user_id = ${userId} limit 1`);
  if (home === undefined && user !== undefined)
    makeWorkspace(change, newId("workspace"), `${user.username}'s workspace`.slice(0, 100), userId);
};
