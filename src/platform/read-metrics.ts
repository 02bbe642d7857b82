import type { Counter, Registry } from "prom-client";
import { histogramQuantile } from "./histogram-quantile.js";
import { bucketsOf, type Sample, samplesOf, sumOfSamples as sum } from "./metric-samples.js";
import type { Metrics } from "./metrics.js";
import type { SystemMetrics } from "./system-metrics.js";

/** The figures of the registry as the API tells them: every number comes from what `/metrics` prints. */
export const readMetrics = async (metrics: Metrics): Promise<SystemMetrics> => {
  await metrics.collect();
  const operations = await samplesOf(metrics.operations);
  const operationTimes = await samplesOf(metrics.operationDuration);
  const statements = await samplesOf(metrics.statements);
  const statementTimes = await samplesOf(metrics.statementDuration);
  const pool = await samplesOf(metrics.pool);
  const cache = await samplesOf(metrics.cacheRequests);
  const jobs = await samplesOf(metrics.jobs);
  const oldest = await samplesOf(metrics.jobsOldest);
  const aiRequests = await samplesOf(metrics.aiRequests);
  const aiTokens = await samplesOf(metrics.aiTokens);
  const aiCost = await samplesOf(metrics.aiCost);
  const aiTimes = await samplesOf(metrics.aiDuration);
  const points = await samplesOf(metrics.telemetryPoints);
  const disk = await samplesOf(metrics.dataDisk);
  const [hits, misses] = [sum(cache, { outcome: "hit" }), sum(cache, { outcome: "miss" })];
  return {
    process: await readProcess(metrics),
    httpRequests: sum(await samplesOf(metrics.httpRequests)),
    operationsPerSecond: metrics.operationRate.perSecond(),
    operations: groups(operations, ["type", "field"]).map(({ type = "", field = "" }) => ({
      type,
      field,
      count: sum(operations, { type, field }),
      failed: sum(operations, { type, field, outcome: "error" }),
      ...quantiles(operationTimes, { type, field }),
    })),
    errors: (await samplesOf(metrics.errors)).map(({ labels, value }) => ({ code: String(labels.code), count: value })),
    sql: {
      statements: sum(statements),
      failed: sum(statements, { outcome: "error" }),
      slow: sum(await samplesOf(metrics.slowStatements)),
      ...quantiles(statementTimes),
    },
    pool: {
      isUp: sum(await samplesOf(metrics.databaseUp)) === 1,
      size: sum(await samplesOf(metrics.poolSize)),
      active: sum(pool, { state: "active" }),
      idle: sum(pool, { state: "idle" }),
      waiting: sum(pool, { state: "waiting" }),
    },
    telemetry: {
      accepted: sum(points, { outcome: "accepted" }),
      duplicates: sum(points, { outcome: "duplicate" }),
      conflicts: sum(points, { outcome: "conflict" }),
    },
    disk:
      disk.length === 0 ? null : { total: sum(disk, { state: "total" }), available: sum(disk, { state: "available" }) },
    cache: { hits, misses, ratio: hits + misses === 0 ? null : hits / (hits + misses) },
    queues: groups(jobs, ["lane"]).map(({ lane = "" }) => ({
      lane,
      queued: sum(jobs, { lane, status: "QUEUED" }),
      running: sum(jobs, { lane, status: "RUNNING" }),
      oldestQueuedSeconds: sum(oldest, { lane }),
    })),
    jobAttempts: (await samplesOf(metrics.jobAttempts)).map(({ labels, value }) => ({
      kind: String(labels.kind),
      outcome: String(labels.outcome),
      count: value,
    })),
    ai: groups(aiRequests, ["provider", "model"]).map(({ provider = "", model = "" }) => ({
      provider,
      model,
      requests: sum(aiRequests, { provider, model }),
      failed: sum(aiRequests, { provider, model }) - sum(aiRequests, { provider, model, outcome: "ok" }),
      inputTokens: sum(aiTokens, { provider, model, direction: "input" }),
      outputTokens: sum(aiTokens, { provider, model, direction: "output" }),
      costMicros: sum(aiCost, { provider, model }),
      ...quantiles(aiTimes, { provider, model }),
    })),
    entities: (await samplesOf(metrics.entities)).map(({ labels, value }) => ({
      type: String(labels.type),
      count: value,
    })),
  };
};

const readProcess = async (metrics: Metrics): Promise<SystemMetrics["process"]> => {
  const named = async (name: string) => sum(await samplesIn(metrics.registry, name));
  return {
    startedAt: metrics.startedAt,
    residentBytes: await named("process_resident_memory_bytes"),
    heapUsedBytes: await named("nodejs_heap_size_used_bytes"),
    cpuSeconds: await named("process_cpu_seconds_total"),
    eventLoopLagP99Seconds: await named("nodejs_eventloop_lag_p99_seconds"),
    websockets: sum(await samplesOf(metrics.websockets)),
    eventStreams: sum(await samplesOf(metrics.eventStreams)),
    subscriptions: sum(await samplesOf(metrics.subscriptions)),
  };
};

const samplesIn = async (registry: Registry, name: string): Promise<Sample[]> => {
  const metric = registry.getSingleMetric(name);
  if (metric === undefined) throw new Error(`There is no metric ${name}.`);
  return samplesOf(metric as Counter);
};

/** Each combination of these labels once. */
const groups = (samples: readonly Sample[], names: readonly string[]): Record<string, string>[] => {
  const found = samples.map(({ labels }) => Object.fromEntries(names.map((name) => [name, String(labels[name])])));
  return [...new Map(found.map((group) => [JSON.stringify(group), group])).values()];
};

const quantiles = (samples: readonly Sample[], wanted: Record<string, string> = {}) => {
  const buckets = bucketsOf(samples, wanted);
  return { p50Seconds: histogramQuantile(buckets, 0.5), p95Seconds: histogramQuantile(buckets, 0.95) };
};
