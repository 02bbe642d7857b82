import { newId } from "#src/platform/ids.js";
import { type Person, personAt, type TestAtrium } from "./atrium.js";

/** A member of a workspace, who acts there. */
export interface Member extends Person {
  readonly userId: string;
  readonly workspaceId: string;
}

/** Somebody with an account, acting in the workspace of their own. */
export const signUpMember = async (atrium: TestAtrium): Promise<Member> => {
  const person = await atrium.signUp();
  const { me, workspace } = await person.query<{ me: { id: string }; workspace: { id: string } }>(
    "{ me { id } workspace { id } }",
  );
  return Object.assign(person, { userId: me.id, workspaceId: workspace.id });
};

/** Somebody else with an account, who has joined a workspace and acts there. */
export const joinWorkspace = async (atrium: TestAtrium, workspaceId: string, role: string): Promise<Member> => {
  const own = await signUpMember(atrium);
  await atrium.database.query(
    "insert into membership (id, workspace_id, created_at, user_id, role) values ($1, $2, now(), $3, $4)",
    [newId("membership"), workspaceId, own.userId, role],
  );
  const member = personAt(atrium.url, own, { headers: { "x-workspace-id": workspaceId } });
  return Object.assign(member, { userId: own.userId, workspaceId });
};
