import { monitorEventLoopDelay } from "node:perf_hooks";
import { type CumulativeBuckets, histogramQuantile } from "#src/platform/histogram-quantile.js";
import { lanes } from "#src/platform/job.js";
import { bucketsOf, samplesOf, sumOfSamples } from "#src/platform/metric-samples.js";
import type { Metrics } from "#src/platform/metrics.js";
import { labelled, type Measurement, measurement, Rates } from "./measurement.js";

/** Milliseconds between two looks at the event loop. */
const loopResolution = 20;

/** Measures the process that it runs in. What is a rate, a share or a percentile is of the time since the last reading. */
export class ProcessMeter {
  readonly #rates = new Rates();
  readonly #loop = monitorEventLoopDelay({ resolution: loopResolution });
  readonly #buckets = new Map<string, CumulativeBuckets>();
  readonly #counts = new Map<string, number>();

  constructor(private readonly metrics: Metrics) {
    this.#loop.enable();
  }

  stop(): void {
    this.#loop.disable();
  }

  async read(): Promise<Measurement[]> {
    const { metrics } = this;
    await metrics.collect();
    const sum = async (metric: Parameters<typeof samplesOf>[0], labels = {}) =>
      sumOfSamples(await samplesOf(metric), labels);
    const now = performance.now();
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const operations = this.#since("operations", bucketsOf(await samplesOf(metrics.operationDuration)));
    const statements = this.#since("statements", bucketsOf(await samplesOf(metrics.statementDuration)));
    const hits = this.#grown("hits", await sum(metrics.cacheRequests, { outcome: "hit" }));
    const misses = this.#grown("misses", await sum(metrics.cacheRequests, { outcome: "miss" }));
    const ended = await sum(metrics.operations);
    const failed = await sum(metrics.operations, { outcome: "error" });
    return [
      ...measurement("cpu_share", "1", this.#rates.perSecond("cpu", (user + system) / 1_000_000, now)),
      ...measurement("resident_bytes", "By", memory.rss),
      ...measurement("heap_used_bytes", "By", memory.heapUsed),
      ...measurement("event_loop_lag_p99_seconds", "s", this.#lag()),
      ...measurement("open_sockets", "1", (await sum(metrics.websockets)) + (await sum(metrics.eventStreams))),
      ...measurement("subscriptions", "1", await sum(metrics.subscriptions)),
      ...measurement("operations_per_second", "1/s", this.#rates.perSecond("operations", ended, now)),
      ...measurement("failed_operations_per_second", "1/s", this.#rates.perSecond("failed", failed, now)),
      ...measurement("operation_p50_seconds", "s", histogramQuantile(operations, 0.5)),
      ...measurement("operation_p95_seconds", "s", histogramQuantile(operations, 0.95)),
      ...measurement("sql_p95_seconds", "s", histogramQuantile(statements, 0.95)),
      ...measurement("pool_active", "1", await sum(metrics.pool, { state: "active" })),
      ...measurement("pool_waiting", "1", await sum(metrics.pool, { state: "waiting" })),
      ...measurement("cache_hit_share", "1", hits + misses === 0 ? null : hits / (hits + misses)),
      ...measurement("ai_requests", "1", this.#grown("ai requests", await sum(metrics.aiRequests))),
      ...measurement("ai_cost_micros", "1", this.#grown("ai cost", await sum(metrics.aiCost))),
      ...(await this.#queues()),
    ];
  }

  async #queues(): Promise<Measurement[]> {
    const jobs = await samplesOf(this.metrics.jobs);
    const oldest = await samplesOf(this.metrics.jobsOldest);
    // Before the database has answered nothing is known of them.
    if (jobs.length === 0) return [];
    return lanes.flatMap((lane) => [
      ...measurement(labelled("queue_depth", { lane }), "1", sumOfSamples(jobs, { lane, status: "QUEUED" })),
      ...measurement(labelled("queue_oldest_seconds", { lane }), "s", sumOfSamples(oldest, { lane })),
    ]);
  }

  /** The histogram counts whole pauses between two looks, of which the wanted one is no lag. */
  #lag(): number | null {
    const { count } = this.#loop;
    const lag = this.#loop.percentile(99) / 1e9 - loopResolution / 1000;
    this.#loop.reset();
    return count === 0 ? null : Math.max(0, lag);
  }

  #grown(name: string, count: number): number {
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count);
    return count - before;
  }

  #since(name: string, buckets: CumulativeBuckets): CumulativeBuckets {
    const before = new Map((this.#buckets.get(name) ?? []).map(({ bound, count }) => [bound, count]));
    this.#buckets.set(name, buckets);
    return buckets.map(({ bound, count }) => ({ bound, count: count - (before.get(bound) ?? 0) }));
  }
}
