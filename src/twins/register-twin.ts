import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { Twin, TwinStatus } from "./twin.js";

interface Registration {
  readonly externalId: string;
  readonly type: string;
}

/** The id of the twin with this external id, which is made when there is none. */
export const registerTwin = async (
  database: Database,
  actor: Actor,
  { externalId, type }: Registration,
): Promise<string> => {
  try {
    return await database.write(actor, async (change) => {
      const [known] = await change.sql(sql<{ id: string }>`select id from twin
        where workspace_id = ${actor.workspaceId} and external_id = ${externalId}`);
      if (known !== undefined) return known.id;
      const twin = change.create(Twin, {
        ...{ name: externalId, type, externalId, location: null, status: TwinStatus.ACTIVE, metadata: {} },
        ...{ revision: 1, createdById: actor.userId === "" ? null : actor.userId, updatedAt: change.now },
      });
      change.record("twin.created", { id: twin.id }, { type });
      return twin.id;
    });
  } catch (error) {
    // Somebody else has just made it.
    if (isUniqueViolation(error, "twin_external")) return registerTwin(database, actor, { externalId, type });
    throw error;
  }
};
