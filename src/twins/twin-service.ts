import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Following, Live } from "#src/platform/live.js";
import { mergePatch } from "#src/platform/merge-patch.js";
import { Twin, type TwinStatus } from "./twin.js";
import type { CreateTwinInput, TwinChange, UpdateTwinInput } from "./twin-inputs.js";
import { twinLog } from "./twin-log.js";
import { twinTopic } from "./twin-states.js";

export const twinList = defineList(Twin, { plural: "twins" });

/** Bytes of a twin's metadata as JSON. */
const maxMetadata = 64 * 1024;

interface Deps {
  readonly database: Database;
  readonly live: Live;
}

/** Which changes somebody follows. */
interface Followed {
  readonly twinId?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly after?: string | null | undefined;
}

/** The registry of things. What it does is told by `twinChanged`, of which triggers take care. */
export class TwinService {
  constructor(private readonly deps: Deps) {}

  create(actor: Actor, input: CreateTwinInput): Promise<Twin> {
    return this.#write(actor, input.externalId, async (change) => {
      const twin = change.create(Twin, {
        name: filled(input.name, "input.name"),
        type: filled(input.type, "input.type"),
        externalId: input.externalId ?? null,
        location: input.location ?? null,
        status: input.status,
        metadata: patched({}, input.metadata ?? {}),
        revision: 1,
        // The system is nobody who could be named.
        createdById: actor.userId || null,
        updatedAt: change.now,
      });
      change.record("twin.created", { id: twin.id }, shown(twin));
      return twin;
    });
  }

  /** Changes that are about the same revision come one after the other, and all but the first are refused. */
  update(actor: Actor, id: string, input: UpdateTwinInput): Promise<Twin> {
    return this.#write(actor, input.externalId, async (change) => {
      const twin = await findTwin(change, id);
      if (twin.revision !== input.revision) throw stale(twin.revision, input.revision);
      if (input.name !== undefined) twin.name = filled(input.name, "input.name");
      if (input.type !== undefined) twin.type = filled(input.type, "input.type");
      if (input.externalId !== undefined) twin.externalId = input.externalId;
      if (input.location !== undefined) twin.location = input.location;
      if (input.status !== undefined) twin.status = given(input.status);
      if (input.metadata !== undefined) twin.metadata = patched(twin.metadata, input.metadata);
      twin.revision += 1;
      twin.updatedAt = change.now;
      change.record("twin.updated", { id: twin.id }, shown(twin));
      return twin;
    });
  }

  /** With its links and its metrics; their points go with a sweep. */
  delete(actor: Actor, id: string): Promise<Twin> {
    return this.#write(actor, null, async (change) => {
      const twin = await findTwin(change, id);
      const deleted = Object.assign(new Twin(), twin);
      change.remove(twin);
      change.record("twin.deleted", { id: deleted.id }, shown(deleted));
      return deleted;
    });
  }

  /** Changes of one twin, or of all of the workspace, behind the cursor or from now on. */
  async follow({ workspaceId }: Actor, { twinId, type, after }: Followed): Promise<Following<TwinChange>> {
    const { database, live } = this.deps;
    if (twinId) {
      parseId(twinId, "twin", "twinId");
      // Of one that is gone there may be something left to tell, to who has followed it before.
      const state = await database.row(sql<{ deleted: boolean }>`
        select expires_at is not null as deleted from twin_state where twin_id = ${twinId} and workspace_id = ${workspaceId}`);
      if (state === undefined || (state.deleted && !after)) throw notFound("twin", twinId);
    }
    return twinLog(database, live, { workspaceId, twinId: twinId ?? null, type: type ?? null }, after);
  }

  async #write(actor: Actor, externalId: string | null | undefined, work: (change: Change) => Promise<Twin>) {
    try {
      return await this.deps.database.write(actor, (change) => {
        change.wake(twinTopic(actor.workspaceId));
        return work(change);
      });
    } catch (error) {
      if (!isUniqueViolation(error, "twin_external")) throw error;
      const message = `Another twin of the workspace has the external id ${JSON.stringify(externalId)}: choose another one, or change that twin.`;
      throw new DomainError("CONFLICT", message, { field: "input.externalId" }, { cause: error });
    }
  }
}

const findTwin = async (change: Change, id: string): Promise<Twin> => {
  const twin = await change.find(Twin, { id: parseId(id, "twin") });
  if (twin === null) throw notFound("twin", id);
  return twin;
};

const stale = (revision: number, meant: number) =>
  new DomainError(
    "CONFLICT",
    `The twin has the revision ${revision}, and the change is about ${meant}: read it again, and send what still holds with the revision ${revision}.`,
    { field: "input.revision", revision },
  );

const filled = (text: string | null, field: string): string => {
  if (text === null || text.trim() === "") throw badInput("must not be empty.", field);
  return text.trim();
};

const given = (status: TwinStatus | null): TwinStatus => {
  if (status === null) throw badInput("must not be null: a twin has a status.", "input.status");
  return status;
};

const patched = (metadata: Record<string, unknown>, patch: Record<string, unknown> | null) => {
  const field = "input.metadata";
  if (patch === null) throw badInput("must not be null: name the fields that are to go, each with null.", field);
  const merged = mergePatch(metadata, patch, field);
  const bytes = Buffer.byteLength(JSON.stringify(merged));
  if (bytes > maxMetadata)
    throw badInput(`makes metadata of ${bytes} bytes as JSON; ${maxMetadata} is the most.`, field);
  return merged;
};

const shown = ({ id, name, type, status, revision }: Twin) => ({ id, name, type, status, revision });
