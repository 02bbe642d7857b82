import { badInput } from "#src/platform/errors.js";

/** What repeats, as an ISO 8601 duration. */
export const seasons = ["P1D", "P1W"] as const;
export type Season = (typeof seasons)[number];

/** Says at which place of its season a time is, by the clock of a time zone, such as `Tue 14:00`. Throws BAD_USER_INPUT. */
export const seasonPlace = (season: Season, timeZone: string): ((at: Date) => string) => {
  const ofWeek = season === "P1W" ? ({ weekday: "short" } as const) : {};
  const format = formatOf({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...ofWeek, timeZone });
  return (at) => format.format(at);
};

const formatOf = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat("en-GB", options);
  } catch {
    throw badInput(
      `${JSON.stringify(options.timeZone?.slice(0, 80))} is no time zone of the tz database, such as "Europe/Berlin".`,
      "timeZone",
    );
  }
};
