import "reflect-metadata";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "graphql";
import pino from "pino";
import { Context } from "../dist/resolvers/context.js";
import { createSchema } from "../dist/resolvers/schema.js";
import { createApp } from "../dist/src/app.js";
import { permissionsOf } from "../dist/src/identity/permissions.js";
import { readConfig } from "../dist/src/platform/config.js";
import { CompiledQueries } from "../dist/src/server/compiled-queries.js";
import { openBenchDatabase, withClient } from "./database.js";
import { queries } from "./queries.js";
import { median } from "./statistics.js";

/**
 * What row-level security costs: the same compiled queries in one process with the wall in Postgres and without it, in turns.
 * `node bench/wall.js [rounds] [executions a round] [Q1,Q2]`. Ratios below 1.10 are the goal.
 */
const rounds = Number(process.argv[2] ?? 200);
const executions = Number(process.argv[3] ?? 20);
const only = process.argv[4]?.split(",");
const say = (text) => process.stdout.write(`${text}\n`);

const fieldsOf = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** Processor time of the processes of one Postgres, in milliseconds: ticks of 10 ms. */
const postgresMs = (postmaster) => {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = fieldsOf(pid);
      if (fields[1] === postmaster) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * 10;
};

const start = async (url, rowSecurity) => {
  const config = readConfig({
    DATABASE_URL: url,
    ATRIUM_SECRET: "a secret of the bench that is long enough",
    ATRIUM_ROW_SECURITY: rowSecurity,
  });
  const app = await createApp(config, { databaseUrl: url, logger: pino({ level: "silent" }) });
  const compiled = new CompiledQueries(createSchema(app), app.database);
  return { app, compiled };
};

const database = await openBenchDatabase(say);
const sides = { on: await start(database.url, "on"), off: await start(database.url, "off") };
try {
  const sample = await withClient(database.url, async (client) => {
    const { rows } = await client.query(
      `select m.user_id as user, m.workspace_id as workspace from membership m where role = 'OWNER' limit 1`,
    );
    const { rows: quotes } = await client.query("select id from quote order by md5(id) limit 500");
    return { ...rows[0], ids: quotes.map(({ id }) => id) };
  });
  const postmaster = await withClient(database.url, async (client) => {
    const { rows } = await client.query("select pg_backend_pid() as pid");
    return fieldsOf(rows[0].pid)[1];
  });
  const caller = {
    userId: sample.user,
    workspaceId: sample.workspace,
    sessionId: "none",
    role: "OWNER",
    permissions: permissionsOf("OWNER"),
    requestId: "bench",
  };
  const extra = {
    count: { title: "how many quotes", document: "{ quotes(first: 1) { totalCount } }", variables: () => [{}] },
    json: {
      title: "a filter that the GIN index of tags answers",
      document: `{ quotes(first: 20, filter: { tags: { hasAll: ["tag 1", "tag 8", "tag 14"] } }) { nodes { id } } }`,
      variables: () => [{}],
    },
  };
  for (const [name, query] of Object.entries({ ...queries, ...extra })) {
    if (name === "T0" || query.writes || (only !== undefined && !only.includes(name))) continue;
    const document = parse(query.document);
    const variables = query.variables?.(sample) ?? [{}];
    const context = (app) => new Context(app, { requestId: "bench", userAgent: undefined }, caller);
    const run = async ({ app, compiled }, at) => {
      const given = variables[at % variables.length];
      const prepared = compiled.prepare(context(app), {
        document,
        operation: document.definitions[0],
        variables: given,
      });
      return prepared.run();
    };
    const times =
      name.startsWith("Q4") || name === "count" || name === "json" ? Math.ceil(executions / 10) : executions;
    const measure = async (side) => {
      const [wall, cpu, postgres] = [performance.now(), process.cpuUsage(), postgresMs(postmaster)];
      for (let at = 0; at < times; at += 1) await run(side, at);
      const { user, system } = process.cpuUsage(cpu);
      return {
        latency: (performance.now() - wall) / times,
        cpu: ((user + system) / 1000 + postgresMs(postmaster) - postgres) / times,
      };
    };
    const [on, off] = await Promise.all([run(sides.on, 0), run(sides.off, 0)]);
    if (on !== off) throw new Error(`${name} is answered differently behind the wall`);
    await measure(sides.on);
    await measure(sides.off);
    const latency = [];
    const cpu = [];
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? ["on", "off"] : ["off", "on"];
      const found = {};
      for (const side of order) found[side] = await measure(sides[side]);
      latency.push([found.on.latency, found.off.latency]);
      cpu.push([found.on.cpu, found.off.cpu]);
    }
    const ratio = (pairs) => median(pairs.map(([one, other]) => one / other)).toFixed(3);
    const sum = (pairs, at) => pairs.reduce((total, pair) => total + pair[at], 0) / pairs.length;
    say(
      `${name.padEnd(6)} latency ×${ratio(latency)} (${sum(latency, 0).toFixed(3)} ms with, ${sum(latency, 1).toFixed(3)} ms without), ` +
        `processor time ×${(sum(cpu, 0) / sum(cpu, 1)).toFixed(3)}   ${query.title}`,
    );
  }
} finally {
  await sides.on.app.close();
  await sides.off.app.close();
  await database.stop();
}
