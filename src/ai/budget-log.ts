import { sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import type { Following, Live } from "#src/platform/live.js";
import { decodePlace, encodePlace, placeOf, positionOf, xidOf } from "#src/platform/log-place.js";
import type { LogEntry, LogPage } from "#src/platform/stored-log.js";
import { rowsTopic } from "#src/platform/touched-rows.js";
import { Budget } from "./budget.js";
import { BudgetChange } from "./budget-inputs.js";

interface Viewer {
  readonly workspaceId: string;
  /** For those who manage budgets; others are shown those of the workspace and their own. */
  readonly seesAll: boolean;
}

type Found = Budget & { settled: boolean };

const pageSize = 200;

/**
 * A workspace's budgets in the order of their last changes. A budget that changes moves to the end, so a reader who comes
 * late is told once how it is, and never how it was.
 */
export const budgetLog = async (
  database: Database,
  live: Live,
  { workspaceId, seesAll }: Viewer,
  after: string | null | undefined,
): Promise<Following<BudgetChange>> => {
  const read = async (place: bigint): Promise<LogPage<BudgetChange>> => {
    const rows = await database.rows(sql<Found>`
      select id, workspace_id as "workspaceId", created_at as "createdAt", scope, subject, user_id as "userId", period,
        limit_micros::float8 as "limitMicros", spent, held, period_ends_at as "periodEndsAt", xid::text, position::text,
        xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
      from budget
      where workspace_id = ${workspaceId} and (xid, position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)
      order by budget.xid, budget.position limit ${pageSize}`);
    const end = rows.findIndex(({ settled }) => !settled);
    const entries = rows.slice(0, end === -1 ? rows.length : end).map((row) => entryOf(row, seesAll));
    return { entries, rest: end !== -1 ? "unsettled" : rows.length === pageSize ? "more" : "wait" };
  };
  const now = async () => {
    const row = await database.row(sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`);
    return placeOf(row?.xid ?? "0", "0");
  };
  const topic = `${seesAll ? "budgets" : "own-budgets"}:${workspaceId}`;
  const log = { topic, wokenBy: rowsTopic("budget", workspaceId), read, cursorOf: encodePlace };
  return live.follow(log, after ? decodePlace(after, "budgets") : await now());
};

const entryOf = (row: Found, seesAll: boolean): LogEntry<BudgetChange> => {
  const place = placeOf(row.xid, row.position);
  const { createdAt, periodEndsAt } = row;
  const times = {
    createdAt: new Date(createdAt),
    periodEndsAt: periodEndsAt === null ? null : new Date(periodEndsAt),
  };
  const budget = Object.assign(new Budget(), row, times);
  const value = Object.assign(new BudgetChange(), { cursor: encodePlace(place), budget });
  if (seesAll || row.userId === null) return { place, value };
  return { place, value, restricted: { subjectId: row.id, ownerId: row.userId } };
};
