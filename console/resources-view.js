import { bar } from "./bar.js";
import { arrange, byId, element } from "./dom.js";
import { ago, bytes, count, exactTime, percent } from "./format.js";
import { table } from "./table.js";

const usageDocument = `subscription ResourceUsage($after: String) {
  resourceUsage(after: $after) {
    cursor twinId host at
    cpu { share cores load1 }
    memory { used total }
    disks { mount used total readPerSecond writePerSecond }
    network { interface rxPerSecond txPerSecond }
    gpus { model share }
    processes { twinId role pid cpuShare residentBytes heapUsedBytes eventLoopLagP99Seconds openSockets operationsPerSecond }
  }
}`;

const card = byId("resources");
const place = byId("hosts");
let hosts = new Map();
let stop = () => {};

/** What the hosts have in use, for those who run the installation; to all others it is not there. */
const open = (live) => {
  hosts = new Map();
  stop = live.subscribe(usageDocument, {}, { next: show, error: () => close() });
};

const close = () => {
  stop();
  card.hidden = true;
  place.replaceChildren();
};

const show = (usage) => {
  card.hidden = false;
  const host = hosts.get(usage.twinId) ?? element("section", { className: "host" });
  hosts.set(usage.twinId, host);
  arrange(place, [...hosts.values()]);
  // Who is at a link of it stays there.
  const href = host.contains(document.activeElement) ? document.activeElement.hash : undefined;
  host.replaceChildren(...partsOf(usage));
  if (href) [...host.querySelectorAll("a")].find(({ hash }) => hash === href)?.focus();
};

const partsOf = ({ twinId, host, at, cpu, memory, disks, network, gpus, processes }) => [
  element(
    "div",
    { className: "title-bar spread" },
    element("h2", {}, element("a", { href: `#/twins/${twinId}` }, host)),
    element("time", { className: "hint", dateTime: at, title: exactTime(at) }, ago(at)),
  ),
  element(
    "dl",
    { className: "stats" },
    meter(
      "Processors",
      cpu.share,
      `${percent(cpu.share)} of ${cpu.cores}${cpu.load1 === null ? "" : ` · load ${cpu.load1.toFixed(1)}`}`,
    ),
    ...(memory ? [meter("Memory", memory.used / memory.total, `${bytes(memory.used)} of ${bytes(memory.total)}`)] : []),
    ...disks.map(({ mount, used, total }) => meter(`Disk ${mount}`, used / total, `${bytes(used)} of ${bytes(total)}`)),
    ...(gpus ?? []).map(({ model, share }) => meter(model, share, percent(share))),
  ),
  ...(network.length === 0 ? [] : [scrolling(table("Network", networkColumns, network))]),
  scrolling(table("Processes of Atrium", processColumns, processes)),
];

const scrolling = (node) => element("div", { className: "scrolls" }, node);

const meter = (name, share, words) =>
  element(
    "div",
    {},
    element("dt", {}, name),
    element("dd", {}, words),
    element("dd", {}, bar(name, words, { spent: share })),
  );

const networkColumns = [
  ["Interface", ({ interface: name }) => name],
  ["In, a second", ({ rxPerSecond }) => bytes(rxPerSecond), true],
  ["Out, a second", ({ txPerSecond }) => bytes(txPerSecond), true],
];
const processColumns = [
  [
    "Process",
    ({ twinId, role, pid }) => element("a", { href: `#/twins/${twinId}` }, pid === null ? role : `${role} ${pid}`),
  ],
  ["Processor", ({ cpuShare }) => (cpuShare === null ? null : percent(cpuShare)), true],
  ["Memory", ({ residentBytes }) => bytes(residentBytes), true],
  ["Heap", ({ heapUsedBytes }) => bytes(heapUsedBytes), true],
  ["Lag", ({ eventLoopLagP99Seconds: lag }) => (lag === null ? null : `${Math.round(lag * 1000)} ms`), true],
  ["Sockets", ({ openSockets }) => count(openSockets), true],
  ["Operations/s", ({ operationsPerSecond: rate }) => (rate === null ? null : rate.toFixed(1)), true],
];

export const resourcesView = { open, close };
