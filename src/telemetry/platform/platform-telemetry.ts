import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import type { Metrics } from "#src/platform/metrics.js";
import { detached } from "#src/platform/span.js";
import type { TelemetryService } from "../telemetry-service.js";
import { HostMeter } from "./host-meter.js";
import type { Measurement } from "./measurement.js";
import { type PlatformProcess, PlatformTwins, type Registered } from "./platform-twins.js";
import { ProcessMeter } from "./process-meter.js";
import { usageTopic } from "./resource-usage-log.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly telemetry: Pick<TelemetryService, "ingest">;
}

/** Measurements that a process may miss before another one takes the host over. */
const missable = 4;
const leastHoldMs = 5_000;

/**
 * The platform watches itself: each process measures itself, and one on each host the host, as telemetry like any other.
 * Whatever fails in it is told once and tried again the next time; it never hurts the process.
 */
export class PlatformTelemetry {
  readonly #stopped = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(private readonly deps: Deps) {}

  /** Begins to measure; with `platformMs` 0 nothing is. */
  start(self: PlatformProcess): void {
    const { platformMs } = this.deps.config.telemetry;
    if (platformMs > 0) this.#working = detached(() => this.#work(self, platformMs));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  async #work(self: PlatformProcess, everyMs: number): Promise<void> {
    const { signal } = this.#stopped;
    const { database, metrics } = this.deps;
    const twins = new PlatformTwins(database, self, Math.max(leastHoldMs, missable * everyMs));
    const process = new ProcessMeter(metrics);
    const round = { twins, process, registered: undefined, host: undefined };
    while (!signal.aborted) {
      const begun = performance.now();
      await this.#try(() => this.#measure(round));
      const rest = everyMs - (performance.now() - begun);
      await sleep(Math.max(0, rest), undefined, { ref: false, signal }).catch(() => {});
    }
    process.stop();
    await this.#try(() => twins.release());
  }

  async #measure(round: Round): Promise<void> {
    const { telemetry, bus, clock, config } = this.deps;
    round.registered ??= await round.twins.register();
    // As long as nobody runs the installation there is no workspace for its figures.
    if (round.registered === undefined) return;
    const { actor, hostId, processId } = round.registered;
    const holds = await round.twins.renew(round.registered);
    if (!holds.process) {
      round.registered = undefined;
      return;
    }
    if (holds.host) round.host ??= await HostMeter.open(config.dataDir, (what, error) => this.#missing(what, error));
    // Its rates would be those of the time in which another process had the host.
    else round.host = undefined;
    const at = clock.now();
    const of = (twinId: string, measured: readonly Measurement[]) => measured.map((each) => ({ ...each, twinId, at }));
    const points = [...of(hostId, (await round.host?.read()) ?? []), ...of(processId, await round.process.read())];
    await telemetry.ingest(actor, points);
    bus.publish([usageTopic]);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing && !this.#stopped.signal.aborted)
        this.deps.logger.warn({ err: error }, "the platform could not be measured; it goes on trying");
      this.#isFailing = true;
    }
  }

  #missing(what: string, error: unknown): void {
    this.deps.logger.warn({ err: error, of: what }, "a figure of the host could not be measured");
  }
}

interface Round {
  readonly twins: PlatformTwins;
  readonly process: ProcessMeter;
  registered: Registered | undefined;
  host: HostMeter | undefined;
}
