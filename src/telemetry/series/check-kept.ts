import { badInput } from "#src/platform/errors.js";
import type { KeptSince } from "../kept-since.js";
import type { Cover, Span } from "./cover.js";

/** Refuses what would need points or minutes that are no longer kept, of metrics that had some then. */
export const checkKept = ({ points, rollups }: Cover, since: KeptSince, firstAt: Date): void => {
  const isLost = (spans: readonly Span[], kept: Date) =>
    firstAt < kept && spans.some(([from, until]) => from < kept.getTime() && until > firstAt.getTime());
  if (isLost(points, since.points))
    throw badInput(
      `Points before ${since.points.toISOString()} are no longer kept one by one: ask for buckets, and for a range that begins and ends on whole minutes, or later.`,
      "range",
    );
  if (isLost(rollups[0] ?? [], since.minutes))
    throw badInput(
      `Before ${since.minutes.toISOString()} only figures of whole hours (UTC) are kept: ask for a range, buckets and a time zone that begin on such, or later.`,
      "range",
    );
};
