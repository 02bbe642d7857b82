import { readFile } from "node:fs/promises";
import { newId } from "#src/platform/ids.js";
import { eventually, signUpAt, testEnv } from "./support/atrium.js";
import { type LiveOperation, type LiveSocket, openLiveSocket } from "./support/live-socket.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

/** As many as asked for; 10,000 need a limit of open files (`ulimit -n`) above that. */
const count = Number(process.env.LIVE_SOCKETS ?? 300);
const bursts = 5;
const burstSize = 10;
/** Bytes of memory that one open subscription may take, with its socket. */
const maxBytes = 60_000;

let database: TestDatabase;
let server: AtriumProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await spawnAtrium("api", testEnv(database));
}, 60_000);
afterAll(async () => {
  await server.kill("SIGTERM");
  await database.drop();
});

/** Memory of the server in bytes and its processor time in milliseconds, where the system tells. */
const usage = async () => {
  const pid = server.child.pid ?? 0;
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
    readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""),
  ]);
  const times = stat.slice(stat.lastIndexOf(")")).split(" ");
  return {
    bytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024,
    cpuMs: (Number(times[12]) + Number(times[13])) * 10,
  };
};

const record = async (workspaceId: string, kinds: readonly string[]) => {
  await database.query(
    `insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at)
      select id, $1, 'x', 'x', kind, 'x', '{}', now() from unnest($2::text[], $3::text[]) as t (id, kind)`,
    [workspaceId, kinds.map(() => newId("event")), kinds],
  );
  await database.query("select pg_notify('atrium_bus', $1)", [`elsewhere\nevents:${workspaceId}`]);
};

const kindsOf = ({ answers }: LiveOperation) =>
  answers.map(({ data }) => (data as { events: { kind: string } }).events.kind);

test(`J6 ${count} sockets on one workspace hear every event once, in order`, async () => {
  const people = await Promise.all(Array.from({ length: 10 }, () => signUpAt(server.url)));
  const first = people[0];
  if (first === undefined) throw new Error("Nobody has signed up.");
  const workspaceId = (await first.sdk.Workspace()).workspace.id;
  await database.query(
    `insert into membership (id, user_id, workspace_id, role, created_at)
      select 'membership_' || id, id, $1, 'OWNER', now() from "user" where email <> $2`,
    [workspaceId, first.email],
  );
  const headers = { "x-workspace-id": workspaceId };
  const sockets: LiveSocket[] = [];
  const operations: LiveOperation[] = [];
  const before = await usage();
  const begun = performance.now();
  const open = async (n: number) => {
    const person = people[n % people.length] ?? first;
    const socket = await openLiveSocket({ url: server.url, accessToken: person.accessToken }, { headers });
    sockets.push(socket);
    operations.push(socket.subscribe("subscription { events { id kind cursor } }"));
  };
  const next = Array.from({ length: count }, (_, n) => n).values();
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (const n of next) await open(n);
    }),
  );
  const openedMs = performance.now() - begun;
  // A first event tells when all of them listen.
  await eventually(
    async () => {
      await record(workspaceId, ["ready"]);
      return operations.filter(({ answers }) => answers.length > 0).length;
    },
    (listening) => listening === count,
    60_000,
  );
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const opened = await usage();
  const sent = Array.from({ length: bursts * burstSize }, (_, n) => `n${n}`);
  const heardOf = (operation: LiveOperation) => kindsOf(operation).filter((kind) => kind !== "ready");
  const delays: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    const at = performance.now();
    const last = `n${(burst + 1) * burstSize - 1}`;
    await record(workspaceId, sent.slice(burst * burstSize, (burst + 1) * burstSize));
    await eventually(
      async () => operations.filter((operation) => kindsOf(operation).at(-1) === last).length,
      (heard) => heard === count,
      60_000,
    );
    delays.push(Math.round(performance.now() - at));
  }
  const after = await usage();
  const ledger = { sent: count * sent.length, received: 0, lost: 0, doubled: 0, outOfOrder: 0 };
  for (const operation of operations) {
    const heard = heardOf(operation);
    const distinct = new Set(heard);
    ledger.received += heard.length;
    ledger.lost += sent.filter((kind) => !distinct.has(kind)).length;
    ledger.doubled += heard.length - distinct.size;
    if (heard.join() !== sent.join()) ledger.outOfOrder += 1;
  }
  const bytes = Math.round((opened.bytes - before.bytes) / count);
  console.info(
    JSON.stringify({
      sockets: count,
      ...ledger,
      openedPerSecond: Math.round((count / openedMs) * 1000),
      burstHeardByAllMs: delays,
      serverCpuMicrosPerDelivery: Number((((after.cpuMs - opened.cpuMs) * 1000) / ledger.received).toFixed(1)),
      serverMegabytes: [before.bytes, opened.bytes, after.bytes].map((size) => Math.round(size / 1e6)),
      bytesPerSubscription: bytes,
    }),
  );
  expect(ledger).toEqual({
    sent: count * sent.length,
    received: count * sent.length,
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
  });
  // Of few sockets most would be what the process takes anyway.
  if (count >= 5_000 && !Number.isNaN(bytes)) expect(bytes).toBeLessThan(maxBytes);
  for (const { websocket } of sockets) websocket.terminate();
}, 600_000);
