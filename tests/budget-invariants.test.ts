import fc from "fast-check";
import { newId } from "#src/platform/ids.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { askQuote, paidProvider, setBudget, setPrice } from "./support/paid-provider.js";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  // Nobody works here: what becomes of each generation is decided below.
  atrium = await startAtrium({ providers: [paidProvider().provider], withWorkers: false });
  await setPrice(await atrium.signUpOperator());
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

const query = <T = Record<string, unknown>>(sql: string, values: unknown[] = []) =>
  atrium.database.query<T>(sql, values);

/** Each is what some service, worker or sweep may do, in SQL where it needs no API. `which` chooses among what there is. */
const steps = {
  ask: (which: number) => askQuote(ann, { provider: "paid", model: which % 2 === 0 ? "paid-1" : "paid-2" }),
  call: (which: number, micros: number) =>
    query(
      `insert into provider_call (id, workspace_id, created_at, visibility, generation_id, created_by_id, purpose, provider, model,
        asked_for, operation, outcome, started_at, latency, is_estimated, cost_micros)
      select $1, workspace_id, now(), visibility, id, created_by_id, purpose, 'paid', 'paid-1-2026',
        (select jsonb_object_keys(ceilings)), 'CHAT', 'CUT', now(), 1,
        false, least($3::bigint, greatest(0, reserved_micros - coalesce(cost_micros, 0)))
      from generation where status = 'OPEN' order by id offset $2 limit 1 for update`,
      [newId("provider_call"), which, micros],
    ),
  raise: (which: number, micros: number) =>
    query(
      `update generation set reserved_micros = reserved_micros + $2, held_at = now()
        where id = (select id from generation where status = 'OPEN' order by id offset $1 limit 1)`,
      [which, micros],
    ),
  end: (which: number) =>
    query(
      `update generation set status = 'SUCCEEDED' where id = (select id from generation where status = 'OPEN' order by id offset $1 limit 1)`,
      [which],
    ),
  fail: (which: number) =>
    query(
      `update job set status = 'FAILED', error_code = 'TIMEOUT', finished_at = now()
        where id = (select id from job where status = 'QUEUED' order by id offset $1 limit 1)`,
      [which],
    ),
  cancel: async (which: number) => {
    const [job] = await query<{ id: string }>(
      "select id from job where finished_at is null order by id offset $1 limit 1",
      [which],
    );
    if (job !== undefined) await ann.sdk.CancelJob(job);
  },
  retry: async (which: number) => {
    const [job] = await query<{ id: string }>(
      "select id from job where status in ('FAILED', 'CANCELLED') order by id offset $1 limit 1",
      [which],
    );
    if (job !== undefined) await ann.sdk.RetryJob(job);
  },
  erase: (which: number) =>
    query("delete from generation where id = (select id from generation order by id offset $1 limit 1)", [which]),
};

const refusals = new Set(["BUDGET_EXCEEDED", "AT001", "CONFLICT", "NOT_FOUND"]);

/** Everything that must be true between two transactions, whatever they were. */
const wrongs = () =>
  query(`
    select 'a generation costs something else' as wrong, g.id from generation g
      where g.cost_micros is distinct from (select sum(cost_micros) from provider_call where generation_id = g.id)
    union all
    select 'a generation holds something else', g.id from generation g join budget b on b.workspace_id = g.workspace_id
        and (b.scope <> 'MODEL' or g.ceilings ? b.subject)
      left join budget_hold h on h.generation_id = g.id and h.budget_id = b.id
      where coalesce(h.micros, 0) <> case when g.status = 'OPEN' then greatest(0, g.reserved_micros - coalesce(g.cost_micros, 0)) else 0 end
    union all
    select 'a budget holds something else', b.id from budget b
      where b.held <> (select coalesce(sum(micros), 0) from budget_hold where budget_id = b.id)
    union all
    select 'a budget has spent something else', b.id from budget b where b.spent <> (select coalesce(sum(cost_micros), 0)
      from provider_call c where c.workspace_id = b.workspace_id and (b.scope <> 'MODEL' or c.asked_for = b.subject))
    union all
    select 'a budget is exceeded', b.id from budget b where b.spent + b.held > b.limit_micros
    union all
    select 'a job has ended without its generation', j.id from job j join generation g on g.job_id = j.id
      where j.finished_at is not null and g.status = 'OPEN'`);

test("O9 O10 whatever happens in whatever order and at the same time, the sums are exact and no budget is exceeded", async () => {
  const { me } = await ann.sdk.Me();
  await setBudget(ann, { limitMicros: 6_000 });
  await setBudget(ann, { scope: "USER", subject: me.id, period: "DAY", limitMicros: 5_000 });
  await setBudget(ann, { scope: "MODEL", subject: "paid/paid-1", period: "MONTH", limitMicros: 3_000 });
  let refused = 0;
  const step = fc.tuple(
    fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]), "ask" as const, "ask" as const, "call" as const),
    fc.nat(5),
    fc.integer({ min: 1, max: 300 }),
  );
  const rounds = fc.sample(fc.array(step, { minLength: 8, maxLength: 8 }), { numRuns: 40, seed: 1_710 });
  for (const round of rounds) {
    const done = await Promise.allSettled(round.map(([kind, which, micros]) => steps[kind](which, micros)));
    for (const each of done) {
      if (each.status === "fulfilled") continue;
      const { code } = each.reason as { code?: string };
      if (!refusals.has(code ?? "")) throw each.reason;
      if (code === "BUDGET_EXCEEDED" || code === "AT001") refused += 1;
    }
    expect(await wrongs()).toEqual([]);
  }
  expect(refused).toBeGreaterThan(10);
  const [{ spent = "0" } = {}] = await query<{ spent: string }>("select sum(cost_micros) as spent from provider_call");
  expect(Number(spent)).toBeGreaterThan(1_000);
});
