import { statfs } from "node:fs/promises";
import type { Metrics } from "./metrics.js";

/** Looks up how full the disk is that holds a folder. Without the folder, as where files are in S3, nothing is told. */
export const collectDiskMetrics = (metrics: Metrics, folder: string): void =>
  metrics.onCollect(async () => {
    const disk = await statfs(folder).catch(() => undefined);
    if (disk === undefined) return metrics.dataDisk.reset();
    metrics.dataDisk.set({ state: "total" }, disk.blocks * disk.bsize);
    metrics.dataDisk.set({ state: "available" }, disk.bavail * disk.bsize);
  });
