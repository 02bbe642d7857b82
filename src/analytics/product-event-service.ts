import { type RawBuilder, sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { DailyPartitions } from "#src/platform/daily-partitions.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { Direction, maxPage } from "#src/platform/lists/list.js";
import { checkRange } from "#src/platform/time-range.js";
import {
  maxEvents,
  ProductEvent,
  type ProductEventConnection,
  type ProductEventFilter,
  type ProductEventListArgs,
  type TrackEventInput,
} from "./product-event.js";

/** Woken by each call that has stored events. */
export const productEventTopic = "product-events";

/** What an event may say beyond its name, in bytes of JSON. */
const maxPropertyBytes = 16 * 1024;
/** Characters of its name, its id and its session. */
const maxText = 100;
/** Names that an audit entry lists. */
const auditedNames = 20;

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly partitions: DailyPartitions;
  /** For so many days events are kept one by one. */
  readonly rawDays: number;
}

type Row = Omit<ProductEvent, "at"> & { readonly at: string };

/** What people do with products: stored once each, and read newest first. */
export class ProductEventService {
  constructor(private readonly deps: Deps) {}

  async trackOne(actor: Actor, input: TrackEventInput): Promise<ProductEvent> {
    const [event] = await this.#store(actor, [input], () => "input");
    return event as ProductEvent;
  }

  /** All or none, in their order. */
  track(actor: Actor, inputs: readonly TrackEventInput[]): Promise<ProductEvent[]> {
    if (inputs.length === 0 || inputs.length > maxEvents)
      throw badInput(`There are ${inputs.length} events; one call takes 1 to ${maxEvents}.`, "inputs");
    return this.#store(actor, inputs, (place) => `inputs.${place}`);
  }

  async #store(
    actor: Actor,
    inputs: readonly TrackEventInput[],
    fieldOf: (place: number) => string,
  ): Promise<ProductEvent[]> {
    const { database, clock, partitions } = this.deps;
    const now = clock.now();
    const events = inputs.map((input, place) => this.#eventOf(actor, input, now, place, fieldOf(place)));
    await partitions.require(events.map(({ at }) => at));
    const given = sql`jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
      as g (place int, at timestamptz, id text, name text, "userId" text, session text, properties jsonb)`;
    const workspace = sql`${actor.workspaceId}::text`;
    return database.write(actor, async (change) => {
      const named = [...new Set(events.flatMap(({ userId }) => userId ?? []))];
      const members = await change.systemSql(sql<{ id: string }>`
        select user_id as id from membership where workspace_id = ${workspace} and user_id = any(${named}::text[])`);
      const known = new Set(members.map(({ id }) => id));
      const stranger = events.find(({ userId }) => userId !== null && !known.has(userId));
      if (stranger !== undefined)
        throw badInput(
          `${JSON.stringify(stranger.userId)} is no member of this workspace.`,
          `${fieldOf(stranger.place)}.userId`,
        );
      await change.systemSql(sql`
        with made as (
          insert into analytics.product_event (workspace_id, at, id, name, user_id, session, properties)
          select ${workspace}, at, id, name, "userId", session, properties from ${given} order by at, id collate "C", place
          on conflict do nothing returning at)
        insert into analytics.stale_hour (workspace_id, start) select distinct ${workspace}, date_trunc('hour', at, 'UTC') from made`);
      const rows = await change.systemSql(sql<Row>`
        select ${columns} from ${given} join analytics.product_event e
          on e.workspace_id = ${workspace} and e.at = g.at and e.id = g.id order by g.place`);
      // Without what they say: that may be of people, and an entry is for good.
      const names = [...new Set(events.map(({ name }) => name))].slice(0, auditedNames);
      change.audit("product_event.tracked", { id: actor.workspaceId }, { after: { events: events.length, names } });
      change.wake(productEventTopic);
      return rows.map(toEvent);
    });
  }

  #eventOf(actor: Actor, input: TrackEventInput, now: Date, place: number, field: string) {
    const { rawDays } = this.deps;
    for (const name of ["name", "id", "session"] as const) checkLength(input[name], `${field}.${name}`);
    const at = input.at ?? now;
    if (at.getTime() > now.getTime() + dayMs)
      throw badInput(`${at.toISOString()} is more than a day in the future.`, `${field}.at`);
    if (at.getTime() < now.getTime() - rawDays * dayMs)
      throw badInput(`${at.toISOString()} is older than the ${rawDays} days for which events are kept.`, `${field}.at`);
    const properties = input.properties ?? {};
    const bytes = Buffer.byteLength(JSON.stringify(properties));
    if (bytes > maxPropertyBytes)
      throw new DomainError("BAD_USER_INPUT", `has ${bytes} bytes as JSON; at most ${maxPropertyBytes} are possible.`, {
        field: `${field}.properties`,
        limit: maxPropertyBytes,
      });
    const isKey = actor.credential?.kind === "API_KEY";
    if (!isKey && input.userId && input.userId !== actor.userId)
      throw badInput("names somebody else: only an API key can do that. Leave it out.", `${field}.userId`);
    return {
      ...{ place, at, properties, name: input.name, session: input.session ?? null },
      id: input.id ?? newId("product_event"),
      userId: input.userId ?? (isKey ? null : actor.userId),
    };
  }

  /** Newest first, if not asked otherwise. */
  async page({ workspaceId }: Actor, args: ProductEventListArgs): Promise<ProductEventConnection> {
    const { orderBy, after, before } = args;
    const isBackward = args.last != null;
    const size = pageSize(isBackward ? args.last : args.first, isBackward ? "last" : "first");
    if ((orderBy?.length ?? 0) > 1) throw badInput("Product events are ordered by one criterion.", "orderBy");
    const isAscending = orderBy?.[0]?.direction === Direction.ASC;
    const { database } = this.deps;
    const wanted = sql.join(conditions(workspaceId, args.filter ?? {}), sql` and `);
    const places = [
      ...(after ? [beyond(decode(after, "after"), isAscending)] : []),
      ...(before ? [beyond(decode(before, "before"), !isAscending)] : []),
    ];
    const direction = sql.raw(isAscending === isBackward ? "desc" : "asc");
    const rows = await database.rows(sql<Row>`
      select ${columns} from analytics.product_event e where ${sql.join([wanted, ...places], sql` and `)}
      order by e.at ${direction}, e.id ${direction} limit ${size + 1}`);
    const hasMore = rows.length > size;
    const found = rows.slice(0, size).map(toEvent);
    const nodes = isBackward ? found.reverse() : found;
    const edges = nodes.map((node) => ({ node, cursor: encode(node) }));
    return {
      ...{ edges, nodes },
      pageInfo: {
        hasNextPage: isBackward ? Boolean(before) : hasMore,
        hasPreviousPage: isBackward ? hasMore : Boolean(after),
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
      get totalCount() {
        const counted = database.row(sql<{ count: string }>`
          select count(*) from analytics.product_event e where ${wanted}`);
        return counted.then((row) => Number(row?.count ?? 0));
      },
    };
  }
}

const pageSize = (asked: number | null | undefined, field: string): number => {
  const size = asked ?? 20;
  if (size < 1 || size > maxPage) throw badInput(`\`${field}\` is ${size}; it must be from 1 to ${maxPage}.`, field);
  return size;
};

const checkLength = (text: string | null | undefined, field: string): void => {
  if (text != null && (text.length === 0 || text.length > maxText))
    throw badInput(`has ${text.length} characters; it must have 1 to ${maxText}.`, field);
};

const columns = sql`e.id, e.at, e.name, e.user_id as "userId", e.session, e.properties`;

const toEvent = (row: Row): ProductEvent => Object.assign(new ProductEvent(), row, { at: new Date(row.at) });

const conditions = (
  workspaceId: string,
  { name, userId, session, range }: ProductEventFilter,
): RawBuilder<unknown>[] => {
  if (range) checkRange(range, "filter.range");
  return [
    sql`e.workspace_id = ${workspaceId}`,
    ...(name ? [sql`e.name = ${name}`] : []),
    ...(userId ? [sql`e.user_id = ${userId}`] : []),
    ...(session ? [sql`e.session = ${session}`] : []),
    ...(range ? [sql`e.at >= ${range.from} and e.at < ${range.until}`] : []),
  ];
};

interface Place {
  readonly at: Date;
  readonly id: string;
}

/** Partitions are chosen by the first comparison, rows by the second one. */
const beyond = ({ at, id }: Place, isLater: boolean): RawBuilder<unknown> =>
  isLater ? sql`e.at >= ${at} and (e.at, e.id) > (${at}, ${id})` : sql`e.at <= ${at} and (e.at, e.id) < (${at}, ${id})`;

const encode = ({ at, id }: Place): string => Buffer.from(JSON.stringify([at.toISOString(), id])).toString("base64url");

const decode = (cursor: string, field: string): Place => {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const time = new Date(String(at));
    if (typeof id === "string" && !id.includes("\0") && !Number.isNaN(time.getTime())) return { at: time, id };
  } catch {
    // Not JSON: refused below like any other text.
  }
  throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of product events.`, field);
};
