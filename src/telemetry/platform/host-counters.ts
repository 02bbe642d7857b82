import { readFile, realpath } from "node:fs/promises";
import os from "node:os";
import { sep } from "node:path";

/** Bytes that went through something since the host began. */
export interface ByteCounter {
  readonly name: string;
  readonly read: number;
  readonly written: number;
}

/** Where a folder is. */
export interface Mount {
  readonly path: string;
  /** Its device, as Linux numbers it. */
  readonly device?: string;
}

/** Interfaces beyond so many are not told apart any more. */
export const mostInterfaces = 16;
/** Linux counts in these, whatever the disk's own are. */
const sectorBytes = 512;

type SystemInformation = typeof import("systeminformation");

/** Linux tells most by files, for which no program has to be started: that would cost more than all else. */
const isLinux = process.platform === "linux";

/** The mount that holds a folder. */
export const mountOf = async (folder: string, information: SystemInformation): Promise<Mount | undefined> => {
  const path = await realpath(folder);
  const mounts: Mount[] = isLinux
    ? mountsIn(await readFile("/proc/self/mountinfo", "utf8"))
    : (await information.fsSize()).map(({ mount }) => ({ path: mount }));
  return mounts
    .filter((mount) => path === mount.path || path.startsWith(mount.path.endsWith(sep) ? mount.path : mount.path + sep))
    .reduce<Mount | undefined>(
      (best, mount) => (mount.path.length >= (best?.path.length ?? 0) ? mount : best),
      undefined,
    );
};

/** What was read from and written to the mount's disk; nothing where that is not told. */
export const diskCounter = async (mount: Mount, information: SystemInformation): Promise<ByteCounter | undefined> => {
  if (isLinux) return diskIn(await readFile("/proc/diskstats", "utf8"), mount);
  const stats = await information.fsStats();
  return stats === null ? undefined : { name: mount.path, read: stats.rx, written: stats.wx };
};

/** The network interfaces that have an address and lead to others. */
export const networkCounters = async (information: SystemInformation): Promise<ByteCounter[]> => {
  const names = Object.entries(os.networkInterfaces())
    .filter(([, addresses = []]) => addresses.some(({ internal }) => !internal))
    .map(([name]) => name)
    .slice(0, mostInterfaces);
  if (names.length === 0) return [];
  if (isLinux) return interfacesIn(await readFile("/proc/net/dev", "utf8"), names);
  const stats = await information.networkStats(names.join(","));
  return stats.map(({ iface, rx_bytes: read, tx_bytes: written }) => ({ name: iface, read, written }));
};

/** Later ones hide earlier ones at the same place. */
export const mountsIn = (mountinfo: string): Mount[] =>
  mountinfo
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields.length > 5)
    .map(([, , device = "", , path = ""]) => ({
      device,
      path: path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    }));

export const diskIn = (diskstats: string, { path, device }: Mount): ByteCounter | undefined => {
  for (const line of diskstats.split("\n")) {
    const [major, minor, , , , read, , , , written] = line.trim().split(/\s+/);
    if (`${major}:${minor}` === device)
      return { name: path, read: Number(read) * sectorBytes, written: Number(written) * sectorBytes };
  }
  return undefined;
};

export const interfacesIn = (netDev: string, wanted: readonly string[]): ByteCounter[] =>
  netDev.split("\n").flatMap((line) => {
    const [name = "", rest = ""] = line.split(":").map((part) => part.trim());
    const [read, , , , , , , , written] = rest.split(/\s+/);
    return wanted.includes(name) ? [{ name, read: Number(read), written: Number(written) }] : [];
  });
