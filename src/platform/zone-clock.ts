import { badInput } from "./errors.js";

const hourMs = 3_600_000;
/** Further than any clock is ahead of UTC or behind it, even on both sides of a skipped day. */
const reachMs = 16 * hourMs;

/** What the clocks of a time zone show. A local time is written as the milliseconds that it would be in UTC. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** The last hour in which clocks are not turned: many times that are asked for one after the other are near. */
  #steady = { hour: Number.NaN, offset: 0 };

  /** Throws BAD_USER_INPUT for what is no name of the tz database. */
  constructor(timeZone: string, field = "timeZone") {
    try {
      // Offsets such as `+02:00` are no zones: they have no summer, and Postgres reads their signs the other way round.
      if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError();
      this.#format = new Intl.DateTimeFormat("en-US", {
        ...{ timeZone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23" },
        ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
      });
    } catch {
      throw badInput(
        `${JSON.stringify(timeZone.slice(0, 80))} is no time zone of the tz database, such as \`Europe/Berlin\` or \`UTC\`.`,
        field,
      );
    }
  }

  localOf(moment: number): number {
    return moment + this.#offsetAt(moment);
  }

  /**
   * The first moment at which the clock shows this time or a later one: of an hour that comes twice the first one, and of a
   * time that is left out the moment at which it is.
   */
  momentOf(local: number): number {
    const [before, after] = [this.#offsetAt(local - reachMs), this.#offsetAt(local + reachMs)];
    if (before === after) return local - before;
    const change = this.#changeBetween(local - reachMs, local + reachMs, before);
    const early = local - before;
    return early < change ? early : Math.max(change, local - after);
  }

  /** ISO 8601 with the offset of that moment. */
  isoOf(moment: number): string {
    const local = this.localOf(moment);
    const offset = Math.round((local - moment) / 1_000);
    const seconds = Math.abs(offset);
    const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, ...(seconds % 60 ? [seconds % 60] : [])];
    const text = parts.map((part) => String(part).padStart(2, "0")).join(":");
    const time = new Date(local).toISOString().slice(0, -1);
    return `${time.endsWith(".000") ? time.slice(0, -4) : time}${offset < 0 ? "-" : "+"}${text}`;
  }

  /** The second from which on the offset is no longer what it was. */
  #changeBetween(from: number, until: number, offset: number): number {
    let [low, high] = [Math.floor(from / 1000), Math.ceil(until / 1000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle * 1000) === offset) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  #offsetAt(moment: number): number {
    const hour = Math.floor(moment / hourMs) * hourMs;
    if (this.#steady.hour === hour) return this.#steady.offset;
    const offset = this.#read(hour);
    if (this.#read(hour + hourMs) !== offset) return this.#read(moment);
    this.#steady = { hour, offset };
    return offset;
  }

  #read(moment: number): number {
    const second = Math.floor(moment / 1000) * 1000;
    const shown = new Map(this.#format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - second;
  }
}
