import { claimJob } from "#src/platform/job-claim.js";
import type { JobDelivery, JobQueues } from "#src/platform/job-queues.js";
import { Run } from "#src/platform/run.js";
import { ThreadWriter } from "#src/platform/thread-writer.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { askQuote, atMost, budgetsOf, paidProvider, setBudget, setPrice } from "./support/paid-provider.js";
import { type Member, startTeam } from "./support/team.js";
import { TestClock } from "./support/test-clock.js";

const whole = { usage: { inputTokens: 0, outputTokens: atMost } };
const paid = paidProvider();
let atrium: TestAtrium;
let twin: TestAtrium;
let operator: Person;

beforeAll(async () => {
  atrium = await startAtrium({ providers: [paid.provider] });
  twin = await startAtrium({ providers: [paid.provider], database: atrium.database });
  operator = await atrium.signUpOperator();
  await setPrice(operator);
});
afterAll(async () => {
  await twin.close();
  await atrium.close();
});
beforeEach(() => {
  paid.state.usual = {};
  paid.state.turns = [];
});

const ended = async (person: Person, jobId: string) => endOf(await collect(person, jobId));
const job = async (person: Person, id: string) =>
  (
    await person.query<{ job: { status: string; error: { code: string; message: string } | null } }>(
      "query ($id: ID!) { job(id: $id) { status error { code message } } }",
      { id },
    )
  ).job;
const ledgerOf = async (person: Person) => {
  const [row] = await atrium.database.query<{ spent: string; calls: string }>(
    `select coalesce(sum(cost_micros), 0) as spent, count(*) as calls from provider_call
      where workspace_id = (select workspace_id from job where created_by_id = $1 limit 1)`,
    [(await person.sdk.Me()).me.id],
  );
  return { spent: Number(row?.spent), calls: Number(row?.calls) };
};
const [standing, holds] = [
  async (person: Person) => {
    const [budget] = await budgetsOf(person);
    return [budget?.spentMicros, budget?.heldMicros, budget?.remainingMicros];
  },
  () => atrium.database.query("select * from budget_hold"),
];

/** Jobs of a day that is to come are not waited for. */
const atOnce = (queues: JobQueues): JobQueues => ({
  add: (tickets) => queues.add(tickets.map((ticket) => ({ ...ticket, runAt: new Date() }))),
  work: (...lane) => queues.work(...lane),
  stopWork: () => queues.stopWork(),
  close: () => queues.close(),
});

describe("reserving", () => {
  test("O10 of fifty who ask in two processes for what is enough for ten, ten get it and forty are refused at once", async () => {
    paid.state.usual = whole;
    const ann = await atrium.signUp();
    await setBudget(ann, { limitMicros: 10 * atMost });
    const there = Object.assign(await twin.signUp(), { accessToken: ann.accessToken });
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => askQuote(index % 2 === 0 ? ann : there)),
    );
    const refused = asked.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    const jobs = asked.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect([jobs.length, refused.length]).toEqual([10, 40]);
    for (const error of refused) expect(error).toMatchObject({ code: "BUDGET_EXCEEDED", details: { limit: 4_000 } });
    for (const id of jobs) expect((await ended(ann, id)).status).toBe("SUCCEEDED");
    expect(await ledgerOf(ann)).toEqual({ spent: 10 * atMost, calls: 10 });
    expect(await standing(ann)).toEqual([10 * atMost, 0, 0]);
    // What was refused has left nothing, not even a job.
    expect((await ann.sdk.Jobs({})).jobs.totalCount).toBe(10);
    expect(await holds()).toEqual([]);
  });

  test("O10 a refusal says which budget, its limit, what is spent and set aside, and when it begins anew", async () => {
    const ann = await atrium.signUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    paid.state.turns = [{}, { until: promise }];
    await setBudget(ann, { period: "DAY", limitMicros: 700 });
    await ended(ann, await askQuote(ann));
    const held = await askQuote(ann);
    const error = await errorOf(askQuote(ann));
    expect(error).toMatchObject({ code: "BUDGET_EXCEEDED", details: { limit: 700, remaining: 297 } });
    expect(error.details.resetAt).toMatch(/T00:00:00\.000Z$/);
    expect(error.message).toContain(
      "The budget of the workspace is 700 micro-dollars a day: 3 are spent and 400 set aside, and this needs 400.",
    );
    expect(await standing(ann)).toEqual([3, 400, 297]);
    resolve();
    await ended(ann, held);
    expect(await standing(ann)).toEqual([6, 0, 694]);
  });

  test("O10 a dry run tells of the refusal and holds nothing", async () => {
    const headers: Record<string, string> = {};
    const ann = await atrium.signUp({ headers });
    await setBudget(ann, { limitMicros: atMost });
    headers["dry-run"] = "true";
    await askQuote(ann);
    await askQuote(ann);
    delete headers["dry-run"];
    expect(await standing(ann)).toEqual([0, 0, atMost]);
  });

  test("O10 a model without a price is refused where a budget is in force, and has its place with one", async () => {
    const bare = paidProvider({}, ["bare-1"]);
    const other = await startAtrium({ providers: [bare.provider] });
    try {
      const ann = await other.signUp();
      expect((await ended(ann, await askQuote(ann))).status).toBe("SUCCEEDED");
      await setBudget(ann, { limitMicros: 10_000 });
      const error = await errorOf(askQuote(ann));
      expect(error.code).toBe("BUDGET_EXCEEDED");
      expect(error.message).toContain("paid/bare-1");
      expect(error.message).toContain("setModelPrice");
      await setPrice(await other.signUpOperator(), "bare");
      expect((await ended(ann, await askQuote(ann))).status).toBe("SUCCEEDED");
      expect(await standing(ann)).toEqual([3, 0, 9_997]);
    } finally {
      await other.close();
    }
  });
});

describe("settling", () => {
  test("O10 what fails gives back what it did not spend", async () => {
    const ann = await atrium.signUp();
    await setBudget(ann, { limitMicros: atMost });
    paid.state.turns = [{ fault: "rejected" }];
    const id = await askQuote(ann);
    expect((await ended(ann, id)).status).toBe("FAILED");
    // One word had come: it is counted.
    expect(await standing(ann)).toEqual([1, 0, 399]);
    const [generation] = await atrium.database.query(
      "select status, error_code, cost_micros from generation where job_id = $1",
      [id],
    );
    expect(generation).toEqual({ status: "FAILED", error_code: "PROVIDER_UNAVAILABLE", cost_micros: "1" });
  });

  test("O10 what is cancelled gives back what it did not spend, waiting or running", async () => {
    const idle = await startAtrium({ providers: [paid.provider], withWorkers: false });
    try {
      await setPrice(await idle.signUpOperator());
      const ann = await idle.signUp();
      await setBudget(ann, { limitMicros: atMost });
      const id = await askQuote(ann);
      expect((await errorOf(askQuote(ann))).code).toBe("BUDGET_EXCEEDED");
      await ann.sdk.CancelJob({ id });
      expect(await standing(ann)).toEqual([0, 0, atMost]);
      // Started again it holds again, and is refused when something else has taken the room.
      await ann.sdk.RetryJob({ id });
      expect(await standing(ann)).toEqual([0, atMost, 0]);
      await ann.sdk.CancelJob({ id });
      await askQuote(ann);
      expect(await errorOf(ann.sdk.RetryJob({ id }))).toMatchObject({ code: "BUDGET_EXCEEDED" });
      expect((await job(ann, id)).status).toBe("CANCELLED");
    } finally {
      await idle.close();
    }
    const bea = await atrium.signUp();
    await setBudget(bea, { limitMicros: atMost });
    paid.state.turns = [{ until: new Promise(() => {}) }];
    const running = await askQuote(bea);
    await eventually(
      () => atrium.database.query<{ pending: unknown }>("select pending from generation where job_id = $1", [running]),
      ([row]) => row?.pending != null,
    );
    await bea.sdk.CancelJob({ id: running });
    expect((await ended(bea, running)).status).toBe("CANCELLED");
    expect(await standing(bea)).toEqual([1, 0, 399]);
  });

  test("O10 what needs another attempt has enough set aside for it, or ends with BUDGET_EXCEEDED: never is more spent than allowed", async () => {
    const cut = { fault: "cut" } as const;
    const ann = await atrium.signUp();
    await setBudget(ann, { limitMicros: atMost + 2 });
    paid.state.turns = [cut, cut];
    const rich = await askQuote(ann);
    expect((await ended(ann, rich)).status).toBe("SUCCEEDED");
    expect(await standing(ann)).toEqual([5, 0, 397]);

    const bea = await atrium.signUp();
    await setBudget(bea, { limitMicros: atMost });
    paid.state.turns = [cut];
    const poor = await askQuote(bea);
    const { status, error } = await ended(bea, poor).then(() => job(bea, poor));
    expect([status, error?.code]).toEqual(["FAILED", "BUDGET_EXCEEDED"]);
    expect(await ledgerOf(bea)).toEqual({ spent: 1, calls: 1 });
    expect(await standing(bea)).toEqual([1, 0, 399]);
  });

  test("O4 O10 what was upstream when a worker vanished is put down once as LOST, with what it is estimated to have cost", async () => {
    const idle = await startAtrium({ providers: [paid.provider], withWorkers: false });
    try {
      await setPrice(await idle.signUpOperator());
      const ann = await idle.signUp();
      await setBudget(ann, { limitMicros: 10 * atMost });
      const { promise, resolve } = Promise.withResolvers<void>();
      paid.state.turns = [{ until: promise }];
      const id = await askQuote(ann);
      const { app, database } = idle;
      const [delivery] = await database.query<JobDelivery>(
        `select id, workspace_id as "workspaceId", created_by_id as "createdById", request_id as "requestId" from job where id = $1`,
        [id],
      );
      const begin = async () => {
        const claimed = await claimJob(app.database, app.clock, delivery as JobDelivery);
        if (claimed === undefined) throw new Error("The job is somebody else's.");
        const run = new Run(claimed, app.database, new ThreadWriter(app.database, app.bus));
        return app.quotes.generate(run, claimed.payload as never);
      };
      const vanished = begin();
      await eventually(
        () => database.query("select 1 from job_event where kind = 'text'"),
        (rows) => rows.length > 0,
      );
      await database.query("update job set heartbeat_at = now() - interval '1 minute'");
      await begin();
      // It comes back, and finds that its request was put down.
      resolve();
      await expect(vanished).rejects.toThrow();
      const { generation } = await ann.query<{ generation: { costMicros: number; attempts: object[] } }>(
        `query ($id: ID!) { generation(id: $id) { costMicros attempts { provider model outcome latency costMicros isEstimated } } }`,
        { id: (await database.query<{ id: string }>("select id from generation"))[0]?.id },
      );
      expect(generation).toMatchObject({
        costMicros: 4,
        attempts: [
          { provider: "paid", model: "paid-1", outcome: "LOST", costMicros: 1, isEstimated: true },
          { provider: "paid", model: "paid-1", outcome: "OK", costMicros: 3, isEstimated: false },
        ],
      });
      expect(await standing(ann)).toEqual([4, 0, 3_996]);
      // A job that never begins again leaves the most that it can have cost.
      paid.state.turns = [{ until: new Promise(() => {}) }];
      const last = await askQuote(ann);
      await database.query(
        `update generation set pending = '{"provider":"paid","model":"paid-1","attempt":1,"at":"2026-01-01T00:00:00Z"}' where job_id = $1`,
        [last],
      );
      await ann.sdk.CancelJob({ id: last });
      expect(await standing(ann)).toEqual([4 + atMost, 0, 3_996 - atMost]);
      const calls = await database.query<{ id: string }>(
        "select id from provider_call where outcome = 'LOST' order by id",
      );
      expect(calls).toHaveLength(2);
      for (const call of calls)
        expect((await ann.query<{ node: object }>("query ($id: ID!) { node(id: $id) { id } }", call)).node).toEqual(
          call,
        );
    } finally {
      await idle.close();
    }
  });
});

describe("budgets of their own", () => {
  test("O10 a day begins anew at midnight UTC, and a month on its first day", async () => {
    paid.state.usual = whole;
    const clock = new TestClock();
    const later = await startAtrium({ providers: [paid.provider], clock, wrapQueues: atOnce });
    try {
      await setPrice(await later.signUpOperator());
      const ann = await later.signUp();
      const generate = async () => {
        const id = await askQuote(ann);
        await eventually(
          () => job(ann, id),
          ({ status }) => status === "SUCCEEDED",
        );
      };
      const passTo = async (time: string | null) => {
        clock.pass(Date.parse(time ?? "") - clock.now().getTime() + 1);
        const { email, password } = ann;
        ann.accessToken = (await later.stranger.sdk.SignIn({ input: { email, password } })).signIn.accessToken;
      };
      const spent = async () => (await budgetsOf(ann)).map(({ spentMicros }) => spentMicros);
      const day = await setBudget(ann, { period: "DAY", limitMicros: atMost });
      const month = await setBudget(ann, { period: "MONTH", limitMicros: 100 * atMost });
      await generate();
      expect((await errorOf(askQuote(ann))).details).toMatchObject({ resetAt: day.resetsAt });
      await passTo(day.resetsAt);
      const [begun] = await budgetsOf(ann);
      expect(begun?.spentMicros).toBe(0);
      expect(Date.parse(begun?.resetsAt ?? "") - Date.parse(day.resetsAt ?? "")).toBe(24 * 60 * 60_000);
      await generate();
      expect((await errorOf(askQuote(ann))).code).toBe("BUDGET_EXCEEDED");
      await passTo(month.resetsAt);
      expect(await spent()).toEqual([0, 0]);
      await generate();
      expect(await spent()).toEqual([atMost, atMost]);
    } finally {
      await later.close();
    }
  });

  test("O10 users, API keys and models have budgets of their own, and each is asked", async () => {
    const team = await startTeam(atrium);
    const bob = await team.join("EDITOR");
    await setBudget(team.owner, { scope: "USER", subject: bob.userId, limitMicros: atMost - 1 });
    expect((await errorOf(askQuote(bob))).message).toContain("The budget of the user");
    await ended(team.owner, await askQuote(team.owner));

    const { createApiKey: key } = await team.owner.sdk.CreateApiKey({
      input: { name: "k", scopes: ["quote:generate", "job:read", "quote:read"] },
    });
    const program = Object.assign(await atrium.signUp(), { accessToken: key.secret });
    await setBudget(team.owner, { scope: "API_KEY", subject: key.apiKey.id, limitMicros: atMost + 1 });
    await ended(team.owner, await askQuote(program));
    expect((await errorOf(askQuote(program))).message).toContain("The budget of the API key");
    await ended(team.owner, await askQuote(team.owner));

    await setBudget(team.owner, { scope: "MODEL", subject: "paid/paid-2", limitMicros: 0 });
    const second = { provider: "paid", model: "paid-2" };
    expect((await errorOf(askQuote(team.owner, second))).message).toContain("The budget of the model paid/paid-2");
    await ended(team.owner, await askQuote(team.owner, { provider: "paid", model: "paid-1" }));
    const spent = (await budgetsOf(team.owner)).map(({ scope, spentMicros }) => [scope, spentMicros]);
    expect(spent).toEqual([
      ["USER", 0],
      ["API_KEY", 3],
      ["MODEL", 0],
    ]);
  });

  test("O10 a new budget begins with what the ledger says and what is under way, and is set and deleted by its place", async () => {
    const ann = await atrium.signUp();
    await ended(ann, await askQuote(ann));
    const { promise, resolve } = Promise.withResolvers<void>();
    paid.state.turns = [{ until: promise }];
    const open = await askQuote(ann);
    const made = await setBudget(ann, { limitMicros: 1_000 });
    expect(made).toMatchObject({ spentMicros: 3, heldMicros: atMost, remainingMicros: 597, resetsAt: null });
    expect(await setBudget(ann, { limitMicros: 500 })).toMatchObject({
      id: made.id,
      limitMicros: 500,
      remainingMicros: 97,
    });
    await ann.query("mutation ($id: ID!) { deleteBudget(id: $id) { id } }", { id: made.id });
    expect(await budgetsOf(ann)).toEqual([]);
    resolve();
    expect((await ended(ann, open)).status).toBe("SUCCEEDED");
  });

  test("O10 a subject that is none is refused with the field, and what would be right", async () => {
    const ann = await atrium.signUp();
    const bob = await atrium.signUp();
    const subjects = [
      { scope: "WORKSPACE", subject: "x" },
      { scope: "USER" },
      { scope: "USER", subject: (await bob.sdk.Me()).me.id },
      { scope: "API_KEY", subject: "api_key_01jd7z5m3fexampleexample00" },
      { scope: "MODEL", subject: "paid/nothing" },
    ];
    for (const input of subjects)
      expect(await errorOf(setBudget(ann, { limitMicros: 1, ...input }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "input.subject" },
      });
    expect((await errorOf(setBudget(ann, { limitMicros: -1 }))).details).toMatchObject({ field: "input.limitMicros" });
    expect(
      (await errorOf(setPrice(Object.assign(await atrium.signUp(), { accessToken: operator.accessToken }), "x", -1)))
        .code,
    ).toBe("BAD_USER_INPUT");
  });
});

describe("watching", () => {
  const scopes = async (person: Member) => (await budgetsOf(person)).map(({ scope }) => scope);

  test("O10 members see the workspace's budgets and their own, those who manage them all, and all hear of what they see", async () => {
    const team = await startTeam(atrium);
    const [admin, bob, cleo] = [await team.join("ADMIN"), await team.join("EDITOR"), await team.join("EDITOR")];
    const changes = (person: Member) => {
      const seen: string[] = [];
      const stream = person.subscribe<{ budgetChanged: { budget: { scope: string; spentMicros: number } } }>(
        "subscription { budgetChanged { cursor budget { scope spentMicros heldMicros } } }",
      );
      void (async () => {
        for await (const { budgetChanged } of stream) seen.push(budgetChanged.budget.scope);
      })().catch(() => {});
      return seen;
    };
    const seen = [changes(admin), changes(bob), changes(cleo)];
    await new Promise((resolve) => setTimeout(resolve, 500));
    await setBudget(team.owner, { scope: "USER", subject: bob.userId, limitMicros: 10_000 });
    await setBudget(team.owner, { limitMicros: 10_000 });
    expect(await Promise.all([admin, bob, cleo].map(scopes))).toEqual([
      ["USER", "WORKSPACE"],
      ["USER", "WORKSPACE"],
      ["WORKSPACE"],
    ]);
    await ended(cleo, await askQuote(cleo));
    await eventually(
      async () => seen,
      ([a = [], b = [], c = []]) => a.length > 2 && b.length > 2 && c.length > 1,
    );
    expect(new Set(seen[0])).toEqual(new Set(["USER", "WORKSPACE"]));
    expect(new Set(seen[1])).toEqual(new Set(["USER", "WORKSPACE"]));
    expect(new Set(seen[2])).toEqual(new Set(["WORKSPACE"]));
    expect((await errorOf(setBudget(bob, { limitMicros: 1 }))).code).toBe("FORBIDDEN");
  });

  test("O10 behind its cursor a subscription is told how each budget is that has changed since", async () => {
    const ann = await atrium.signUp();
    await setBudget(ann, { limitMicros: 10_000 });
    await ended(ann, await askQuote(ann));
    const first = async (after: string) => {
      const stream = ann.subscribe<{ budgetChanged: { cursor: string; budget: { spentMicros: number } } }>(
        "subscription ($after: String) { budgetChanged(after: $after) { cursor budget { spentMicros } } }",
        { after },
      );
      const { value } = await stream.next();
      await stream.return?.();
      return value?.budgetChanged;
    };
    const beginning = Buffer.from("0.0").toString("base64url");
    const told = await first(beginning);
    expect(told?.budget.spentMicros).toBe(3);
    const next = first(told?.cursor ?? "");
    await ended(ann, await askQuote(ann));
    expect((await next)?.budget.spentMicros).toBeGreaterThanOrEqual(3);
    expect((await errorOf(first("nonsense"))).code).toBe("BAD_USER_INPUT");
  });
});
