import { statfs } from "node:fs/promises";
import os from "node:os";
import { diskCounter, type Mount, mountOf, networkCounters } from "./host-counters.js";
import { labelled, type Measurement, measurement, Rates } from "./measurement.js";

/** Asking GPUs starts a program that takes a while, so they are measured less often, in milliseconds. */
const gpuMs = 30_000;

type SystemInformation = typeof import("systeminformation");

/** Measures the host. What is a rate or a share of CPU time is of the time since the last reading. */
export class HostMeter {
  readonly #rates = new Rates();
  #mount: Mount | undefined;
  #hasGpus = true;
  #gpusAt = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly information: SystemInformation,
    private readonly folder: string,
    /** Told what could not be measured, each thing once. */
    private readonly onMissing: (what: string, error: unknown) => void,
  ) {}

  /** Loaded only by the process that measures the host: the library takes memory. */
  static async open(folder: string, onMissing: (what: string, error: unknown) => void): Promise<HostMeter> {
    const { default: information } = await import("systeminformation");
    const missing = new Set<string>();
    return new HostMeter(information, folder, (what, error) => {
      if (!missing.has(what)) onMissing(what, error);
      missing.add(what);
    });
  }

  async read(): Promise<Measurement[]> {
    const parts = {
      cpu: () => this.#cpu(),
      memory: () => this.#memory(),
      disk: () => this.#disk(),
      network: () => this.#network(),
      gpu: () => this.#gpus(),
    };
    const measured = await Promise.all(
      Object.entries(parts).map(([what, measure]) =>
        measure().catch((error: unknown) => {
          this.onMissing(what, error);
          return [];
        }),
      ),
    );
    return measured.flat();
  }

  async #cpu(): Promise<Measurement[]> {
    const { currentLoad, cpus } = await this.information.currentLoad();
    const busiest = Math.max(0, ...cpus.map(({ load }) => load));
    const [load1] = os.loadavg();
    return [
      ...measurement("cpu_share", "1", currentLoad / 100),
      ...measurement("cpu_busiest_core_share", "1", busiest / 100),
      ...measurement("cpu_cores", "1", cpus.length),
      // Windows has no such figure and says 0.
      ...measurement("load1", "1", process.platform === "win32" ? null : load1),
    ];
  }

  async #memory(): Promise<Measurement[]> {
    const { total, available } = await this.information.mem();
    return [
      ...measurement("memory_total_bytes", "By", total),
      ...measurement("memory_available_bytes", "By", available),
      ...measurement("memory_used_bytes", "By", total - available),
    ];
  }

  async #disk(): Promise<Measurement[]> {
    this.#mount ??= await mountOf(this.folder, this.information);
    if (this.#mount === undefined) return [];
    const mount = { mount: this.#mount.path };
    const { blocks, bfree, bavail, bsize } = await statfs(this.folder);
    const counter = await diskCounter(this.#mount, this.information);
    const rate = (name: string, count: number | undefined) =>
      count === undefined ? null : this.#rates.perSecond(name, count);
    return [
      ...measurement(labelled("disk_total_bytes", mount), "By", blocks * bsize),
      ...measurement(labelled("disk_used_bytes", mount), "By", (blocks - bfree) * bsize),
      ...measurement(labelled("disk_available_bytes", mount), "By", bavail * bsize),
      ...measurement(labelled("disk_read_bytes_per_second", mount), "By/s", rate("disk read", counter?.read)),
      ...measurement(labelled("disk_written_bytes_per_second", mount), "By/s", rate("disk written", counter?.written)),
    ];
  }

  async #network(): Promise<Measurement[]> {
    const counters = await networkCounters(this.information);
    return counters.flatMap(({ name, read, written }) => {
      const of = { interface: name };
      const received = this.#rates.perSecond(`received ${name}`, read);
      const sent = this.#rates.perSecond(`sent ${name}`, written);
      return [
        ...measurement(labelled("network_received_bytes_per_second", of), "By/s", received),
        ...measurement(labelled("network_sent_bytes_per_second", of), "By/s", sent),
      ];
    });
  }

  /** Only those that tell how busy they are; a host without any is not asked again. */
  async #gpus(): Promise<Measurement[]> {
    if (!this.#hasGpus || performance.now() - this.#gpusAt < gpuMs) return [];
    const { controllers } = await this.information.graphics();
    const gpus = controllers.filter(({ utilizationGpu }) => typeof utilizationGpu === "number");
    this.#hasGpus = gpus.length > 0;
    this.#gpusAt = performance.now();
    const bytes = (mebibytes: number | undefined) => (mebibytes === undefined ? null : mebibytes * 1024 * 1024);
    return gpus.flatMap(({ model, utilizationGpu = 0, memoryUsed, memoryTotal }, number) => {
      const of = { gpu: String(number), model };
      return [
        ...measurement(labelled("gpu_share", of), "1", utilizationGpu / 100),
        ...measurement(labelled("gpu_memory_used_bytes", of), "By", bytes(memoryUsed)),
        ...measurement(labelled("gpu_memory_total_bytes", of), "By", bytes(memoryTotal)),
      ];
    });
  }
}
