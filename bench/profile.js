import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startAtrium } from "./atrium.js";
import { readSample, requestsFor } from "./compare.js";
import { connectInspector, inspected } from "./inspector.js";
import { load } from "./load.js";

const folder = fileURLToPath(new URL("profiles/", import.meta.url));
const root = new URL("..", import.meta.url).href;
const shown = 25;

/**
 * Where the time of Atrium goes while it answers one query under load. The profile begins after the server has warmed up, so
 * nothing of its start is in it.
 */
export const profile = async (name, { url, seconds, say }) => {
  const sample = await readSample(url);
  const server = await startAtrium({ databaseUrl: url, nodeArgs: inspected });
  try {
    const inspector = await connectInspector("atrium");
    const next = await requestsFor(server, name, sample);
    say(`warming up ${name} …`);
    await load({ port: server.port, next, seconds: 4 });
    await inspector.send("Profiler.enable");
    await inspector.send("Profiler.setSamplingInterval", { interval: 200 });
    await inspector.send("Profiler.start");
    const { perSecond, p50, p95 } = await load({ port: server.port, next, seconds });
    const { profile } = await inspector.send("Profiler.stop");
    inspector.close();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.cpuprofile`);
    writeFileSync(file, JSON.stringify(profile));
    console.log(
      `\n${name}: ${Math.round(perSecond)} answers/s while profiled, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    );
    printSelfTimes(profile);
    console.log(`\nThe whole profile, for Chrome or an editor: ${file}`);
  } finally {
    await server.stop();
  }
};

const printSelfTimes = ({ nodes, samples, timeDeltas }) => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const times = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    const key = label(byId.get(id));
    times.set(key, (times.get(key) ?? 0) + timeDeltas[index]);
    total += timeDeltas[index];
  });
  console.log("\n self %    ms  function");
  for (const [key, micros] of [...times].sort((a, b) => b[1] - a[1]).slice(0, shown)) {
    const share = ((micros / total) * 100).toFixed(1).padStart(6);
    console.log(`${share} ${String(Math.round(micros / 1000)).padStart(6)}  ${key}`);
  }
};

/** What is built into Node has no place of its own: the first caller with one tells what it is about. */
const label = (node) => {
  const name = node.callFrame.functionName || "(anonymous)";
  if (node.callFrame.url !== "") return `${name}  ${place(node.callFrame)}`;
  const isNode = ({ callFrame }) => callFrame.url === "" || callFrame.url.startsWith("node:");
  let caller = node.parent;
  while (caller !== undefined && isNode(caller)) caller = caller.parent;
  return caller === undefined ? name : `${name}, called at ${place(caller.callFrame)}`;
};

const place = ({ url, lineNumber }) =>
  `${url.startsWith(root) ? url.slice(root.length) : url.replace(/^.*\/node_modules\//, "node_modules/")}:${lineNumber + 1}`;
