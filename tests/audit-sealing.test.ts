import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { newId } from "#src/platform/ids.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { eventually, personAt, signUpAt, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { auditLog, createCheckpoint, exportLog, sealed, send, verifyAuditLog } from "./support/audit-log.js";
import { type AtriumProcess, runAtrium, spawnAtrium } from "./support/processes.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const hour = 60 * 60_000;

/** Every chain of a database, counted past the code that made them. */
const gaps = (database: TestDatabase) =>
  database.query(`select workspace_id from audit_seal group by workspace_id
    having min(sequence) <> 1 or max(sequence) <> count(*)`);
const unsealed = async (database: TestDatabase) =>
  Number(
    (
      await database.query<{ n: string }>(`select count(*) as n from audit_entry e
    where not exists (select 1 from audit_seal s where s.entry_id = e.id)`)
    )[0]?.n,
  );

describe("I14 the sealer", () => {
  let atrium: TestAtrium;
  const clock = new TestClock();
  beforeAll(async () => {
    atrium = await startAtrium({ withWorkers: false, clock });
  });
  afterAll(() => atrium.close());

  test("I14 an entry has its place within a second", async () => {
    const ann = await atrium.signUp();
    const begun = performance.now();
    await ann.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
    await eventually(
      () => verifyAuditLog(ann),
      ({ unsealedEntries }) => unsealedEntries === 0,
    );
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test("I14 a change that only adds rows is still one statement, with its entry", async () => {
    const ann = await atrium.signUp();
    const caller = await atrium.app.authentication.authenticate(ann.accessToken, undefined, "one statement");
    const scope = newScope("one statement");
    await runInScope(scope, () => atrium.app.quotes.create(caller as never, { text: "One.", author: "Ann" } as never));
    expect(scope.statements).toBe(1);
    expect(await auditLog(ann, { requestId: { eq: "one statement" } })).toHaveLength(1);
  });

  test("I14 an entry that commits late is sealed late, behind those that came first, and none is passed over", async () => {
    const ann = await atrium.signUp();
    const { workspace } = await ann.sdk.Workspace();
    await sealed(ann);
    const late = newId("audit_entry");
    const client = new pg.Client({ connectionString: atrium.database.url });
    await client.connect();
    try {
      await client.query("begin");
      // A genuine entry would have its code; the order of commits is what this is about.
      await client.query(
        `insert into audit_entry (id, workspace_id, created_at, action, outcome, request_id, mac) values ($1, $2, now(), 'late', 'SUCCEEDED', 'r', '')`,
        [late, workspace.id],
      );
      for (let index = 0; index < 3; index += 1)
        await ann.sdk.CreateQuote({ input: { text: `${index}`, author: "Ann" } });
      // An open transaction holds up nobody.
      expect(await sealed(ann)).toMatchObject({ isIntact: true, unsealedEntries: 0 });
      await client.query("commit");
    } finally {
      await client.end();
    }
    const [row] = await eventually(
      () =>
        atrium.database.query<{ sequence: string; most: string }>(
          `select sequence, (select max(sequence) from audit_seal where workspace_id = $2) as most from audit_seal where entry_id = $1`,
          [late, workspace.id],
        ),
      (rows) => rows.length === 1,
    );
    expect(row?.sequence).toBe(row?.most);
    expect(await gaps(atrium.database)).toEqual([]);
    expect((await verifyAuditLog(ann)).firstProblem).toMatchObject({ kind: "FORGED", entryId: late });
  });

  test("I14 a log that goes on is signed every hour, one that rests is not", async () => {
    const ann = await atrium.signUp();
    await sealed(ann);
    const count = async () =>
      (await send<{ auditCheckpoints: { totalCount: number } }>(ann, "{ auditCheckpoints { totalCount } }"))
        .auditCheckpoints.totalCount;
    const look = () => atrium.app.audit.checkpoints.signDue();
    await look();
    expect(await count()).toBe(1);
    await ann.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
    await sealed(ann);
    await look();
    expect(await count()).toBe(1);
    clock.pass(hour);
    const [later] = [await personAfter(ann)];
    await look();
    await look();
    expect(
      await later.query<{ auditCheckpoints: { totalCount: number } }>("{ auditCheckpoints { totalCount } }"),
    ).toMatchObject({
      auditCheckpoints: { totalCount: 2 },
    });
    // Only the sign-in came since, and then nothing.
    clock.pass(2 * hour);
    const last = await personAfter(ann);
    await sealed(last);
    await look();
    clock.pass(2 * hour);
    await look();
    await look();
    const rows = await atrium.database.query(
      'select 1 from audit_checkpoint c join membership m on m.workspace_id = c.workspace_id join "user" u on u.id = m.user_id where u.email = $1',
      [ann.email],
    );
    expect(rows).toHaveLength(3);
  });

  /** The same person, signed in again when the old session has ended. */
  const personAfter = async (person: { email: string; password: string }) => {
    const { signIn } = await atrium.stranger.sdk.SignIn({ input: { email: person.email, password: person.password } });
    return personAt(atrium.url, { ...person, ...signIn });
  };

  test("I14 retention deletes up to a checkpoint; what is left is whole, and a deletion of any other kind is missed", async () => {
    const ann = await atrium.signUp();
    const { workspace } = await ann.sdk.Workspace();
    for (let index = 0; index < 3; index += 1)
      await ann.sdk.CreateQuote({ input: { text: `${index}`, author: "Ann" } });
    const old = await createCheckpoint(ann);
    await sealed(ann);
    const caller = await atrium.app.authentication.authenticate(ann.accessToken, undefined, "retention");
    const { service } = atrium.app.audit;
    expect(await service.prune(caller as never, new Date(Date.parse(old.at) - 1))).toBe(0);
    expect(await service.prune(caller as never, new Date(Date.parse(old.at)))).toBe(old.sequence);
    const left = await sealed(ann);
    expect(left).toMatchObject({ isIntact: true, firstSequence: old.sequence + 1 });
    expect(await auditLog(ann, { action: { eq: "audit.pruned" } })).toMatchObject([
      { after: { entries: old.sequence, until: old.sequence } },
    ]);
    // Once more, past the service: nobody has signed that the log begins later now.
    const next = await createCheckpoint(ann);
    await sealed(ann);
    await atrium.database.query("select audit_prune($1, $2)", [workspace.id, next.sequence]);
    expect((await verifyAuditLog(ann)).firstProblem).toMatchObject({ kind: "MISSING", sequence: old.sequence + 1 });
    await expect(
      atrium.database.query("select audit_prune($1, $2)", [workspace.id, next.sequence + 1]),
    ).rejects.toThrow("no checkpoint");
  });
});

describe("I14 several processes", () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  const running: AtriumProcess[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    env = testEnv(database);
  });
  afterAll(async () => {
    for (const each of running) await each.kill();
    await database.drop();
  });
  const start = async () => {
    const started = await spawnAtrium("api", env);
    running.push(started);
    return started;
  };

  test("I14 fifty writers at two processes make one chain without a gap, and kill -9 of the one that seals loses nothing", async () => {
    const [one, two] = [await start(), await start()];
    const ann = await signUpAt(one.url);
    const there = personAt(two.url, ann);
    const write = (person: typeof ann, index: number) =>
      person.sdk.CreateQuote({ input: { text: `Text ${index}`, author: "Ann" } });
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (let times = 0; times < 4; times += 1) await write(index % 2 === 0 ? ann : there, index);
      }),
    );
    expect(await sealed(there)).toMatchObject({ isIntact: true, checkedEntries: 202 });
    expect(await gaps(database)).toEqual([]);
    for (let round = 0; round < 3; round += 1) {
      const victim = await start();
      const mine = personAt(victim.url, ann);
      const writing = Promise.allSettled(
        Array.from({ length: 60 }, (_, index) => write(index % 2 === 0 ? mine : there, index)),
      );
      await eventually(
        () => unsealed(database),
        (left) => left > 5,
      ).catch(() => {});
      await victim.kill();
      await writing;
    }
    await eventually(
      () => unsealed(database),
      (left) => left === 0,
    );
    const whole = await sealed(there);
    expect(whole).toMatchObject({ isIntact: true, unsealedEntries: 0 });
    const [{ n } = { n: "0" }] = await database.query<{ n: string }>(
      "select count(*) as n from audit_entry where action = 'quote.created'",
    );
    const [{ quotes } = { quotes: "0" }] = await database.query<{ quotes: string }>(
      "select count(*) as quotes from quote",
    );
    expect(n).toBe(quotes);
    expect(await gaps(database)).toEqual([]);
  }, 120_000);

  test("I14 the command line exports, signs and verifies; the verifier runs as one file of its own", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atrium-audit-"));
    try {
      const api = await start();
      const ann = await signUpAt(api.url);
      const { workspace } = await ann.sdk.Workspace();
      await ann.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
      const at = (name: string) => join(folder, name);
      const exported = await runAtrium(["audit", "export", "--workspace", workspace.id, "--out", at("log.jsonl")], env);
      expect(exported).toMatchObject({ code: 0 });
      const signed = await runAtrium(["audit", "checkpoint", "--workspace", workspace.id], env);
      expect(JSON.parse(signed.output)).toMatchObject({ workspaceId: workspace.id, firstSequence: 1 });
      await writeFile(at("checkpoint.json"), signed.output);
      await writeFile(at("key.pem"), (await runAtrium(["audit", "public-key"], env)).output);
      expect(await readFile(at("key.pem"), "utf8")).toBe(await (await fetch(`${api.url}/audit/public-key`)).text());
      const file = await exportLog(ann);
      await writeFile(at("later.jsonl"), `${file.join("\n")}\n`);
      const options = ["--checkpoint", at("checkpoint.json"), "--public-key", at("key.pem")];
      expect(await runAtrium(["audit", "verify", at("later.jsonl"), ...options], {})).toMatchObject({ code: 0 });
      // The older export ends before what was signed since.
      const short = await runAtrium(["audit", "verify", at("log.jsonl"), ...options], {});
      expect(short.code).toBe(1);
      expect(short.output).toContain("MISSING");

      await copyFile(
        fileURLToPath(new URL("../dist/src/platform/audit-chain.js", import.meta.url)),
        at("verify-audit.mjs"),
      );
      const alone = (...args: string[]) =>
        spawnSync(process.execPath, [at("verify-audit.mjs"), ...args], { cwd: folder, encoding: "utf8" });
      expect(alone(at("later.jsonl"), ...options)).toMatchObject({ status: 0 });
      const altered = file.map((line) => line.replace('"One."', '"Two."'));
      await writeFile(at("altered.jsonl"), `${altered.join("\n")}\n`);
      const found = alone(at("altered.jsonl"), ...options);
      expect(found.status).toBe(1);
      const place =
        file.findIndex((line) => line.includes('"One."')) -
        file.findIndex((line) => line.includes('"type":"link"')) +
        1;
      expect(found.stdout).toContain(`ALTERED: Entry ${place} (audit_entry_`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
