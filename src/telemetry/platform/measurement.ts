import { parseDecimal } from "#src/platform/decimal.js";

/** One figure of a host or a process, before it has a twin and a time. */
export interface Measurement {
  readonly metric: string;
  readonly value: string;
  /** In UCUM. */
  readonly unit: string;
}

type Labels = Readonly<Record<string, string>>;
const longestLabel = 200;

/** A figure that is known; nothing for one that is not, so that a gap is a gap and no zero. */
export const measurement = (metric: string, unit: string, value: number | null | undefined): Measurement[] =>
  value === null || value === undefined || !Number.isFinite(value)
    ? []
    : [{ metric, unit, value: parseDecimal(Number(value.toFixed(6))) }];

/** The name of a metric with its labels, as Prometheus writes it. */
export const labelled = (name: string, labels: Labels): string => {
  const pairs = Object.entries(labels).map(([label, value]) => {
    const escaped = value.slice(0, longestLabel).replace(/["\\]/g, "\\$&").replaceAll("\n", " ");
    return `${label}="${escaped}"`;
  });
  return `${name}{${pairs.join(",")}}`;
};

/** What `labelled` has put together. */
export const parseLabelled = (metric: string): { readonly name: string; readonly labels: Labels } => {
  const [, name = "", rest = ""] = /^([^{]*)(?:\{(.*)\})?$/s.exec(metric) ?? [];
  const pairs = [...rest.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/gs)].map(
    ([, label = "", value = ""]): [string, string] => [label, value.replace(/\\(.)/gs, "$1")],
  );
  return { name, labels: Object.fromEntries(pairs) };
};

/** What counters that only grow have grown by a second since they were last looked at. */
export class Rates {
  readonly #last = new Map<string, { readonly count: number; readonly at: number }>();

  /** `now` in milliseconds. Nothing at the first look, and when it counts from the beginning again. */
  perSecond(counter: string, count: number, now = performance.now()): number | undefined {
    const last = this.#last.get(counter);
    this.#last.set(counter, { count, at: now });
    if (last === undefined || count < last.count || now <= last.at) return undefined;
    return ((count - last.count) * 1000) / (now - last.at);
  }
}
