import { randomBytes } from "node:crypto";
import { type EngineName, engines, eventually, personAt, signUpAt, testEnv, testOn } from "./support/atrium.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { createTestDatabase } from "./support/test-database.js";

/** `CHAOS_KILLS=200 npm test -- tests/chaos.test.ts` for the long run. */
const kills = Number(process.env.CHAOS_KILLS ?? 6);
const roles = ["api", "worker", "api", "worker"] as const;

interface Ledger {
  engine: EngineName;
  kills: number;
  sent: number;
  acknowledged: number;
  unanswered: number;
  jobs: number;
  succeeded: number;
  lost: number;
  doubled: number;
  unfaithful: number;
  takenOver: number;
}

describe.each(engines)("kill -9 on %s", (engine) => {
  testOn(engine)(
    `J1 on ${engine} every committed request has its effect exactly once, however often API and workers are killed`,
    async () => {
      const ledger = await rampage(engine, kills);
      process.stdout.write(`${JSON.stringify(ledger)}\n`);
      expect(ledger.acknowledged).toBeGreaterThan(kills);
      expect(ledger).toMatchObject({ lost: 0, doubled: 0, unfaithful: 0, succeeded: ledger.jobs });
      expect(ledger.jobs).toBeGreaterThanOrEqual(ledger.acknowledged);
    },
    120_000 + kills * 8_000,
  );
});

/** Requests without pause to processes that die at random moments and are started again. */
const rampage = async (engine: EngineName, wanted: number): Promise<Ledger> => {
  const database = await createTestDatabase();
  const env = testEnv(database, engine, randomBytes(4).toString("hex"));
  const slots: (AtriumProcess | undefined)[] = await Promise.all(roles.map((role) => spawnAtrium(role, env)));
  const apis = () => slots.flatMap((each) => (each !== undefined && each.url !== "" ? [each.url] : []));
  const ann = await signUpAt(apis()[0] ?? "");
  const acknowledged: string[] = [];
  const counts = { sent: 0, unanswered: 0, kills: 0 };
  let raging = true;

  const send = async () => {
    while (raging) {
      const url = pick(apis());
      if (url === undefined) {
        await pause(50);
        continue;
      }
      counts.sent += 1;
      const person = personAt(url, ann);
      await person.sdk.GenerateQuote({ input: { topic: `storm ${counts.sent}` } }).then(
        ({ generateQuote }) => acknowledged.push(generateQuote.id),
        // No answer does not mean that it was not committed: such jobs are counted among the rows.
        () => (counts.unanswered += 1),
      );
      await pause(40);
    }
  };
  const kill = async () => {
    while (counts.kills < wanted) {
      await pause(100 + Math.random() * 900);
      const slot = Math.floor(Math.random() * slots.length);
      const victim = slots[slot];
      if (victim === undefined) continue;
      await victim.kill("SIGKILL");
      slots[slot] = undefined;
      counts.kills += 1;
      void spawnAtrium(roles[slot] ?? "worker", env).then((process) => (slots[slot] = process));
    }
  };
  const senders = [send(), send(), send()];
  await kill();
  raging = false;
  await Promise.all(senders);
  await eventually(
    async () => slots.filter(Boolean).length,
    (alive) => alive === slots.length,
    60_000,
  );
  await eventually(
    () => database.query("select 1 from job where status in ('QUEUED', 'RUNNING')"),
    (open) => open.length === 0,
    90_000,
  );
  const ledger = await count(engine, database, acknowledged, counts);
  for (const process of slots) await process?.kill("SIGKILL");
  await database.drop();
  return ledger;
};

const count = async (
  engine: EngineName,
  database: Awaited<ReturnType<typeof createTestDatabase>>,
  acknowledged: readonly string[],
  counts: { sent: number; unanswered: number; kills: number },
): Promise<Ledger> => {
  const rows = await database.query<{
    id: string;
    status: string;
    attempts: number;
    quotes: number;
    stored: string | null;
    streamed: string | null;
  }>(`
    select j.id, j.status, j.attempts, count(q.id)::int as quotes, min(q.text) as stored, (
      select string_agg(e.data->>'text', '' order by e.seq) from job_event e
      where e.job_id = j.id and e.kind = 'text' and e.attempt = j.attempts) as streamed
    from job j left join generation g on g.job_id = j.id left join quote q on q.generation_id = g.id
    group by j.id`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    engine,
    kills: counts.kills,
    sent: counts.sent,
    acknowledged: acknowledged.length,
    unanswered: counts.unanswered,
    jobs: rows.length,
    succeeded: rows.filter(({ status }) => status === "SUCCEEDED").length,
    lost: acknowledged.filter((id) => byId.get(id)?.quotes === undefined || byId.get(id)?.quotes === 0).length,
    doubled: rows.filter(({ quotes }) => quotes > 1).length,
    unfaithful: rows.filter(({ stored, streamed }) => stored !== streamed).length,
    takenOver: rows.filter(({ attempts }) => attempts > 1).length,
  };
};

const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
