import { type RawBuilder, sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { Usage, type UsageKey, type UsageRange } from "./usage.js";

/** Groups of one answer. */
export const maxUsageGroups = 1_000;

interface Key {
  readonly field: keyof Usage;
  readonly value: RawBuilder<unknown>;
}

const beginningOf = (unit: "day" | "month") =>
  sql`date_trunc(${sql.lit(unit)}, started_at at time zone 'UTC') at time zone 'UTC'`;

const keys: Readonly<Record<UsageKey, Key>> = {
  PROVIDER: { field: "provider", value: sql`provider` },
  MODEL: { field: "model", value: sql`model` },
  USER: { field: "userId", value: sql`nullif(created_by_id, '')` },
  API_KEY: { field: "apiKeyId", value: sql`api_key_id` },
  PURPOSE: { field: "purpose", value: sql`purpose` },
  OUTCOME: { field: "outcome", value: sql`outcome` },
  DAY: { field: "day", value: beginningOf("day") },
  MONTH: { field: "month", value: beginningOf("month") },
};
const fields = Object.values(keys).map(({ field }) => field);
const times: ReadonlySet<string> = new Set(["day", "month"]);

type Row = Readonly<Record<keyof Usage, string | null>>;

/** What was used and spent, summed up from the ledger: of all of the workspace, private generations included. */
export class UsageService {
  constructor(private readonly database: Database) {}

  async usage(
    { workspaceId }: Actor,
    groupBy: readonly UsageKey[],
    { from, until }: UsageRange,
    first: number,
  ): Promise<Usage[]> {
    if (first < 1 || first > maxUsageGroups)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxUsageGroups}.`, "first");
    if (from && until && until <= from) throw badInput("The range must end after its beginning.", "range.until");
    const chosen = [...new Set(groupBy)].map((key) => keys[key]);
    const selected = chosen.map(({ field, value }) => sql`${value} as ${sql.ref(field)}, `);
    const places = chosen.map((_, index) => sql.lit(index + 1));
    const grouped = chosen.length === 0 ? sql`` : sql`group by ${sql.join(places)} order by ${sql.join(places)}`;
    const rows = await this.database.rows(sql<Row>`
      select ${sql.join(selected, sql``)} count(*) as calls, count(*) filter (where outcome = 'CACHED') as "cachedCalls",
        coalesce(sum(input_tokens), 0) as "inputTokens", coalesce(sum(output_tokens), 0) as "outputTokens",
        coalesce(sum(cost_micros), 0) as "costMicros", count(*) filter (where cost_micros is null) as "unpricedCalls"
      from provider_call where workspace_id = ${workspaceId}
        and started_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
        and started_at < coalesce(${until ?? null}::timestamptz, 'infinity')
      ${grouped} limit ${first + 1}`);
    // A part of a sum would be taken for the whole.
    if (rows.length > first)
      throw badInput(
        `There are more than ${first} groups: raise \`first\`, at most to ${maxUsageGroups}, or ask for a shorter range.`,
        "first",
      );
    return rows.map(toUsage);
  }
}

const toUsage = (row: Row): Usage => {
  const read = ([field, value]: [string, string | null]): [string, unknown] => {
    if (times.has(field)) return [field, value === null ? null : new Date(value)];
    return [field, fields.includes(field as keyof Usage) ? value : Number(value)];
  };
  const absent = Object.fromEntries(fields.map((field) => [field, null]));
  return Object.assign(new Usage(), absent, Object.fromEntries(Object.entries(row).map(read)));
};
