import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import { BackgroundLoop } from "#src/platform/background-loop.js";
import type { Bus } from "#src/platform/bus.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { telemetryTopic } from "../stale.js";
import { rollUp } from "./roll-up.js";
import { rollupLevels, rollupShards } from "./rollup-level.js";

/**
 * Milliseconds for which a minute, an hour or a day gathers changes before it is summed up anew, and stale rows of one pass. A
 * series with a point each second costs 12 small sums a minute by that, one of an hour's minutes, and now and then one of a day's hours.
 */
const paces = [
  { gatherMs: 5_000, most: 2_000 },
  { gatherMs: 60_000, most: 200 },
  { gatherMs: 300_000, most: 200 },
] as const;
/** Pause after a look, and between two that nobody asked for. */
const pauseMs = 500;
const lookMs = 2_000;

const rollupActor: Actor = asSystem({
  workspaceId: noWorkspace,
  userId: "",
  permissions: new Set(),
  requestId: "rollups",
});

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
}

interface Due {
  readonly level: number;
  readonly shard: number;
}

/** Sums points up by minutes, those by hours, and those by days. Nothing depends on when it does: readers look at what is stale. */
export class RollupWorker {
  readonly #loop: BackgroundLoop;

  constructor(
    private readonly deps: Deps,
    /** Of each level. */
    private readonly gatherMs: readonly number[] = paces.map(({ gatherMs }) => gatherMs),
  ) {
    const failure = "rollups could not be made; they will be";
    this.#loop = new BackgroundLoop({ ...deps, topic: telemetryTopic, gatherMs: pauseMs, lookMs, failure }, () =>
      this.catchUp(),
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Rolls up what is due until nothing is, or others are at all of it. */
  async catchUp(): Promise<void> {
    while ((await this.#round()) > 0 && !this.#loop.signal.aborted);
  }

  /** One pass for each shard and level that has something due, so that a shard with much to do holds up no other. */
  async #round(): Promise<number> {
    let changed = 0;
    for (const { level, shard } of await this.#due()) {
      if (this.#loop.signal.aborted) break;
      const { most = 0 } = paces[level] ?? {};
      const task = { level, shard, most, gatherMs: this.#gatherMsOf(level) };
      const pass = await this.deps.database.write(rollupActor, (change) => rollUp(change, task));
      changed += pass.changed ?? 0;
    }
    return changed;
  }

  #due(): Promise<Due[]> {
    const shards = sql`generate_series(0, ${sql.lit(rollupShards - 1)}) as d (shard)`;
    const ofLevel = (level: number) => sql`
      select ${sql.lit(level)}::int as level, d.shard from ${shards} where exists (
        select from telemetry.stale s where s.level = ${sql.lit(level)} and s.series % ${sql.lit(rollupShards)} = d.shard
          and s.at <= now() - ${this.#gatherMsOf(level)} * interval '1 millisecond')`;
    return this.deps.database.rows(sql<Due>`
      ${sql.join(
        rollupLevels.map((_, level) => ofLevel(level)),
        sql` union all `,
      )}`);
  }

  #gatherMsOf(level: number): number {
    return this.gatherMs[level] ?? 0;
  }
}
