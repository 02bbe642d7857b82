import type { LatestFigures } from "./latest-figures.js";
import type { DiskUsage, GpuUsage, NetworkUsage, ProcessUsage, ResourceUsage } from "./resource-usage.js";

export interface FoundProcess {
  readonly twinId: string;
  readonly externalId: string;
  readonly pid: unknown;
  readonly figures: LatestFigures;
}

/** The figures of a host as the API tells them; nothing before its first measurement. */
export const usageOfHost = (
  figures: LatestFigures,
  processes: readonly FoundProcess[],
): Omit<ResourceUsage, "cursor" | "twinId" | "host"> | undefined => {
  const share = figures.get("cpu_share");
  const total = figures.get("memory_total_bytes");
  if (figures.at === undefined || share === null) return undefined;
  const gpus = gpusOf(figures);
  return {
    at: figures.at,
    cpu: {
      share,
      busiestCoreShare: figures.get("cpu_busiest_core_share"),
      cores: figures.get("cpu_cores") ?? 0,
      load1: figures.get("load1"),
    },
    memory:
      total === null
        ? null
        : {
            total,
            used: figures.get("memory_used_bytes") ?? 0,
            available: figures.get("memory_available_bytes") ?? 0,
          },
    disks: disksOf(figures),
    network: networkOf(figures),
    gpus: gpus.length === 0 ? null : gpus,
    processes: processes.filter(({ figures: { at } }) => at !== undefined).map(processOf),
  };
};

const disksOf = (figures: LatestFigures): DiskUsage[] =>
  figures.labelsOf("disk_total_bytes").map((labels) => ({
    mount: labels.mount ?? "",
    total: figures.get("disk_total_bytes", labels) ?? 0,
    used: figures.get("disk_used_bytes", labels) ?? 0,
    readPerSecond: figures.get("disk_read_bytes_per_second", labels),
    writePerSecond: figures.get("disk_written_bytes_per_second", labels),
  }));

const networkOf = (figures: LatestFigures): NetworkUsage[] =>
  figures.labelsOf("network_received_bytes_per_second").map((labels) => ({
    interface: labels.interface ?? "",
    rxPerSecond: figures.get("network_received_bytes_per_second", labels) ?? 0,
    txPerSecond: figures.get("network_sent_bytes_per_second", labels) ?? 0,
  }));

const gpusOf = (figures: LatestFigures): GpuUsage[] =>
  figures.labelsOf("gpu_share").map((labels) => ({
    model: labels.model ?? "",
    share: figures.get("gpu_share", labels) ?? 0,
    memoryUsed: figures.get("gpu_memory_used_bytes", labels),
    memoryTotal: figures.get("gpu_memory_total_bytes", labels),
  }));

const processOf = ({ twinId, externalId, pid, figures }: FoundProcess): ProcessUsage => ({
  twinId,
  role: /^process\/.*\/(\w+):/.exec(externalId)?.[1] ?? "",
  // Members can write what they like into it.
  pid: Number.isInteger(pid) ? (pid as number) : null,
  cpuShare: figures.get("cpu_share"),
  residentBytes: figures.get("resident_bytes") ?? 0,
  heapUsedBytes: figures.get("heap_used_bytes") ?? 0,
  eventLoopLagP99Seconds: figures.get("event_loop_lag_p99_seconds"),
  operationsPerSecond: figures.get("operations_per_second"),
  openSockets: figures.get("open_sockets") ?? 0,
});
