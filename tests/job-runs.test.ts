import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { defineJob } from "#src/platform/define-job.js";
import { handle } from "#src/platform/job-handler.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { Run } from "#src/platform/run.js";
import { Quote, QuoteSource } from "#src/quotes/quote.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf, type ThreadEvent } from "./support/follow.js";

const Errand = defineJob("tests.errand", z.object({}), { lane: "interactive" });

const open: TestAtrium[] = [];
afterEach(async () => {
  for (const atrium of open.splice(0)) await atrium.close();
});

/** An instance whose errands do what the test says, and somebody who has them done. */
const start = async (work: (run: Run, atrium: TestAtrium) => Promise<unknown>) => {
  const atrium: TestAtrium = await startAtrium({ handlers: [handle(Errand, (_, run) => work(run, atrium))] });
  open.push(atrium);
  const ann = await atrium.signUp();
  return { atrium, ann, ask: () => ask(atrium, ann) };
};

const ask = async (atrium: TestAtrium, person: Person) => {
  const [row] = await atrium.database.query<{ userId: string; workspaceId: string }>(
    `select m.user_id as "userId", m.workspace_id as "workspaceId" from membership m
       join "user" u on u.id = m.user_id where u.email = $1`,
    [person.email],
  );
  const actor: Actor = { userId: "", workspaceId: "", ...row, permissions: new Set(), requestId: "request_of_a_test" };
  return atrium.app.database.write(actor, async (change) => change.enqueue(Errand, {}));
};

const addQuotes = (change: Change, count: number): Quote[] =>
  Array.from({ length: count }, (_, index) => {
    const quote = change.create(Quote, {
      text: `Number ${index}.`,
      author: "An errand",
      source: QuoteSource.AI_GENERATED,
      tags: [],
      visibility: Visibility.WORKSPACE,
      createdById: change.actor.userId,
      updatedAt: change.now,
    });
    change.record("quote.created", quote, { index });
    return quote;
  });

const lastSteps: Readonly<Record<string, (change: Change) => Promise<Quote | undefined>>> = {
  "a few rows": async (change) => addQuotes(change, 3)[0],
  "many rows": async (change) => addQuotes(change, 40)[0],
  "rows and a read": async (change) => {
    await change.find(Quote, { text: "There is no such quote." });
    return addQuotes(change, 3)[0];
  },
};

/** What a thread says, in few words. */
const told = (events: readonly ThreadEvent[]) =>
  events.map((event) => {
    if (event.__typename === "TextChunk") return event.text;
    return event.__typename === "JobProgressed" ? event.progress : event.__typename;
  });

/** Pieces of text that follow each other are one, however they were cut. */
const joined = (said: readonly (string | number | undefined)[]) => {
  const whole: (typeof said)[number][] = [];
  for (const next of said) {
    const last = whole.at(-1);
    if (typeof next === "string" && typeof last === "string") whole[whole.length - 1] = last + next;
    else whole.push(next);
  }
  return whole;
};

test("J2 text, progress and the end stand in the thread in the order in which the work said them", async () => {
  const said: (string | number)[] = [];
  const { ann, ask } = await start(async (run) => {
    for (let step = 0; step < 80; step += 1) {
      const isText = Math.random() < 0.7;
      if (isText) run.text(`${step} `);
      else run.progress(step / 100);
      said.push(isText ? `${step} ` : step / 100);
      if (Math.random() < 0.5) await sleep(Math.random() * 12);
    }
  });
  const events = await collect(ann, (await ask()).id);
  expect(joined(told(events.slice(1, -1)))).toEqual(joined(said));
  expect(events[0]?.__typename).toBe("JobStarted");
  expect(endOf(events)).toMatchObject({ status: "SUCCEEDED", progress: 1 });
});

test.each(Object.keys(lastSteps))(
  "J1 a last step with %s is one commit with the job's end, in its order",
  async (name) => {
    const { ann, ask, atrium } = await start((run) => run.finish(lastSteps[name] ?? (async () => undefined)));
    const job = await ask();
    expect(endOf(await collect(ann, job.id))).toMatchObject({ status: "SUCCEEDED", attempts: 1 });
    const events = await atrium.database.query<{ kind: string; index: number | null; xid: string }>(
      `select kind, (data->>'index')::int as index, xid::text from event
       where subject_id = $1 or kind = 'quote.created' order by event.xid, position`,
      [job.id],
    );
    const quotes = events.filter(({ kind }) => kind === "quote.created");
    expect(quotes.map(({ index }) => index)).toEqual(quotes.map((_, index) => index));
    expect(events.map(({ kind }) => kind)).toEqual([
      "job.queued",
      "job.started",
      ...quotes.map(({ kind }) => kind),
      "job.succeeded",
    ]);
    expect(new Set(events.slice(2).map(({ xid }) => xid)).size).toBe(1);
    const [stored] = await atrium.database.query<{ count: number }>(
      "select count(*)::int from quote q join event e on e.subject_id = q.id",
    );
    expect(stored?.count).toBe(name === "many rows" ? 40 : 3);
  },
);

test.each(Object.keys(lastSteps))(
  "J1 an attempt that was taken over leaves nothing of a last step with %s",
  async (name) => {
    const outcome = Promise.withResolvers<unknown>();
    const { ask, atrium } = await start(async (run, { database }) => {
      run.text("Said before the other one came.");
      await sleep(60);
      await database.query("update job set attempts = attempts + 1 where id = $1", [run.job.id]);
      await run.finish(lastSteps[name] ?? (async () => undefined)).then(outcome.resolve, outcome.resolve);
    });
    const job = await ask();
    expect(await outcome.promise).toMatchObject({ name: "Superseded" });
    const left = await atrium.database.query(
      "select kind from event where subject_id = $1 or kind = 'quote.created' order by event.xid, position",
      [job.id],
    );
    expect(left).toEqual([{ kind: "job.queued" }, { kind: "job.started" }]);
    expect(await atrium.database.query("select id from quote")).toEqual([]);
    expect(await atrium.database.query("select kind from job_event where job_id = $1 order by seq", [job.id])).toEqual([
      { kind: "started" },
      { kind: "text" },
    ]);
  },
);

test("J2 an attempt that begins while somebody writes to its thread takes the place behind", async () => {
  const api = await startAtrium({ withWorkers: false });
  open.push(api);
  const ann = await api.signUp();
  const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "queues" } });
  const other = new pg.Client({ connectionString: api.database.url });
  await other.connect();
  let committedAt = 0;
  try {
    await other.query("begin");
    await other.query("select 1 from job where id = $1 for update", [job.id]);
    await other.query(
      `insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
         select id, 1, workspace_id, 0, 'progressed', '{"progress": 0}', now() from job where id = $1`,
      [job.id],
    );
    open.push(await startAtrium({ database: api.database }));
    // What the statement saw when it began to wait does not hold that place.
    await eventually(
      () =>
        api.database.query(
          `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ),
      (waiting) => waiting.length > 0,
    );
    await other.query("commit");
    committedAt = Date.now();
  } finally {
    await other.end();
  }
  const events = await collect(ann, job.id);
  expect(events.slice(0, 2).map(({ __typename }) => __typename)).toEqual(["JobProgressed", "JobStarted"]);
  expect(endOf(events)).toMatchObject({ status: "SUCCEEDED", attempts: 1 });
  // At once, and not when the job is delivered again.
  expect(Date.parse(endOf(events).startedAt ?? "") - committedAt).toBeLessThan(1_500);
  const places = await api.database.query<{ seq: number }>("select seq from job_event where job_id = $1 order by seq", [
    job.id,
  ]);
  expect(places.map(({ seq }) => seq)).toEqual(places.map((_, index) => index + 1));
});

test("J1 jobs are taken up at once again after the connection that listens for them was lost", async () => {
  const { atrium, ann, ask } = await start(async () => {});
  await collect(ann, (await ask()).id);
  const listening = () =>
    atrium.database.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database()
         and application_name in ('interactive', 'media', 'batch', 'system')`,
    );
  const before = await listening();
  expect(before).toHaveLength(1);
  for (const { pid } of before) await atrium.database.query("select pg_terminate_backend($1)", [pid]);
  await eventually(listening, (now) => now.length === 1 && now[0]?.pid !== before[0]?.pid);
  for (let times = 0; times < 3; times += 1) {
    const begun = performance.now();
    expect(endOf(await collect(ann, (await ask()).id)).status).toBe("SUCCEEDED");
    // Sooner than a worker looks by itself.
    expect(performance.now() - begun).toBeLessThan(4_000);
  }
});
