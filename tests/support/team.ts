import { newId } from "#src/platform/ids.js";
import type { Person, TestAtrium } from "./atrium.js";

/** Somebody with a role in a workspace, who acts there. */
export interface Member extends Person {
  readonly userId: string;
}

/** A workspace with one owner, to which members are added past the invitations. */
export interface Team {
  readonly id: string;
  readonly owner: Member;
  /** A new account with this role here. */
  join(role: string): Promise<Member>;
}

const memberOf = async (person: Person): Promise<Member> =>
  Object.assign(person, { userId: (await person.sdk.Me()).me.id });

export const startTeam = async (atrium: TestAtrium): Promise<Team> => {
  const owner = await memberOf(await atrium.signUp());
  const { workspace } = await owner.sdk.Workspace();
  return {
    id: workspace.id,
    owner,
    join: async (role) => {
      const headers: Record<string, string> = {};
      const member = await memberOf(await atrium.signUp({ headers }));
      await atrium.database.query(
        "insert into membership (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, $4, now())",
        [newId("membership"), workspace.id, member.userId, role],
      );
      headers["x-workspace-id"] = workspace.id;
      return member;
    },
  };
};
