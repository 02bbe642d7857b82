import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError, unauthenticated } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Caller } from "./caller.js";
import { acrossWorkspaces } from "./member-rules.js";
import { Membership, memberTopic, Role } from "./membership.js";
import { Workspace } from "./workspace.js";
import type { CreateWorkspaceInput, UpdateWorkspaceInput } from "./workspace-inputs.js";

export const workspaceList = defineList(Workspace, { plural: "workspaces" });

/** Workspaces that one person may own. */
const mostOwned = 100;

interface Stored {
  id: string;
  name: string;
  createdAt: string;
}

/** Workspaces: each belongs to its owners, and everything else belongs to a workspace. */
export class WorkspaceService {
  constructor(private readonly database: Database) {}

  /** The workspace that the caller acts in. */
  async current({ workspaceId }: Caller): Promise<Workspace> {
    const row = await this.database.row(
      sql<Stored>`select id, name, created_at as "createdAt" from workspace where id = ${workspaceId}`,
    );
    if (row === undefined) throw unauthenticated();
    return toWorkspace(row);
  }

  /** The caller's roles in these workspaces. */
  async roles({ userId }: Caller, workspaceIds: readonly string[]): Promise<Map<string, Role>> {
    const rows = await this.database.rows(sql<{ workspaceId: string; role: Role }>`
      select workspace_id as "workspaceId", role from membership
      where user_id = ${userId} and workspace_id = any(${workspaceIds as string[]})`);
    return new Map(rows.map(({ workspaceId, role }) => [workspaceId, role]));
  }

  create(caller: Caller, input: CreateWorkspaceInput): Promise<Workspace> {
    const name = cleanName(input.name);
    // The events of a workspace begin with its own.
    const actor = acrossWorkspaces({ ...caller, workspaceId: newId("workspace") });
    return this.database.write(actor, async (change) => {
      const [{ owned } = { owned: 0 }] = await change.sql(sql<{ owned: number }>`
        select count(*)::int as owned from membership where user_id = ${caller.userId} and role = ${Role.OWNER}`);
      if (owned >= mostOwned) {
        const message = `You own ${owned} workspaces; ${mostOwned} are the most.`;
        throw new DomainError("CONFLICT", message, { limit: mostOwned });
      }
      return makeWorkspace(change, actor.workspaceId, name, caller.userId);
    });
  }

  update(caller: Caller, input: UpdateWorkspaceInput): Promise<Workspace> {
    const name = input.name === undefined ? undefined : cleanName(input.name ?? "");
    return this.database.write(caller, async (change) => {
      const [row] = await change.sql(sql<Stored & { was: string }>`
        update workspace w set name = coalesce(${name ?? null}, w.name)
        from (select id, name from workspace where id = ${caller.workspaceId} for update) old where w.id = old.id
        returning w.id, w.name, w.created_at as "createdAt", old.name as was`);
      if (row === undefined) throw unauthenticated();
      const workspace = toWorkspace(row);
      const states = { before: { name: row.was }, after: { name: row.name } };
      if (name !== undefined) change.record("workspace.updated", workspace, { name }, states);
      return workspace;
    });
  }
}

/** A workspace and its owner, in the caller's transaction. */
export const makeWorkspace = (change: Change, id: string, name: string, ownerId: string): Workspace => {
  const workspace = change.create(Workspace, { id, createdAt: change.now, name });
  change.create(Membership, { workspaceId: id, userId: ownerId, role: Role.OWNER });
  if (change.actor.workspaceId === id) change.record("workspace.created", workspace, { name });
  change.wake(memberTopic(ownerId));
  return workspace;
};

export const toWorkspace = (row: Stored): Workspace =>
  Object.assign(new Workspace(), row, { createdAt: new Date(row.createdAt) });

/** Names stand in mails and on the command line: on one line, and without what steers a terminal. */
const cleanName = (name: string): string => {
  const clean = name.trim();
  if (clean === "") throw badInput("must not be empty.", "input.name");
  if (/\p{C}|\p{Zl}|\p{Zp}/u.test(clean)) throw badInput("must be one line without control characters.", "input.name");
  return clean;
};
