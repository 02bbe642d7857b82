import { diskIn, interfacesIn, mountsIn } from "#src/telemetry/platform/host-counters.js";
import { LatestFigures } from "#src/telemetry/platform/latest-figures.js";
import { labelled, measurement, parseLabelled, Rates } from "#src/telemetry/platform/measurement.js";
import { usageOfHost } from "#src/telemetry/platform/usage-of-host.js";

test("N2 a figure that is not known is a gap, and no zero", () => {
  for (const unknown of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
    expect(measurement("cpu_share", "1", unknown)).toEqual([]);
  expect(measurement("cpu_share", "1", 0)).toEqual([{ metric: "cpu_share", unit: "1", value: "0" }]);
  expect(measurement("x", "1", 0.1 + 0.2)).toEqual([{ metric: "x", unit: "1", value: "0.3" }]);
  expect(measurement("x", "By", 2 ** 45)).toEqual([{ metric: "x", unit: "By", value: "35184372088832" }]);
  expect(measurement("x", "1", 1e-7)).toEqual([{ metric: "x", unit: "1", value: "0" }]);
});

test("N2 a rate needs two looks, and none is told of a counter that begins again", () => {
  const rates = new Rates();
  expect(rates.perSecond("a", 100, 1_000)).toBeUndefined();
  expect(rates.perSecond("b", 7, 1_000)).toBeUndefined();
  expect(rates.perSecond("a", 600, 3_000)).toBe(250);
  expect(rates.perSecond("a", 600, 3_000)).toBeUndefined();
  expect(rates.perSecond("a", 5, 4_000)).toBeUndefined();
  expect(rates.perSecond("a", 6, 5_000)).toBe(1);
});

test("N2 labels come back as they were, whatever is in them", () => {
  for (const mount of ["/", 'C:\\"x"', "/a,b={}", "/with space", ""]) {
    const name = labelled("disk_used_bytes", { mount, kind: "y" });
    expect(parseLabelled(name)).toEqual({ name: "disk_used_bytes", labels: { mount, kind: "y" } });
  }
  expect(parseLabelled("load1")).toEqual({ name: "load1", labels: {} });
  expect(labelled("d", { mount: "x".repeat(1_000) }).length).toBeLessThan(300);
});

test("N2 Linux's own files are read: mounts, disks, interfaces", () => {
  const mounts = mountsIn(
    [
      "22 27 0:21 / /proc rw,nosuid - proc proc rw",
      "27 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw",
      "90 27 8:16 / /my\\040data rw - ext4 /dev/sdb rw",
      "",
    ].join("\n"),
  );
  expect(mounts).toEqual([
    { device: "0:21", path: "/proc" },
    { device: "254:1", path: "/" },
    { device: "8:16", path: "/my data" },
  ]);
  const diskstats = [
    " 254       0 vda 9 0 9 0 9 0 9 0 0 0 0 0 0 0 0 0 0",
    " 254       1 vda1 100 5 2000 30 40 6 800 70 0 90 100 0 0 0 0 0 0",
  ].join("\n");
  expect(diskIn(diskstats, { path: "/", device: "254:1" })).toEqual({ name: "/", read: 1_024_000, written: 409_600 });
  expect(diskIn(diskstats, { path: "/x", device: "0:50" })).toBeUndefined();
  const netDev = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
    "    lo:    1000      10    0    0    0     0          0         0     1000      10    0    0    0     0       0          0",
    "  eth0:12345       10    0    0    0     0          0         0     678      10    0    0    0     0       0          0",
  ].join("\n");
  expect(interfacesIn(netDev, ["eth0", "wlan0"])).toEqual([{ name: "eth0", read: 12_345, written: 678 }]);
});

test("N2 what was not measured lately is not told, and a host without a GPU has null", () => {
  const at = new Date("2026-11-22T10:00:00Z");
  const gone = new Date(at.getTime() - 61_000);
  const network = (name: string, when: Date) =>
    ["received", "sent"].map((way) => ({
      name: labelled(`network_${way}_bytes_per_second`, { interface: name }),
      value: way === "sent" ? 2 : 1,
      at: when,
    }));
  const points = [
    { name: "cpu_share", value: 0.25, at },
    { name: "cpu_cores", value: 4, at },
    ...network("eth10", at),
    ...network("eth9", at),
    ...network("eth1", gone),
  ];
  const usage = usageOfHost(new LatestFigures(points, 60_000), []);
  expect(usage).toMatchObject({ at, cpu: { share: 0.25, cores: 4, load1: null }, memory: null, disks: [], gpus: null });
  expect(usage?.network).toEqual([
    { interface: "eth9", rxPerSecond: 1, txPerSecond: 2 },
    { interface: "eth10", rxPerSecond: 1, txPerSecond: 2 },
  ]);
  const gpu = (name: string, value: number) => ({ name: labelled(name, { gpu: "0", model: "A10" }), value, at });
  const withGpu = [...points, gpu("gpu_share", 0.5), gpu("gpu_memory_used_bytes", 7)];
  expect(usageOfHost(new LatestFigures(withGpu, 60_000), [])?.gpus).toEqual([
    { model: "A10", share: 0.5, memoryUsed: 7, memoryTotal: null },
  ]);
  expect(usageOfHost(new LatestFigures([], 60_000), [])).toBeUndefined();
});
