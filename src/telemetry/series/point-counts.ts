import { type RawBuilder, sql } from "kysely";
import type { KeptSince } from "../kept-since.js";
import type { Bucket } from "./buckets.js";
import { coverOf } from "./cover.js";
import { currentRows } from "./current-rows.js";

/** What is asked of all points of a workspace. */
interface PointQuestion {
  readonly workspaceId: string;
  /** In order and without holes. */
  readonly buckets: readonly Bucket[];
  readonly since: KeptSince;
}

/**
 * SQL of `series`, `bucket` and `count`, with several rows for some: how often the workspace was measured, in one moment. A
 * bucket is the number of its place, from 1. Where points are no longer kept one by one, a minute belongs to the bucket that
 * it begins in, and so does an hour where minutes are not.
 */
export const pointCountsSql = ({ workspaceId, buckets, since }: PointQuestion): RawBuilder<unknown> => {
  const kept = buckets.map(({ start, from, until }) => ({ start, from: edge(from, since), until: edge(until, since) }));
  const [first, last] = [kept[0], kept.at(-1)];
  if (first === undefined || last === undefined) throw new Error("There is no bucket to count points in.");
  const starts = kept.map(({ from }) => new Date(from).toISOString());
  return sql`(
    with asked as materialized (select series from metric where workspace_id = ${workspaceId}),
      ${currentRows(coverOf(kept), [first.from, last.until])}
    select series, width_bucket(start, ${starts}::timestamptz[]) as bucket, count from current_rows)`;
};

const edge = (at: number, { points, minutes }: KeptSince): number => {
  const unit = at < minutes.getTime() ? 3_600_000 : at < points.getTime() ? 60_000 : 1;
  return Math.ceil(at / unit) * unit;
};
