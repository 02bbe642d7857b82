import type { Actor } from "#src/platform/actor.js";
import { parseDuration } from "#src/platform/duration.js";
import { badInput } from "#src/platform/errors.js";
import type { WidgetData } from "./widget-data.js";
import type { WidgetQuery } from "./widget-query.js";

/** What a query names of which news is news of the dashboard. */
export interface Looks {
  readonly twinIds?: readonly string[];
  readonly twinTypes?: readonly string[];
  /** Product events of the workspace. */
  readonly events?: boolean;
}

/** Answers one kind of query. A new one is a file with one of these, a field of `WidgetQuery` and a line in `createAnalytics`. */
export interface WidgetSource<Kind extends keyof WidgetQuery = keyof WidgetQuery> {
  /** The field of `WidgetQuery` that it answers. */
  readonly kind: Kind;
  /** What who looks needs to be shown the answer. */
  readonly permission: string;
  /** Whether it gives values over time. */
  readonly givesLines: boolean;
  /** What is stored of a query. Throws BAD_USER_INPUT below `field`. */
  parse(query: NonNullable<WidgetQuery[Kind]>, field: string): NonNullable<WidgetQuery[Kind]>;
  looksAt(query: NonNullable<WidgetQuery[Kind]>): Looks;
  /** What the actor may see of it. A DomainError becomes the widget's problem. */
  read(actor: Actor, query: NonNullable<WidgetQuery[Kind]>): Promise<Partial<WidgetData>>;
}

/** A text with its blanks at both ends taken away. */
export const textOf = (text: string, most: number, field: string): string => {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > most) throw badInput(`must have 1 to ${most} characters.`, field);
  return trimmed;
};

/** A list that says everything once. */
export const listOf = <T>(items: readonly T[], most: number, field: string): T[] => {
  if (items.length < 1 || items.length > most)
    throw badInput(`has ${items.length} items, and not 1 to ${most}.`, field);
  if (new Set(items).size < items.length) throw badInput("names something twice.", field);
  return [...items];
};

const shortestMs = 60_000;

/** Milliseconds of a time until now. */
export const lastOf = (last: string, field: string, longest: Parameters<typeof parseDuration>[2]): number => {
  const ms = parseDuration(last, field, longest);
  if (ms < shortestMs) throw badInput(`${last} is too short: it must be PT1M at least.`, field);
  return ms;
};

/** A zone by its name in the tz database. */
export const timeZoneOf = (name: string, field: string): string => {
  try {
    // Offsets such as +02:00 have no days of their own.
    if (!/^[A-Za-z]/.test(name)) throw new RangeError();
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw badInput("must be a name of the tz database, such as `Europe/Vienna`.", field);
  }
};
