import { sql } from "kysely";
import { AccessLevel, includesLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { storageOf } from "#src/platform/column.js";
import type { Database } from "#src/platform/database.js";
import { badInput, notFound } from "#src/platform/errors.js";
import { requireLevel } from "#src/platform/find-owned.js";
import { isId, parseId, prefixOf } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import { Parameters } from "#src/platform/lists/statement.js";
import type { OwnedRow } from "#src/platform/owned-row.js";
import { accessTopic } from "#src/platform/resource-watch.js";
import { AccessGrant } from "./access-grant.js";

export const grantList = defineList(AccessGrant, { plural: "accessGrants" });

type OwnedClass = new () => OwnedRow;

/** Who may do what with one thing, beyond roles and visibility. */
export class GrantService {
  readonly #owned: ReadonlyMap<string, OwnedClass>;

  constructor(
    private readonly database: Database,
    /** Every class whose rows can be shared. */
    owned: readonly OwnedClass[],
  ) {
    this.#owned = new Map(owned.map((entity) => [storageOf(entity).table, entity]));
  }

  /** Gives a member of the workspace a level on one thing, in place of the one that the member had. */
  grant(actor: Actor, resourceId: string, userId: string, level: AccessLevel): Promise<AccessGrant> {
    return this.database.write(actor, async (change) => {
      const resource = await this.#findManaged(change, resourceId);
      const user = parseId(userId, "user", "userId");
      if (user === resource.createdById)
        throw badInput("Whoever made it may do everything with it: a grant would add nothing.", "userId");
      const members = await change.sql(
        sql`select 1 from membership where workspace_id = ${actor.workspaceId} and user_id = ${user}`,
      );
      if (members.length === 0) throw notFound("member", userId);
      const known = await change.find(AccessGrant, { resourceId: resource.id, userId: user });
      const grant =
        known ??
        change.create(AccessGrant, {
          resourceId: resource.id,
          userId: user,
          level,
          grantedById: actor.userId,
          ownerId: resource.createdById,
        });
      const states = { before: known && { userId: user, level: known.level }, after: { userId: user, level } };
      Object.assign(grant, { level, grantedById: actor.userId });
      change.record("access.granted", resource, { userId: user, level }, states);
      change.wake(accessTopic(resource.id));
      return grant;
    });
  }

  /** Takes a grant away. Everybody may give up their own. */
  revoke(actor: Actor, resourceId: string, userId: string): Promise<AccessGrant> {
    return this.database.write(actor, async (change) => {
      const user = parseId(userId, "user", "userId");
      const resource =
        user === actor.userId ? await this.#find(change, resourceId) : await this.#findManaged(change, resourceId);
      const grant = await change.find(AccessGrant, { resourceId: resource.id, userId: user });
      if (grant === null) throw notFound("grant for a user", userId);
      const revoked = Object.assign(new AccessGrant(), grant);
      change.remove(grant);
      const states = { before: { userId: user, level: revoked.level }, after: null };
      change.record("access.revoked", resource, { userId: user }, states);
      change.wake(accessTopic(resource.id));
      return revoked;
    });
  }

  /** Whether the actor holds a grant of this level, or a higher one. */
  async holds(actor: Actor, resourceId: string, level: AccessLevel): Promise<boolean> {
    const parameters = new Parameters(actor);
    const text = `select t.level from access_grant t where t.workspace_id = ${parameters.workspace}
      and t.user_id = ${parameters.user} and t.resource_id = ${parameters.add(resourceId)}`;
    const [row] = await this.database.read(actor, { text, values: parameters.values, width: 1 });
    return includesLevel(row?.[0] as AccessLevel | undefined, level);
  }

  async #find(change: Change, id: string): Promise<OwnedRow> {
    const entity = isId(id) ? this.#owned.get(prefixOf(id)) : undefined;
    if (entity === undefined) {
      const known = [...this.#owned.keys()].join(", ");
      throw badInput(
        `${JSON.stringify(id.slice(0, 80))} is not the id of a thing that can be shared: ${known}.`,
        "resourceId",
      );
    }
    const resource = await change.find(entity, { id });
    if (resource === null) throw notFound(prefixOf(id).replaceAll("_", " "), id);
    return resource;
  }

  async #findManaged(change: Change, id: string): Promise<OwnedRow> {
    const resource = await this.#find(change, id);
    await requireLevel(change, resource, AccessLevel.MANAGE);
    return resource;
  }
}
