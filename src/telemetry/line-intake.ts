import { parse } from "secure-json-parse";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { parseDecimal } from "#src/platform/decimal.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { findTwins } from "#src/twins/find-twins.js";
import { maxPoints, type TelemetryReceipt } from "./telemetry-inputs.js";
import type { NewPoint, TelemetryService } from "./telemetry-service.js";

/** What became of lines that were sent; `lines` are those whose points are stored. */
export interface LinesReceipt extends TelemetryReceipt {
  lines: number;
}

/** A point as a line says it: the twin by its id or its external id. */
interface LinePoint extends Omit<NewPoint, "twinId"> {
  readonly twin: string;
}

const fields: ReadonlySet<string> = new Set(["twin", "metric", "at", "value", "unit"]);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Takes in points that come as lines of JSON, however many: each 10,000 are stored before more are read. */
export class LineIntake {
  constructor(
    private readonly database: Database,
    private readonly telemetry: Pick<TelemetryService, "ingest">,
  ) {}

  /** Adds to `stored` what each batch became. `actorOf` is asked for each, since rights may end while lines come. */
  async take(lines: AsyncIterable<string>, actorOf: () => Promise<Actor>, stored: LinesReceipt): Promise<void> {
    let batch: LinePoint[] = [];
    for await (const line of lines) {
      batch.push(pointOf(line, stored.lines + batch.length + 1));
      if (batch.length < maxPoints) continue;
      await this.#store(await actorOf(), batch, stored);
      batch = [];
    }
    if (batch.length > 0) await this.#store(await actorOf(), batch, stored);
  }

  async #store(actor: Actor, batch: readonly LinePoint[], stored: LinesReceipt): Promise<void> {
    // Postgres takes no NUL, and would refuse all names for the sake of one.
    const names = new Set(batch.map(({ twin }) => twin).filter((twin) => !twin.includes("\0")));
    const twins = await findTwins(this.database, actor, [...names]);
    const points = batch.map(({ twin, ...point }, index) => {
      const twinId = twins.get(twin);
      if (twinId !== undefined) return { ...point, twinId };
      const name = JSON.stringify(twin.slice(0, 80));
      throw atLine(stored.lines + index + 1, badInput(`There is no twin ${name} that you may see.`, "twin"));
    });
    try {
      const { accepted, duplicates, conflicts } = await this.telemetry.ingest(actor, points);
      stored.accepted += accepted;
      stored.duplicates += duplicates;
      stored.conflicts += conflicts;
      stored.lines += batch.length;
    } catch (error) {
      const [, index, field] = /^points\.(\d+)\.(\w+)$/.exec((error as DomainError).details?.field ?? "") ?? [];
      if (!(error instanceof DomainError) || index === undefined) throw error;
      throw atLine(stored.lines + Number(index) + 1, badInput(error.message, field));
    }
  }
}

const pointOf = (line: string, number: number): LinePoint => {
  try {
    return readPoint(line);
  } catch (error) {
    throw error instanceof DomainError ? atLine(number, error) : error;
  }
};

const readPoint = (line: string): LinePoint => {
  const { twin, metric, at, value, unit, ...rest } = objectOf(line);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw badInput(
      `There is no field ${JSON.stringify(unknown.slice(0, 80))}, only ${[...fields].join(", ")}.`,
      unknown,
    );
  return {
    twin: textOf(twin, "twin"),
    metric: textOf(metric, "metric"),
    value: parseDecimal(value, "value"),
    ...(at == null ? {} : { at: timeOf(at) }),
    ...(unit == null ? {} : { unit: textOf(unit, "unit") }),
  };
};

/** Numbers keep the digits that they are written with: as values of the language they would have some seventeen. */
const objectOf = (line: string): Record<string, unknown> => {
  let given: unknown;
  try {
    const digits = (_name: string, value: unknown, { source }: { source?: string } = {}) =>
      typeof value === "number" && source !== undefined && !/e/i.test(source) ? source : value;
    given = parse(line, digits as never);
  } catch {
    throw badInput("It is not JSON.");
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Record<string, unknown>;
  throw badInput(`It is no JSON object with the fields ${[...fields].join(", ")}.`);
};

const textOf = (given: unknown, field: string): string => {
  if (typeof given === "string") return given;
  throw badInput(`\`${field}\` must be a text.`, field);
};

const timeOf = (given: unknown): Date => {
  const at = typeof given === "string" && time.test(given) ? new Date(given) : undefined;
  if (at !== undefined && !Number.isNaN(at.getTime())) return at;
  throw badInput("`at` must be a time of ISO 8601 with its zone, such as 2026-11-22T04:20:00.000Z.", "at");
};

const atLine = (number: number, { code, message, details }: DomainError): DomainError =>
  new DomainError(code, `Line ${number}: ${message}`, {
    ...details,
    field: details.field === undefined ? `lines.${number}` : `lines.${number}.${details.field}`,
  });
