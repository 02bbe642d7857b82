import os from "node:os";
import type { ResourceUsageSubscription } from "#schema/client.js";
import { connect } from "#schema/connect.js";
import type { Logger } from "#src/platform/logger.js";
import { PlatformTelemetry } from "#src/telemetry/platform/platform-telemetry.js";
import { PlatformTwins } from "#src/telemetry/platform/platform-twins.js";
import type { NewPoint, TelemetryService } from "#src/telemetry/telemetry-service.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { spawnAtrium } from "./support/processes.js";
import { storePoints } from "./support/stored-points.js";
import { createTestDatabase } from "./support/test-database.js";

type Usage = ResourceUsageSubscription["resourceUsage"];
type Ingest = TelemetryService["ingest"];

let atrium: TestAtrium;
const open: { stop(): Promise<unknown> }[] = [];

beforeEach(async () => {
  atrium = await startAtrium({ withWorkers: false, env: { ATRIUM_PLATFORM_TELEMETRY_SECONDS: "1" } });
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
  await atrium.close();
});

/** As another process of the installation does it, with a stand-in for what takes the points in. */
const measure = (role: string, ingest: Ingest = store, logger: Logger = atrium.app.logger) => {
  const config = { ...atrium.app.config, telemetry: { ...atrium.app.config.telemetry, platformMs: 200 } };
  const telemetry = new PlatformTelemetry({ ...atrium.app, config, logger, telemetry: { ingest } });
  open.push(telemetry);
  telemetry.start({ role, port: 0 });
  return telemetry;
};

const store: Ingest = async (actor, points) => {
  expect(actor.isSystem).toBe(true);
  await storePoints(atrium.database, actor.workspaceId, points);
  return { accepted: points.length, duplicates: 0, conflicts: 0 };
};

const twins = () =>
  atrium.database.query<{
    id: string;
    externalId: string;
    type: string;
    workspaceId: string;
    revision: number;
    metadata: Record<string, unknown>;
  }>(
    `select id, external_id as "externalId", type, workspace_id as "workspaceId", revision, metadata from twin
     order by external_id`,
  );

const follow = (person: Person, after?: string) => {
  const stream = person.sdk.ResourceUsage({
    after: after ?? null,
  }) as unknown as AsyncIterable<ResourceUsageSubscription>;
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: async (): Promise<Usage> => {
      const { value, done } = await iterator.next();
      if (done) throw new Error("The subscription ended.");
      return (value as ResourceUsageSubscription).resourceUsage;
    },
    /** What is told until it is as wanted. */
    async until(wanted: (usage: Usage) => boolean): Promise<Usage[]> {
      for (const told: Usage[] = []; ; ) {
        told.push(await this.next());
        if (wanted(told.at(-1) as Usage)) return told;
      }
    },
    stop: () => iterator.return?.(),
  };
};

test("N2 a host and its processes become twins of the first operator's workspace, once however many start together", async () => {
  const { database } = atrium.app;
  const processes = [
    { role: "api", port: 4000 },
    { role: "worker", port: 0 },
    { role: "worker", port: 0 },
    { role: "start", port: 4001 },
  ].map((self) => new PlatformTwins(database, self, 60_000, "rack"));
  for (const each of processes) expect(await each.register()).toBeUndefined();
  const operator = await atrium.signUp();
  await atrium.signUp();
  await Promise.all(processes.map((each) => each.register()));
  const found = await twins();
  const names = ["api:4000", "start:4001", "worker:0", "worker:0#2"].map((name) => `process/rack/${name}`);
  expect(found.map(({ externalId }) => externalId)).toEqual(["host/rack", ...names]);
  const { me } = await operator.query<{ me: { id: string } }>("{ me { id } }");
  const [own] = await atrium.database.query("select workspace_id from membership where user_id = $1", [me.id]);
  for (const { workspaceId } of found) expect(workspaceId).toBe(own?.workspace_id);
  const [host, ...others] = found;
  expect(host).toMatchObject({
    type: "host",
    revision: 1,
    metadata: { kernel: os.release(), memoryBytes: os.totalmem() },
  });
  expect(others[0]).toMatchObject({
    type: "process",
    metadata: { role: "api", pid: process.pid, node: process.version },
  });
  const links = await atrium.database.query<{ child: string; relation: string }>(
    "select child_id as child, relation from twin_link where parent_id = $1",
    [host?.id],
  );
  expect(new Set(links.map(({ child }) => child))).toEqual(new Set(others.map(({ id }) => id)));
  for (const { relation } of links) expect(relation).toBe("CONTAINS");
  // Once more: nothing is new, so nothing is changed.
  for (const each of processes) await each.register();
  expect(await twins()).toEqual(found);
});

test("N2 at a start what a twin says of itself is brought up to date, and what others said of it stays", async () => {
  await atrium.signUp();
  const own = new PlatformTwins(atrium.app.database, { role: "api", port: 1 }, 60_000, "rack");
  await own.register();
  await atrium.database.query(`update twin set metadata = '{"floor": 3, "kernel": "an old one"}' where type = 'host'`);
  await own.register();
  const [host] = await twins();
  expect(host).toMatchObject({ revision: 2, metadata: { floor: 3, kernel: os.release() } });
});

test("N2 of several processes one measures the host, and another one when it has ended or vanished", async () => {
  await atrium.signUp();
  const { database } = atrium.app;
  const first = new PlatformTwins(database, { role: "api", port: 0 }, 60_000, "rack");
  const second = new PlatformTwins(database, { role: "worker", port: 0 }, 3_000, "rack");
  const [a, b] = [await first.register(), await second.register()];
  if (a === undefined || b === undefined) throw new Error("They are not registered.");
  expect(await first.renew(a)).toEqual({ host: true, process: true });
  expect(await second.renew(b)).toEqual({ host: false, process: true });
  await first.release();
  expect(await second.renew(b)).toEqual({ host: true, process: true });
  // It was gone for a while, and is not any more.
  expect(await first.renew(a)).toEqual({ host: false, process: true });
  await eventually(
    async () => (await first.renew(a))?.host,
    (host) => host === true,
  );
  // Somebody deletes a twin: it has to be made anew.
  await atrium.database.query("delete from twin where id = $1", [a.hostId]);
  expect(await first.renew(a)).toEqual({ host: false, process: false });
  const again = await first.register();
  expect(again?.hostId).not.toBe(a.hostId);
});

test("N2 a process whose place another one took registers under a name of its own", async () => {
  await atrium.signUp();
  const { database } = atrium.app;
  const self = { role: "worker", port: 0 };
  const [first, second] = [300, 60_000].map((holdMs) => new PlatformTwins(database, self, holdMs, "rack"));
  const slept = await first?.register();
  if (slept === undefined) throw new Error("It is not registered.");
  const taken = await eventually(
    async () => second?.register(),
    (registered) => registered?.processId === slept.processId,
  );
  expect(taken?.externalIds.process).toBe("process/rack/worker:0");
  expect((await first?.renew(slept))?.process).toBe(false);
  expect((await first?.register())?.externalIds.process).toBe("process/rack/worker:0#2");
});

test("N2 resourceUsage tells what the host and its processes have in use, live and on from a cursor", async () => {
  const operator = await atrium.signUp();
  const [api, worker] = [measure("api"), measure("worker")];
  const stream = follow(operator);
  const told = await stream.until(({ processes, network }) => processes.length === 2 && network.length > 0);
  const usage = told.at(-1) as Usage;
  expect(usage).toMatchObject({ host: os.hostname(), cpu: { cores: os.cpus().length }, gpus: null });
  expect(usage.cpu.share).toBeGreaterThanOrEqual(0);
  expect(usage.cpu.share).toBeLessThanOrEqual(1);
  expect(usage.memory?.total).toBeGreaterThan(100_000_000);
  expect(usage.memory?.used).toBe((usage.memory?.total ?? 0) - (usage.memory?.available ?? 0));
  expect(usage.disks[0]?.total).toBeGreaterThan(usage.disks[0]?.used ?? Number.POSITIVE_INFINITY);
  expect(usage.processes.map(({ role, pid }) => ({ role, pid }))).toEqual([
    { role: "api", pid: process.pid },
    { role: "worker", pid: process.pid },
  ]);
  for (const { residentBytes } of usage.processes) expect(residentBytes).toBeGreaterThan(10_000_000);
  // The same as in the charts: what is told is the latest point of each metric.
  const stored = await atrium.database.query<{ name: string }>("select name from metric where twin_id = $1", [
    usage.twinId,
  ]);
  expect(stored.map(({ name }) => name)).toEqual(expect.arrayContaining(["cpu_share", "memory_used_bytes", "load1"]));
  // Places grow, and a cut stream goes on behind the last one.
  const again = follow(operator, usage.cursor);
  const next = await again.next();
  expect(next.cursor).not.toBe(usage.cursor);
  expect(new Date(next.at).getTime()).toBeGreaterThan(new Date(usage.at).getTime());
  // One of the two has the host; when it ends the other goes on with it.
  await api.stop();
  const without = await again.until(({ processes }) => processes.length === 1);
  expect(without.at(-1)?.processes[0]?.role).toBe("worker");
  await again.next();
  await worker.stop();
  await stream.stop();
  await again.stop();
});

test("N2 measuring goes on after what failed, and is complained of once", async () => {
  await atrium.signUp();
  const warned: unknown[] = [];
  const logger = { ...atrium.app.logger, warn: (...said: unknown[]) => warned.push(said) } as unknown as Logger;
  const sent: NewPoint[][] = [];
  let isBroken = true;
  let tries = 0;
  measure(
    "api",
    async (_actor, points) => {
      tries += 1;
      if (isBroken) throw new Error("the database is away");
      sent.push([...points]);
      return { accepted: points.length, duplicates: 0, conflicts: 0 };
    },
    logger,
  );
  await eventually(
    async () => tries,
    (count) => count >= 3,
  );
  expect(warned).toHaveLength(1);
  isBroken = false;
  const points = await eventually(
    async () => sent.flat(),
    (all) => all.length > 30,
  );
  expect(warned).toHaveLength(1);
  const named = new Set(points.map(({ metric }) => metric));
  for (const metric of ["cpu_share", "resident_bytes", "event_loop_lag_p99_seconds", "sql_p95_seconds", "pool_active"])
    expect(named).toContain(metric);
  expect(named).toContain('queue_depth{lane="interactive"}');
  for (const { value, unit, at } of points) {
    expect(value).toMatch(/^-?\d+(\.\d+)?$/);
    expect(unit).toBeTruthy();
    expect(at).toBeInstanceOf(Date);
  }
});

test("N2 resourceUsage is for operators alone, and says which setting is missing where nothing is measured", async () => {
  const operator = await atrium.signUp();
  const other = await atrium.signUp();
  expect(await errorOf(follow(other).next())).toMatchObject({ code: "FORBIDDEN" });
  expect(await errorOf(follow(operator, "nonsense").next())).toMatchObject({
    code: "BAD_USER_INPUT",
    details: { field: "after" },
  });
  const off = await startAtrium({ database: atrium.database, withWorkers: false });
  const there = personAt(off.url, operator);
  expect(await errorOf(follow(there).next())).toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("ATRIUM_PLATFORM_TELEMETRY_SECONDS"),
  });
  await there.close();
  await off.close();
});

test("N2 a real installation measures itself: points, metrics and resourceUsage within seconds", async () => {
  const database = await createTestDatabase();
  const env = {
    ...testEnv(database),
    ATRIUM_PLATFORM_TELEMETRY_SECONDS: "1",
    ATRIUM_ADMIN_EMAIL: "admin@example.com",
    ATRIUM_ADMIN_PASSWORD: "correct horse battery",
  };
  const running = await spawnAtrium("start", env);
  const input = { email: env.ATRIUM_ADMIN_EMAIL, password: env.ATRIUM_ADMIN_PASSWORD };
  const { signIn } = await connect(running.url).sdk.SignIn({ input });
  const operator = personAt(running.url, { ...input, ...signIn });
  const stream = follow(operator);
  const [usage] = (await stream.until(({ network, processes }) => network.length > 0 && processes.length === 1)).slice(
    -1,
  );
  expect(usage?.processes[0]).toMatchObject({ role: "start", pid: running.child.pid });
  const { metrics } = await operator.query<{
    metrics: { nodes: { name: string; points: number; lastValue: string }[] };
  }>(
    `query ($twinId: ID!) { metrics(filter: { twin: { id: { eq: $twinId } } }, first: 100) { nodes { name points lastValue } } }`,
    { twinId: usage?.twinId },
  );
  expect(metrics.nodes.find(({ name }) => name === "cpu_share")?.points).toBeGreaterThan(0);
  await stream.stop();
  await operator.close();
  expect(await running.kill("SIGTERM")).toBe(0);
  // What nobody decided is in no audit log.
  const audited = await database.query(
    "select 1 from audit_entry where action like 'telemetry%' or action like 'twin%'",
  );
  expect(audited).toEqual([]);
  await database.drop();
}, 60_000);
