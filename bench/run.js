import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureAnalytics } from "./analytics.js";
import { cacheSetting, poolSize } from "./atrium.js";
import { readSample } from "./compare.js";
import { openBenchDatabase } from "./database.js";
import { measureFanOut } from "./fan-out.js";
import { judge, notMeasured } from "./goals.js";
import { measureJobs } from "./jobs.js";
import { measureQueries } from "./measure-queries.js";
import { measureMemory } from "./memory.js";
import { isPinned } from "./process.js";
import { profile } from "./profile.js";
import { measureProvider } from "./provider.js";
import { queries } from "./queries.js";
import { printGoals, printPart, printQueries } from "./report.js";
import { serverNames } from "./servers.js";
import { measureTargets } from "./targets.js";
import { measureVectors } from "./vectors.js";
import { measureVoice } from "./voice.js";

const usage = `npm run bench -- [options]
  --rounds N        rounds in which the servers take turns, default 5
  --seconds S       of one measurement, default 0.7
  --only Q1,M1      these queries alone: ${Object.keys(queries).join(", ")}
  --servers A,B     these servers alone: ${serverNames.join(", ")}
  --parts A,B       these parts alone: queries, fanOut, jobs, provider, voice, analytics, vectors, memory, targets
  --profile Q1      where Atrium's time goes under the load of one query
A run without --only, --servers and --parts writes bench/results.json.`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string" },
    only: { type: "string" },
    servers: { type: "string" },
    parts: { type: "string" },
    profile: { type: "string" },
    help: { type: "boolean" },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds ?? 0.7);
const say = (text) => process.stderr.write(`  ${text}\n`);
const list = (text, known) => {
  const names = text?.split(",");
  for (const name of names ?? [])
    if (!known.includes(name)) throw new Error(`There is no ${name}: only ${known.join(", ")}.`);
  return names;
};

const parts = {
  queries: (given) =>
    measureQueries({
      ...given,
      only: list(options.only, Object.keys(queries)),
      chosen: list(options.servers, serverNames),
    }),
  fanOut: (given) => measureFanOut({ ...given, rounds: Math.min(rounds, 3), seconds: 1 }),
  jobs: (given) => measureJobs({ ...given, rounds: Math.min(rounds, 3) }),
  provider: (given) => measureProvider({ ...given, rounds: Math.min(rounds, 3) }),
  voice: measureVoice,
  analytics: measureAnalytics,
  vectors: measureVectors,
  memory: measureMemory,
  targets: measureTargets,
};

const describe = () => {
  const git = (...args) => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
  return {
    machine: { cores: cpus().length, node: process.version, pinned: isPinned },
    date: new Date().toISOString(),
    commit:
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--", ":/src", ":/resolvers") ? "+" : ""),
    method: { rounds, seconds, connections: 32, pool: poolSize },
  };
};

const measureAll = async (url) => {
  if (!isPinned) say("There is one core, or no taskset: servers, Postgres and load share what there is.");
  if (loadavg()[0] > 1) say(`The machine has other work (load ${loadavg()[0].toFixed(1)}): ratios will scatter.`);
  if ("ATRIUM_QUERY_CACHE_MB" in cacheSetting) say("Atrium's cache of answers is off: nothing kept is measured.");
  const results = describe();
  const chosen =
    list(options.parts, Object.keys(parts)) ?? (options.only || options.servers ? ["queries"] : Object.keys(parts));
  const sample = await readSample(url);
  for (const name of chosen) {
    try {
      results[name] = await parts[name]({ url, sample, rounds, seconds, say });
      if (name === "queries") printQueries(results.queries);
      else printPart(name, results[name]);
    } catch (error) {
      results.failed = { ...results.failed, [name]: error.message };
      console.error(`\nThe part ${name} could not be measured:`, error);
    }
  }
  results.goals = judge(results);
  results.notMeasured = notMeasured;
  printGoals(results.goals);
  if (!options.only && !options.servers && !options.parts) {
    const file = fileURLToPath(new URL("results.json", import.meta.url));
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    say("written to bench/results.json");
  }
  if (results.failed !== undefined) process.exitCode = 1;
};

if (options.help) {
  console.log(usage);
} else {
  const database = await openBenchDatabase(say);
  try {
    if (options.profile === undefined) await measureAll(database.url);
    else {
      const [name] = list(options.profile, Object.keys(queries));
      await profile(name, { url: database.url, seconds: Number(options.seconds ?? 5), say });
    }
  } finally {
    await database.stop();
  }
}
