import { sql } from "kysely";
import { z } from "zod";
import { noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Run } from "#src/platform/run.js";
import type { Caller } from "./caller.js";
import { acrossWorkspaces, holdMembers } from "./member-rules.js";
import { keepAHome } from "./member-service.js";
import { memberTopic } from "./membership.js";
import type { Workspace } from "./workspace.js";
import { toWorkspace } from "./workspace-service.js";

/** Outside of every workspace, for it takes away the one that it is about. */
export const EraseWorkspace = defineJob("workspaces.erase", z.object({ workspaceId: z.string() }), {
  lane: "system",
  attempts: 8,
  backoffMs: 10_000,
  timeoutMs: 60 * 60_000,
  isInternal: true,
});

/** Rows that are deleted in one transaction. */
const batch = 1_000;
/** Members that one transaction may send away. */
const mostMembers = 10_000;

/** Ends workspaces: at once for everybody in them, and with all of their rows shortly after. */
export class WorkspaceRemoval {
  constructor(
    private readonly database: Database,
    /** Tables with rows of workspaces; each before those that it refers to. */
    private readonly tables: readonly string[],
  ) {}

  /** `name` must be the workspace's: it is how its owner says that this one is meant. */
  delete(caller: Caller, name: string): Promise<Workspace> {
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      await holdMembers(change, caller, "workspace:delete");
      const [row] = await change.sql(sql<{ id: string; name: string; createdAt: string }>`
        select id, name, created_at as "createdAt" from workspace where id = ${caller.workspaceId}`);
      if (row === undefined) throw new DomainError("NOT_FOUND", "The workspace is gone already.");
      if (row.name !== name) {
        throw badInput(`${JSON.stringify(name.slice(0, 100))} is not the name of this workspace.`, "name");
      }
      const workspace = toWorkspace(row);
      change.record("workspace.deleted", workspace, { name });
      await sendAway(change);
      await stopWork(change);
      change.enqueue(EraseWorkspace, { workspaceId: workspace.id });
      return workspace;
    });
  }

  /** Deletes what is left of a workspace. Safe to repeat from anywhere. */
  async erase(run: Run, workspaceId: string): Promise<void> {
    const actor = { ...run.actor, workspaceId: noWorkspace, isSystem: true as const };
    // What was on its way when the workspace ended may have added rows behind us: until a pass finds none.
    for (let found = true; found; ) {
      found = false;
      for (const table of this.tables) {
        for (let deleted = batch; deleted === batch; ) {
          run.signal.throwIfAborted();
          const rows = await this.database.write(actor, (change) =>
            change.sql(sql`delete from ${sql.table(table)} where ctid = any(array(
              select ctid from ${sql.table(table)} where workspace_id = ${workspaceId} limit ${batch})) returning 1`),
          );
          deleted = rows.length;
          found ||= deleted > 0;
        }
      }
    }
    await this.database.write(actor, (change) => change.sql(sql`delete from workspace where id = ${workspaceId}`));
  }
}

/** Ends every membership, key and invitation: from the commit on nobody acts here. */
const sendAway = async (change: Change): Promise<void> => {
  const { workspaceId } = change.actor;
  const gone = await change.sql(
    sql<{ userId: string }>`delete from membership where workspace_id = ${workspaceId} returning user_id as "userId"`,
  );
  if (gone.length > mostMembers) {
    const message = `The workspace has ${gone.length} members; remove some, so that there are ${mostMembers} at most.`;
    throw new DomainError("CONFLICT", message, { limit: mostMembers });
  }
  await change.sql(sql`delete from api_key where workspace_id = ${workspaceId}`);
  await change.sql(sql`delete from invitation where workspace_id = ${workspaceId}`);
  // In one order, so that two workspaces that end at once do not wait for each other.
  for (const { userId } of gone.sort((a, b) => (a.userId < b.userId ? -1 : 1))) {
    change.wake(memberTopic(userId));
    await keepAHome(change, userId);
  }
};

/** Waiting jobs never begin; of running ones the next write fails, for its attempt is not the last one any more. */
const stopWork = async (change: Change): Promise<void> => {
  await change.sql(sql`
    update job set status = 'CANCELLED', attempts = attempts + 1, finished_at = ${change.now}
    where workspace_id = ${change.actor.workspaceId} and status not in ('SUCCEEDED', 'FAILED', 'CANCELLED')`);
};
