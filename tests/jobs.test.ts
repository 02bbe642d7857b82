import type { Deliver, JobQueues } from "#src/platform/job-queues.js";
import { engines, errorOf, eventually, type Person, startAtrium, type TestAtrium, testOn } from "./support/atrium.js";
import { collect, endOf, follow, textOf } from "./support/follow.js";
import { scriptedProvider } from "./support/scripted-provider.js";

const input = { topic: "patience" };
const manyWords = Array.from({ length: 60 }, (_, index) => `${index === 0 ? "" : " "}Word${index}`);

describe.each(engines)("jobs on %s", (engine) => {
  const on = testOn(engine);
  const open: TestAtrium[] = [];
  const start = async (options: Parameters<typeof startAtrium>[0] = {}) => {
    const atrium = await startAtrium({ engine, ...options });
    open.push(atrium);
    return atrium;
  };
  afterEach(async () => {
    for (const atrium of open.splice(0)) await atrium.close();
  });

  on(`J7 the same job runs on ${engine} from request to result`, async () => {
    const atrium = await start();
    const ann = await atrium.signUp();
    const { engines: running } = await ann.sdk.Engines();
    expect(running.find(({ part }) => part === "jobs")?.engine).toBe(
      engine === "redis" ? "BullMQ on Redis" : "BullMQ on Postgres",
    );
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const events = await collect(ann, job.id);
    const ended = endOf(events);
    expect(ended).toMatchObject({
      status: "SUCCEEDED",
      progress: 1,
      attempts: 1,
      error: null,
      result: { text: textOf(events) },
    });
    expect(Date.parse(ended.finishedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(ended.startedAt ?? ""));
  });

  on(
    `J1 on ${engine} jobs whose dispatch was lost, every one of 1,000, still run once each`,
    async () => {
      const lost = new Set<string>();
      // What a process leaves behind that dies between the commit and the queue: the first hand-over never happens.
      const losing = (queues: JobQueues): JobQueues =>
        new Proxy(queues, {
          get: (target, name: keyof JobQueues) => {
            if (name !== "add") return target[name].bind(target);
            return async (tickets: Parameters<JobQueues["add"]>[0]) => {
              await target.add(tickets.filter(({ id }) => lost.has(id)));
              for (const { id } of tickets) lost.add(id);
            };
          },
        });
      const { provider, state } = scriptedProvider();
      const atrium = await start({ providers: [provider], wrapQueues: losing });
      const ann = await atrium.signUp();
      for (let sent = 0; sent < 1_000; sent += 50) {
        await Promise.all(Array.from({ length: 50 }, () => ann.sdk.GenerateQuote({ input })));
      }
      await eventually(
        () => ann.sdk.JobCounts(),
        ({ jobCounts }) => jobCounts.length === 1 && jobCounts[0]?.status === "SUCCEEDED",
        100_000,
      );
      expect(lost.size).toBe(1_000);
      expect(state.calls).toBe(1_000);
      expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(1_000);
    },
    150_000,
  );

  on(`J1 on ${engine} a mutation that fails leaves no job`, async () => {
    const atrium = await start({ withWorkers: false });
    const ann = await atrium.signUp();
    await atrium.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`,
    );
    // Deferred to the commit itself: everything before it has succeeded.
    await atrium.database.query(`create constraint trigger refuse after insert on job deferrable initially deferred
      for each row execute function refuse()`);
    expect(await errorOf(ann.sdk.GenerateQuote({ input }))).toMatchObject({ code: "INTERNAL" });
    expect((await ann.sdk.Jobs({})).jobs.totalCount).toBe(0);
  });

  on(`J1 on ${engine} a job that is delivered twice at the same time has one effect`, async () => {
    const twice = (queues: JobQueues): JobQueues =>
      new Proxy(queues, {
        get: (target, name: keyof JobQueues) => {
          if (name !== "work") return target[name].bind(target);
          return (lane: never, concurrency: never, deliver: Deliver) =>
            target.work(
              lane,
              concurrency,
              async (id) => (await Promise.all([deliver(id), deliver(id), deliver(id)]))[0],
            );
        },
      });
    const { provider } = scriptedProvider({ delayMs: 5 });
    const atrium = await start({ providers: [provider], wrapQueues: twice });
    const ann = await atrium.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    expect(endOf(await collect(ann, job.id))).toMatchObject({ status: "SUCCEEDED", attempts: 1 });
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(1);
  });

  on(`J2 on ${engine} a thread cut at any place goes on at another process without gap or duplicate`, async () => {
    const { provider } = scriptedProvider({ words: manyWords, delayMs: 15 });
    const first = await start({ providers: [provider] });
    const second = await start({
      providers: [provider],
      withWorkers: false,
      database: first.database,
      prefix: prefixOf(first),
    });
    const ann = await first.signUp();
    const elsewhere: Person = Object.assign(
      Object.create(ann),
      await import("#schema/connect.js").then(({ connect }) =>
        connect(second.url, { accessToken: () => ann.accessToken }),
      ),
    );
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const seen = [];
    let cursor: string | undefined;
    for (const person of [ann, elsewhere, ann, elsewhere]) {
      let taken = 0;
      for await (const event of follow(person, job.id, cursor)) {
        seen.push(event);
        cursor = event.cursor;
        taken += 1;
        if (taken === 4) break;
      }
    }
    for await (const event of follow(elsewhere, job.id, cursor)) seen.push(event);
    await elsewhere.close();
    const whole = await collect(ann, job.id);
    expect(seen.map(({ cursor: at }) => at)).toEqual(whole.map(({ cursor: at }) => at));
    expect(textOf(seen)).toBe(manyWords.join(""));
    expect(endOf(seen).result).toMatchObject({ text: manyWords.join("") });
    expect(await collect(ann, job.id, seen.at(-1)?.cursor)).toEqual([]);
    const other = await ann.sdk.GenerateQuote({ input });
    expect(await errorOf(collect(ann, other.generateQuote.id, cursor))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field: "after" },
    });
  });

  on(`J3 on ${engine} a running job is cancelled from another process and keeps what it had written`, async () => {
    const { provider, state } = scriptedProvider({ words: manyWords, delayMs: 30 });
    const worker = await start({ providers: [provider] });
    const api = await start({
      providers: [provider],
      withWorkers: false,
      database: worker.database,
      prefix: prefixOf(worker),
    });
    const ann = await api.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const events = [];
    let cancelled = 0;
    for await (const event of follow(ann, job.id)) {
      events.push(event);
      if (event.__typename === "TextChunk" && cancelled === 0) {
        cancelled = performance.now();
        expect((await ann.sdk.CancelJob({ id: job.id })).cancelJob.cancelRequestedAt).not.toBeNull();
      }
    }
    expect(performance.now() - cancelled).toBeLessThan(1_000);
    const ended = endOf(events);
    expect(ended).toMatchObject({
      status: "CANCELLED",
      result: { __typename: "Generation", isComplete: false, text: textOf(events) },
    });
    expect(textOf(events).length).toBeGreaterThan(3);
    expect(state.aborted).toBe(1);
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(0);

    await ann.sdk.RetryJob({ id: job.id });
    const again = await collect(ann, job.id, events.at(-1)?.cursor);
    expect(endOf(again)).toMatchObject({ status: "SUCCEEDED", attempts: 2, result: { text: manyWords.join("") } });
  });

  on(`J3 on ${engine} a waiting job is cancelled at once and never runs`, async () => {
    const { provider, state } = scriptedProvider();
    const api = await start({ providers: [provider], withWorkers: false });
    const ann = await api.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    expect((await ann.sdk.CancelJob({ id: job.id })).cancelJob.status).toBe("CANCELLED");
    await start({ providers: [provider], database: api.database, prefix: prefixOf(api) });
    const second = await ann.sdk.GenerateQuote({ input });
    expect(endOf(await collect(ann, second.generateQuote.id)).status).toBe("SUCCEEDED");
    expect(state.calls).toBe(1);
    expect((await ann.sdk.CancelJob({ id: second.generateQuote.id })).cancelJob.status).toBe("SUCCEEDED");
  });

  on(`J3 on ${engine} a failing attempt is repeated with its reason, and the text starts anew`, async () => {
    const { provider, state } = scriptedProvider({ words: ["A", " B", " C."], faults: ["cut", "rate_limited"] });
    const atrium = await start({ providers: [provider] });
    const ann = await atrium.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const events = await collect(ann, job.id);
    expect(events.filter(({ __typename }) => __typename === "JobStarted")).toHaveLength(3);
    const failed = events.filter((event) => event.__typename === "AttemptFailed");
    expect(failed.map((event) => event.__typename === "AttemptFailed" && event.error.code)).toEqual([
      "PROVIDER_UNAVAILABLE",
      "PROVIDER_UNAVAILABLE",
    ]);
    expect(endOf(events)).toMatchObject({ status: "SUCCEEDED", attempts: 3, error: null, result: { text: "A B C." } });
    expect(textOf(events)).toBe("A B C.");
    expect(state.calls).toBe(3);
  });

  on(`J2 on ${engine} a piece of text that cannot be stored fails the attempt instead of leaving a gap`, async () => {
    const { provider } = scriptedProvider({ words: manyWords });
    const atrium = await start({ providers: [provider] });
    await atrium.database.query(`create function lose() returns trigger language plpgsql as $$ begin
      if new.kind = 'text' and new.attempt = 1 then raise 'the disk is full'; end if; return new; end $$`);
    await atrium.database.query("create trigger lose before insert on job_event for each row execute function lose()");
    const ann = await atrium.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const events = await collect(ann, job.id);
    expect(endOf(events)).toMatchObject({ status: "SUCCEEDED", attempts: 2, result: { text: manyWords.join("") } });
    expect(textOf(events)).toBe(manyWords.join(""));
  });

  on(`J3 on ${engine} a job that cannot succeed fails visibly and can be retried by hand`, async () => {
    const { provider } = scriptedProvider({ faults: ["credentials"] });
    const atrium = await start({ providers: [provider] });
    const ann = await atrium.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    const events = await collect(ann, job.id);
    expect(endOf(events)).toMatchObject({
      status: "FAILED",
      attempts: 1,
      result: null,
      error: { code: "PROVIDER_UNAVAILABLE", message: "The provider scripted refused the configured credentials." },
    });
    expect((await ann.sdk.Jobs({ filter: { status: { eq: "FAILED" } } })).jobs.nodes.map(({ id }) => id)).toEqual([
      job.id,
    ]);
    expect((await ann.sdk.RetryJob({ id: job.id })).retryJob).toMatchObject({ status: "QUEUED", error: null });
    expect(endOf(await collect(ann, job.id, events.at(-1)?.cursor)).status).toBe("SUCCEEDED");
    expect(await errorOf(ann.sdk.RetryJob({ id: job.id }))).toMatchObject({ code: "CONFLICT" });
  });

  on(`J3 on ${engine} a shutdown gives a running job back, and another process finishes it`, async () => {
    const { provider } = scriptedProvider({ words: manyWords, delayMs: 50 });
    const first = await startAtrium({ engine, providers: [provider], env: { ATRIUM_SHUTDOWN_SECONDS: "0" } });
    const second = await start({
      providers: [provider],
      withWorkers: false,
      database: first.database,
      prefix: prefixOf(first),
    });
    const ann = await second.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input });
    await eventually(
      () => ann.sdk.Job({ id: job.id }),
      ({ job: found }) => found?.status === "RUNNING",
    );
    await first.app.close();
    expect((await ann.sdk.Job({ id: job.id })).job?.status).toBe("QUEUED");
    await start({
      providers: [scriptedProvider({ words: manyWords }).provider],
      database: first.database,
      prefix: prefixOf(first),
    });
    expect(endOf(await collect(ann, job.id))).toMatchObject({
      status: "SUCCEEDED",
      attempts: 2,
      result: { text: manyWords.join("") },
    });
    await first.close();
  });
});

const prefixOf = (atrium: TestAtrium) => (atrium.env.ATRIUM_REDIS_PREFIX ?? "").replace(/^test-/, "");
