import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import { circleOf } from "./circle-of.js";
import { TwinLink } from "./twin.js";
import type { TwinLinkInput } from "./twin-inputs.js";
import { acyclicRelations } from "./twin-relation.js";
import { twinTopic } from "./twin-states.js";

export const twinLinkList = defineList(TwinLink, { plural: "twinLinks" });

/** How things relate. */
export class TwinLinkService {
  constructor(private readonly database: Database) {}

  /** Links two twins; those that are linked so already stay as they are. */
  link(actor: Actor, input: TwinLinkInput): Promise<TwinLink> {
    return this.database.write(actor, async (change) => {
      const pair = pairOf(input);
      const { parentId, childId, relation } = pair;
      if (parentId === childId) throw badInput("A twin is no relative of itself: name two.", "input.childId");
      // Two links may close a circle that neither of them closes alone; and the same one may be made twice at once.
      const key = `twin links ${actor.workspaceId} ${relation}`;
      await change.sql(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
      await requireTwins(change, pair);
      const known = await change.find(TwinLink, pair);
      if (known !== null) return known;
      const circle = acyclicRelations.includes(relation) ? await circleOf(change, pair) : undefined;
      if (circle !== undefined) {
        const path = circle.map((name) => JSON.stringify(name)).join(" → ");
        const message = `The link would close a circle, in which nothing can be that is related by ${relation}: ${path}. Take one of the other links away first.`;
        throw new DomainError("CONFLICT", message, { field: "input" });
      }
      const link = change.create(TwinLink, { ...pair, createdById: actor.userId || null });
      change.record("twin.linked", { id: link.id }, pair);
      change.wake(twinTopic(actor.workspaceId));
      return link;
    });
  }

  unlink(actor: Actor, input: TwinLinkInput): Promise<TwinLink> {
    return this.database.write(actor, async (change) => {
      const pair = pairOf(input);
      await requireTwins(change, pair);
      const link = await change.find(TwinLink, pair);
      if (link === null)
        throw new DomainError("NOT_FOUND", `${pair.parentId} and ${pair.childId} are not linked by ${pair.relation}.`);
      const deleted = Object.assign(new TwinLink(), link);
      change.remove(link);
      change.record("twin.unlinked", { id: deleted.id }, pair);
      change.wake(twinTopic(actor.workspaceId));
      return deleted;
    });
  }
}

const pairOf = ({ parentId, childId, relation }: TwinLinkInput) => ({
  parentId: parseId(parentId, "twin", "input.parentId"),
  childId: parseId(childId, "twin", "input.childId"),
  relation,
});

/** Refuses twins that the actor may not see; the others stay until the end of the transaction. */
const requireTwins = async (change: Change, { parentId, childId }: TwinLinkInput): Promise<void> => {
  const found = await change.sql(sql<{ id: string }>`
    select id from twin where id = any(${[parentId, childId]}::text[]) and workspace_id = ${change.actor.workspaceId}
    order by id for key share`);
  for (const id of [parentId, childId]) if (!found.some((each) => each.id === id)) throw notFound("twin", id);
};
