const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export const ago = (iso) => {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? [];
  return unit === undefined ? "just now" : relative.format(-Math.floor(seconds / size), unit);
};

export const exactTime = (iso) => absolute.format(new Date(iso));

export const milliseconds = (value) => {
  if (value === null || value === undefined) return "not known";
  return value < 1_000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
};

/** Micro-dollars as dollars, with as many digits as a fraction of a cent needs. */
export const dollars = (micros) => {
  if (micros === null || micros === undefined) return "not known";
  if (micros === 0) return "free";
  return `$${(micros / 1_000_000).toFixed(micros < 10_000 ? 6 : micros < 1_000_000 ? 4 : 2)}`;
};

export const percent = (share) =>
  share === null || share === undefined ? "not rated" : `${Math.round(share * 100)} %`;

export const sentenceCase = (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();

const counted = new Intl.NumberFormat("en");
export const count = (value) => counted.format(value);

/** `HALF_OPEN` as `Half open`. */
export const inWords = (name) => sentenceCase(name.replaceAll("_", " "));

/** Seconds and minutes of a sound, such as `1:05`. */
export const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** The beginning of a day so many days back, as the API counts days: by UTC. */
export const dayBefore = (days) => {
  const today = new Date();
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - days));
};

const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB"];
export const bytes = (value) => {
  const power = Math.min(4, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10));
  return `${(value / 1024 ** power).toFixed(power === 0 || value / 1024 ** power >= 100 ? 0 : 1)} ${binaryUnits[power]}`;
};

const shortNumber = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
/** A decimal that the API gives as text, short enough to be read, in its unit: bytes and pure numbers as UCUM writes them. */
export const measured = (value, unit) => {
  if (value === null || value === undefined) return "–";
  const number = Number(value);
  if (unit === "By" || unit === "By/s") return `${bytes(number)}${unit.slice(2)}`;
  return `${shortNumber.format(number)}${unit && unit !== "1" ? ` ${unit}` : ""}`;
};

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
