/** Points of a series by their times, in milliseconds; values in hundredths, so that sums are exact. */
export type HandPoints = ReadonlyMap<number, bigint>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-10-25 02:30:00`, as a clock there shows it. */
const shownAt = (moment: number, timeZone: string): string => {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, format);
  return format.format(moment);
};

const hoursOf: Readonly<Record<string, number>> = { PT2H: 2, PT6H: 6, PT12H: 12 };
const minutesOf: Readonly<Record<string, number>> = { PT1M: 1, PT15M: 15, PT1H: 60 };

export const handBuckets = [...Object.keys(minutesOf), ...Object.keys(hoursOf), "P1D", "P1W", "P1M", "P1Y"];

/** What all moments of a bucket have in common, and those of no other one. */
export const bucketName = (moment: number, bucket: string, timeZone: string): string => {
  const minutes = minutesOf[bucket];
  if (minutes !== undefined) return String(Math.floor(moment / (minutes * 60_000)));
  const shown = shownAt(moment, timeZone);
  const hours = hoursOf[bucket];
  if (hours !== undefined) return `${shown.slice(0, 10)} ${Math.floor(Number(shown.slice(11, 13)) / hours)}`;
  if (bucket === "P1W") {
    const day = new Date(`${shown.slice(0, 10)}T00:00:00Z`);
    return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
  }
  return shown.slice(0, bucket === "P1D" ? 10 : bucket === "P1M" ? 7 : 4);
};

const byValue = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** The points of each bucket that has some, in the order of time. */
export const handGroups = (
  points: HandPoints,
  { from, until, bucket, timeZone }: { from: number; until: number; bucket: string; timeZone: string },
): { name: string; values: bigint[] }[] => {
  const groups: { name: string; values: bigint[] }[] = [];
  for (const [at, value] of [...points].sort(([a], [b]) => a - b)) {
    if (at < from || at >= until) continue;
    const name = bucketName(at, bucket, timeZone);
    if (groups.at(-1)?.name !== name) groups.push({ name, values: [] });
    groups.at(-1)?.values.push(value);
  }
  return groups;
};

/** Whether this is what the values of a bucket, in hundredths and in the order of time, become. */
export const isFigure = (text: string, values: readonly bigint[], aggregate: string, percentile: number): boolean => {
  const sorted = [...values].sort(byValue);
  const sum = values.reduce((a, b) => a + b, 0n);
  const places = 60;
  const scaled = (decimal: string): bigint => {
    const [whole = "", fraction = ""] = decimal.split(".");
    return BigInt(whole + fraction.padEnd(places, "0"));
  };
  const hundredths = (value: bigint | undefined) => (value ?? 0n) * 10n ** BigInt(places - 2);
  const value = scaled(text);
  const far = (from: bigint) => (value > from ? value - from : from - value);
  switch (aggregate) {
    case "SUM":
      return value === hundredths(sum);
    case "COUNT":
      return text === String(values.length);
    case "MIN":
      return value === hundredths(sorted[0]);
    case "MAX":
      return value === hundredths(sorted.at(-1));
    case "LAST":
      return value === hundredths(values.at(-1));
    case "AVG": {
      const count = BigInt(values.length);
      const difference = value * count - hundredths(sum);
      return (difference < 0n ? -difference : difference) <= count * 10n ** BigInt(places - 20);
    }
    default: {
      const exact = hundredths(sorted[Math.ceil((percentile * values.length) / 100) - 1]);
      return far(exact) * 100n <= (exact < 0n ? -exact : exact);
    }
  }
};
