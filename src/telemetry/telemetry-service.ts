import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import { type DailyPartitions, lacksPartition } from "#src/platform/daily-partitions.js";
import type { Database } from "#src/platform/database.js";
import { badInput, notFound } from "#src/platform/errors.js";
import type { Metrics } from "#src/platform/metrics.js";
import { touchTwins } from "#src/twins/twin-states.js";
import { type CheckedPoints, checkPoints } from "./check-points.js";
import { telemetryTopic } from "./stale.js";
import { storePoints } from "./store-points.js";
import type { TelemetryReceipt } from "./telemetry-inputs.js";

/** A measurement as it comes from whoever sends it. */
export interface NewPoint {
  readonly twinId: string;
  readonly metric: string;
  readonly at?: Date | null | undefined;
  readonly value: string;
  readonly unit?: string | null | undefined;
}

const maxTries = 3;

/** Takes in what is measured. */
export class TelemetryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly partitions: DailyPartitions,
    private readonly rawDays: number,
    private readonly metrics: Metrics,
  ) {}

  /** Stores points, all or none; those that are there already are left as they are. */
  async ingest(actor: Actor, points: readonly NewPoint[]): Promise<TelemetryReceipt> {
    for (let tries = 1; ; tries += 1) {
      const checked = checkPoints(points, this.clock.now(), this.rawDays);
      await this.partitions.require(timesOf(checked));
      try {
        const receipt = await this.database.write(actor, (change) => store(change, checked));
        this.#count(receipt);
        return receipt;
      } catch (error) {
        // The day ended meanwhile, and with it the oldest one.
        if (tries === maxTries || !lacksPartition(error)) throw error;
        this.partitions.forget();
      }
    }
  }

  #count({ accepted, duplicates, conflicts }: TelemetryReceipt): void {
    const { telemetryPoints } = this.metrics;
    telemetryPoints.inc({ outcome: "accepted" }, accepted);
    telemetryPoints.inc({ outcome: "duplicate" }, duplicates);
    telemetryPoints.inc({ outcome: "conflict" }, conflicts);
  }
}

function* timesOf({ series }: CheckedPoints) {
  for (const { values } of series) for (const at of values.keys()) yield new Date(at);
}

const store = async (change: Change, checked: CheckedPoints): Promise<TelemetryReceipt> => {
  const { series, twins } = checked;
  await lockTwins(change, twins);
  const stored = await storePoints(change, series);
  const receipt = {
    accepted: stored.accepted,
    duplicates: stored.duplicates + checked.duplicates,
    conflicts: stored.conflicts + checked.conflicts,
  };
  if (receipt.accepted > 0) {
    await touchTwins(change, [...twins.keys()]);
    change.wake(telemetryTopic);
  }
  // What Atrium measures of itself nobody has decided.
  if (change.actor.isSystem) return receipt;
  const workspace = { id: change.actor.workspaceId };
  if (receipt.accepted > 0)
    change.announce("telemetry.ingested", workspace, { points: receipt.accepted, twins: twins.size });
  change.audit("telemetry.ingested", workspace, { after: { ...receipt, twins: twins.size } });
  return receipt;
};

/** So that none is deleted meanwhile. Of the system Postgres holds back nothing, so the workspace is named. */
const lockTwins = async (change: Change, twins: CheckedPoints["twins"]): Promise<void> => {
  const rows = await change.sql(sql<{ id: string }>`select id from twin
    where workspace_id = ${change.actor.workspaceId} and id = any(${[...twins.keys()]}::text[]) order by id for key share`);
  const found = new Set(rows.map(({ id }) => id));
  for (const [id, index] of twins)
    if (!found.has(id)) throw badInput(notFound("twin", id).message, `points.${index}.twinId`);
};
