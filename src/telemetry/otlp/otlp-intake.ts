import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import { findTwins } from "#src/twins/find-twins.js";
import { registerTwin } from "#src/twins/register-twin.js";
import { checkPoints } from "../check-points.js";
import { maxPoints } from "../telemetry-inputs.js";
import type { NewPoint, TelemetryService } from "../telemetry-service.js";
import type { KeyValue, OtlpRequest } from "./otlp-messages.js";
import { type OtlpValue, pointsOf, textOf } from "./otlp-points.js";

/** Attributes of a resource that name its twin, the most particular one first. */
const naming = ["atrium.twin", "service.instance.id", "host.id", "host.name", "service.name"];
const longestName = 200;

interface Deps {
  readonly database: Database;
  readonly telemetry: Pick<TelemetryService, "ingest">;
  readonly clock: Clock;
  readonly rawDays: number;
}

/** What could not be stored: data points, and why the first of them. */
export interface Rejected {
  count: number;
  message: string;
}

type TwinOf = (attributes: readonly KeyValue[]) => Promise<string | { readonly refusal: string }>;

/** Takes in metrics of OpenTelemetry. What is refused of them does not keep out the rest. */
export class OtlpIntake {
  constructor(private readonly deps: Deps) {}

  async take(actor: Actor, { resourceMetrics }: OtlpRequest): Promise<Rejected> {
    const rejected: Rejected = { count: 0, message: "" };
    const reject = (refusal: string) => {
      rejected.count += 1;
      rejected.message ||= refusal;
    };
    const twinOf = this.#twins(actor);
    let batch: NewPoint[] = [];
    const flush = async () => {
      if (batch.length > 0) await this.deps.telemetry.ingest(actor, batch);
      batch = [];
    };
    for (const { resource, scopeMetrics } of resourceMetrics) {
      let twin: Awaited<ReturnType<TwinOf>> | undefined;
      for (const { values, refusal } of scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .flatMap((each) => [...pointsOf(each)])) {
        if (values.length === 0) {
          if (refusal !== undefined) reject(refusal);
          continue;
        }
        twin ??= await twinOf(resource?.attributes ?? []);
        const points = typeof twin === "string" ? this.#check(values, twin) : twin.refusal;
        if (typeof points === "string") {
          reject(points);
          continue;
        }
        if (batch.length + points.length > maxPoints) await flush();
        batch.push(...points);
      }
    }
    await flush();
    return rejected;
  }

  /** All values of a data point, or why one of them cannot be stored. */
  #check(values: readonly OtlpValue[], twinId: string): readonly NewPoint[] | string {
    try {
      const points = values.map(({ value, ...rest }) => ({ ...rest, twinId, value: decimalOf(value) }));
      checkPoints(points, this.deps.clock.now(), this.deps.rawDays);
      return points;
    } catch (error) {
      if (error instanceof DomainError) return `${values[0]?.metric.slice(0, 100)}: ${error.message}`;
      throw error;
    }
  }

  /** Finds the twin of each resource once. */
  #twins(actor: Actor): TwinOf {
    const known = new Map<string, string>();
    return async (attributes) => {
      const byKey = new Map(attributes.map((each) => [each.key, textOf(each)]));
      const key = naming.find((each) => byKey.get(each));
      const externalId = key === undefined ? undefined : byKey.get(key);
      if (key === undefined || externalId === undefined)
        return { refusal: `A resource needs one of the attributes ${naming.join(", ")}, which names its twin.` };
      if (externalId.length > longestName || /[\p{Cc}\p{Cs}]/u.test(externalId))
        return {
          refusal: `The resource attribute ${key} has more than ${longestName} characters, or control characters.`,
        };
      const { database } = this.deps;
      const id = known.get(externalId) ?? (await findTwins(database, actor, [externalId])).get(externalId);
      if (id === undefined && !actor.permissions.has("twin:write"))
        return {
          refusal: `There is no twin with the external id ${JSON.stringify(externalId)}, and you may register none (twin:write).`,
        };
      const type = key.startsWith("host.") ? "host" : "service";
      const twinId = id ?? (await registerTwin(database, actor, { externalId, type }));
      known.set(externalId, twinId);
      return twinId;
    };
  }
}

/** Doubles have digits far behind the point that decimals do not have; they are rounded to the 20th. */
const decimalOf = (value: number | string): string => {
  if (typeof value === "string" || !Number.isFinite(value)) return String(value);
  const text = String(value);
  const isPlain = !text.includes("e") && (text.split(".")[1]?.length ?? 0) <= 20;
  return isPlain || Math.abs(value) >= 1 ? text : value.toFixed(20);
};
