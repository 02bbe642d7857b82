import { parseLabelled } from "./measurement.js";

/** The last point of a metric. */
export interface LastPoint {
  readonly name: string;
  readonly value: number;
  readonly at: Date;
}

/** The latest figures of a twin. What was not measured lately, such as an interface that is gone, is not among them. */
export class LatestFigures {
  readonly at: Date | undefined;
  readonly #figures: readonly { readonly name: string; readonly labels: Record<string, string>; value: number }[];

  constructor(points: readonly LastPoint[], lateMs: number) {
    const newest = Math.max(...points.map(({ at }) => at.getTime()));
    this.at = points.length === 0 ? undefined : new Date(newest);
    this.#figures = points
      .filter(({ at }) => newest - at.getTime() <= lateMs)
      .map(({ name, value }) => ({ ...parseLabelled(name), value }));
  }

  get(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
    const fits = (own: Readonly<Record<string, string>>) =>
      Object.entries(labels).every(([label, value]) => own[label] === value);
    return this.#figures.find((figure) => figure.name === name && fits(figure.labels))?.value ?? null;
  }

  /** The labels under which a metric was measured, in their order. */
  labelsOf(name: string): Readonly<Record<string, string>>[] {
    return this.#figures
      .filter((figure) => figure.name === name)
      .map(({ labels }) => labels)
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b), "en", { numeric: true }));
  }
}
