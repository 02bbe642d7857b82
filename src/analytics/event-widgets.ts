import type { Clock } from "#src/platform/clock.js";
import { badInput } from "#src/platform/errors.js";
import { EventCountsArgs, EventKey, maxEventCounts } from "./event-count.js";
import { type EventCountService, eventBucketMs } from "./event-count-service.js";
import { maxLinePoints, maxLines, WidgetLine } from "./widget-data.js";
import type { EventsWidgetQuery } from "./widget-query.js";
import { lastOf, listOf, textOf, timeZoneOf, type WidgetSource } from "./widget-source.js";

interface Deps {
  readonly clock: Clock;
  readonly eventCounts: Pick<EventCountService, "counts" | "bucketsOf">;
}

/** The longest that `eventCounts` answers for. */
const longest = { ms: 3_650 * 86_400_000, text: "P3650D" };

/** A line for each name: how often such product events happened, with a 0 where none did. */
export const eventWidgets = ({ clock, eventCounts }: Deps): WidgetSource<"events"> => ({
  kind: "events",
  permission: "analytics:read",
  givesLines: true,
  parse: parseEvents,
  looksAt: () => ({ events: true }),
  async read(actor, { names, last, bucket, timeZone }) {
    const until = clock.now();
    const range = { from: new Date(until.getTime() - lastOf(last, "last", longest)), until };
    const groupBy = names ? EventKey.NAME : null;
    const asked = { range, bucket, timeZone: timeZone ?? "UTC", names: names ?? null, groupBy, first: maxEventCounts };
    const args = Object.assign(new EventCountsArgs(), asked);
    const [times, counts] = await Promise.all([eventCounts.bucketsOf(args), eventCounts.counts(actor, args)]);
    const found = new Map(counts.map(({ name, at, count }) => [`${at.getTime()} ${name ?? ""}`, `${count}`]));
    const lines = (names ?? [null]).map((name) =>
      Object.assign(new WidgetLine(), {
        ...{ name: name ?? "Events", twinId: null, unit: null, times },
        values: times.map((at) => found.get(`${at.getTime()} ${name ?? ""}`) ?? "0"),
      }),
    );
    return { lines };
  },
});

const parseEvents = (query: EventsWidgetQuery, field: string): EventsWidgetQuery => {
  const { names, last, bucket, timeZone } = query;
  const parsed: EventsWidgetQuery = { last, bucket };
  if (names) {
    const texts = names.map((name) => textOf(name, 100, `${field}.names`));
    parsed.names = listOf(texts, maxLines, `${field}.names`);
  }
  const buckets = Math.ceil(lastOf(last, `${field}.last`, longest) / eventBucketMs(bucket, `${field}.bucket`)) + 1;
  const most = Math.min(maxLinePoints, Math.floor(maxEventCounts / (names?.length ?? 1)));
  if (buckets > most)
    throw badInput(`${bucket} over ${last} are ${buckets} buckets, and ${most} are possible.`, `${field}.bucket`);
  if (timeZone != null) parsed.timeZone = timeZoneOf(timeZone, `${field}.timeZone`);
  return parsed;
};
