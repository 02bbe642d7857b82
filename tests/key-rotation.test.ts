import pg from "pg";
import { newId } from "#src/platform/ids.js";
import type { Vault } from "#src/platform/vault.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { endLeases, spawnAtrium } from "./support/processes.js";
import { sealedPlace, sealRows } from "./support/sealed-rows.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

interface ShownKey {
  id: string;
  isActive: boolean;
  supersededAt: string | null;
  retiredAt: string | null;
  sealedCount: number;
}
interface ShownJob {
  status: string;
  progress: number;
  error: { code: string; message: string } | null;
}

const rotate = async (who: Person) =>
  (await who.query<{ rotateEncryptionKey: { id: string } }>("mutation { rotateEncryptionKey { id } }"))
    .rotateEncryptionKey.id;
const jobOf = async (who: Person, id: string) =>
  (
    await who.query<{ job: ShownJob }>("query ($id: ID!) { job(id: $id) { status progress error { code message } } }", {
      id,
    })
  ).job;
const ended = (who: Person, id: string, withinMs = 60_000) =>
  eventually(
    () => jobOf(who, id),
    ({ status }) => !["QUEUED", "RUNNING"].includes(status),
    withinMs,
  );
const keysOf = async (who: Person) =>
  (
    await who.query<{ dataKeys: ShownKey[] }>(
      "{ dataKeys { id isActive supersededAt retiredAt sealedCount createdAt } }",
    )
  ).dataKeys;

const openAll = async (vault: Vault, database: TestDatabase, texts: ReadonlyMap<string, string>) => {
  const rows = await database.query<{ id: string; private_key: string }>(
    "select id, private_key from signing_key where not is_active",
  );
  expect(rows).toHaveLength(texts.size);
  for (const { id, private_key } of rows) expect(await vault.open(private_key, sealedPlace(id))).toBe(texts.get(id));
};

const started: TestAtrium[] = [];
const start = async (options: Parameters<typeof startAtrium>[0] = {}) => {
  const atrium = await startAtrium(options);
  started.push(atrium);
  return atrium;
};
afterEach(async () => {
  for (const atrium of started.splice(0).reverse()) await atrium.close();
});

/** Sealed beside what a test seals: the signing key; address, subject and text of the mail to its one person; and its link. */
const ownTexts = 5;

describe("rotation of the data key", () => {
  test("I13 everything is sealed anew while others read and write, in all processes, and the old key is retired", async () => {
    const atrium = await start();
    const beside = await start({ database: atrium.database, withWorkers: false });
    const operator = await atrium.signUp();
    const texts = await sealRows(beside.app.vault, atrium.database, 2_000);
    const [before] = await keysOf(operator);
    expect(before).toMatchObject({
      isActive: true,
      supersededAt: null,
      retiredAt: null,
      sealedCount: 2_000 + ownTexts,
    });

    const id = await rotate(operator);
    let running = true;
    let [reads, writes] = [0, 0];
    // Each has rows of its own, so that what is read is known.
    const read = async () => {
      const ids = [...texts.keys()].slice(0, 1_000);
      while (running) {
        const row = ids[reads % ids.length] ?? "";
        const [found] = await atrium.database.query<{ private_key: string }>(
          "select private_key from signing_key where id = $1",
          [row],
        );
        expect(await beside.app.vault.open(found?.private_key ?? "", sealedPlace(row))).toBe(texts.get(row));
        reads += 1;
      }
    };
    const write = async () => {
      const ids = [...texts.keys()].slice(1_000).reverse();
      while (running) {
        const row = ids[writes % ids.length] ?? "";
        const text = `changed ${writes}`;
        const sealed = await beside.app.vault.seal(text, sealedPlace(row));
        await atrium.database.query("update signing_key set private_key = $1 where id = $2", [sealed, row]);
        texts.set(row, text);
        writes += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const { email, password } = operator;
    const signIn = async () => {
      while (running) {
        const { signIn: pair } = await beside.stranger.sdk.SignIn({ input: { email, password } });
        const me = await personAt(beside.url, { ...operator, ...pair }).query<{ me: { id: string } }>("{ me { id } }");
        expect(me.me.id).toMatch(/^user_/);
      }
    };
    const work = [write(), signIn()];
    const reading = read().catch((error: unknown) => error);
    const job = await eventually(
      () => jobOf(operator, id),
      ({ status }) => !["QUEUED", "RUNNING"].includes(status),
      60_000,
    ).finally(() => {
      running = false;
    });
    await Promise.all(work);
    expect(await reading).toBeUndefined();
    expect(job).toEqual({ status: "SUCCEEDED", progress: 1, error: null });
    const told = await atrium.database.query<{ progress: number }>(
      "select (data->>'progress')::float8 as progress from job_event where job_id = $1 and kind = 'progressed' order by seq",
      [id],
    );
    const seen = told.map(({ progress }) => progress);
    expect(seen.some((progress) => progress > 0 && progress < 1)).toBe(true);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(Math.min(reads, writes)).toBeGreaterThan(100);

    const [active, old, ...more] = await keysOf(operator);
    expect(more).toEqual([]);
    expect(active).toMatchObject({ isActive: true, retiredAt: null, sealedCount: 2_000 + ownTexts });
    expect(old).toMatchObject({ id: before?.id, isActive: false, sealedCount: 0, retiredAt: expect.any(String) });
    await openAll(beside.app.vault, atrium.database, texts);
    for (const { app } of [atrium, beside])
      expect(await app.vault.seal("text", sealedPlace(newId("signing_key")))).toContain(active?.id);
    // What a backup still holds under the old key opens as well.
    const [row] = await atrium.database.query("select 1 from data_key where id = $1", [before?.id]);
    expect(row).toBeDefined();
  }, 120_000);

  test("I13 a rotation whose workers are killed goes on where it was: one new key, nothing lost", async () => {
    const database = await createTestDatabase();
    const atrium = await start({ database, withWorkers: false });
    const operator = await atrium.signUp();
    const texts = await sealRows(atrium.app.vault, database, 3_000);
    const id = await rotate(operator);
    const remaining = async () => {
      const [row] = await database.query<{ left: number }>(`
        select count(*)::int as left from signing_key
        where split_part(private_key, '.', 2) <> (select id from data_key where is_active)`);
      return row?.left ?? 0;
    };
    let kills = 0;
    for (let last = Number.POSITIVE_INFINITY; kills < 3; kills += 1) {
      const worker = await spawnAtrium("worker", { ...testEnv(database), ATRIUM_METRICS_PORT: "0" });
      const left = await eventually(remaining, (now) => now > 0 && now < Math.min(last, 3_001), 60_000);
      await worker.kill("SIGKILL");
      last = Math.min(left, await remaining());
      if (last === 0) break;
      await endLeases(database);
    }
    expect(kills).toBeGreaterThan(0);
    const worker = await spawnAtrium("worker", testEnv(database));
    expect(await ended(operator, id, 90_000)).toMatchObject({ status: "SUCCEEDED", error: null });
    await worker.kill();
    const keys = await keysOf(operator);
    expect(keys.map(({ isActive, sealedCount, retiredAt }) => [isActive, sealedCount, retiredAt !== null])).toEqual([
      [true, 3_000 + ownTexts, false],
      [false, 0, true],
    ]);
    await openAll(atrium.app.vault, database, texts);
    await database.drop().catch(() => {});
  }, 240_000);

  test("I13 the old key stays until everybody who may still write with it has come to an end", async () => {
    const atrium = await start();
    const operator = await atrium.signUp();
    const [before] = await keysOf(operator);
    const straggler = new pg.Client({ connectionString: atrium.database.url });
    await straggler.connect();
    const row = newId("signing_key");
    const sealed = await atrium.app.vault.seal("late", sealedPlace(row));
    await straggler.query("begin");
    await straggler.query("insert into signing_key values ($1, '', $2, false, now(), now())", [row, sealed]);
    const id = await rotate(operator);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await jobOf(operator, id)).toMatchObject({ status: "RUNNING" });
    expect((await keysOf(operator)).find((key) => key.id === before?.id)?.retiredAt).toBeNull();
    await straggler.query("commit");
    await straggler.end();
    expect(await ended(operator, id)).toMatchObject({ status: "SUCCEEDED" });
    const [stored] = await atrium.database.query<{ private_key: string }>(
      "select private_key from signing_key where id = $1",
      [row],
    );
    expect(stored?.private_key).not.toContain(before?.id);
    expect(await atrium.app.vault.open(stored?.private_key ?? "", sealedPlace(row))).toBe("late");
    expect((await keysOf(operator)).map(({ sealedCount }) => sealedCount)).toEqual([1 + ownTexts, 0]);
  }, 60_000);

  test("I13 what does not open is left as it is and named, and keeps its key", async () => {
    const atrium = await start();
    const operator = await atrium.signUp();
    const texts = await sealRows(atrium.app.vault, atrium.database, 250);
    const [moved, taken] = [...texts.keys()];
    await atrium.database.query(
      "update signing_key set private_key = (select private_key from signing_key where id = $2) where id = $1",
      [moved, taken],
    );
    const job = await ended(operator, await rotate(operator));
    expect(job).toMatchObject({ status: "FAILED", error: { message: expect.stringContaining(`${moved}`) } });
    expect(job.error?.message).toMatch(/^1 sealed text/);
    const [active, old] = await keysOf(operator);
    expect(active).toMatchObject({ sealedCount: 249 + ownTexts });
    expect(old).toMatchObject({ sealedCount: 1, retiredAt: null });
    // Mended, the next rotation retires both.
    await atrium.database.query("update signing_key set private_key = null where id = $1", [moved]);
    expect(await ended(operator, await rotate(operator))).toMatchObject({ status: "SUCCEEDED" });
    const keys = await keysOf(operator);
    expect(keys.map(({ sealedCount, retiredAt }) => [sealedCount, retiredAt !== null])).toEqual([
      [249 + ownTexts, false],
      [0, true],
      [0, true],
    ]);
  }, 60_000);

  test("I13 rotations at the same time all end, with one key that seals", async () => {
    const atrium = await start();
    const operator = await atrium.signUp();
    const texts = await sealRows(atrium.app.vault, atrium.database, 300);
    const ids = await Promise.all(Array.from({ length: 5 }, () => rotate(operator)));
    for (const id of ids) expect(await ended(operator, id)).toMatchObject({ status: "SUCCEEDED" });
    const keys = await keysOf(operator);
    expect(keys).toHaveLength(6);
    expect(keys.filter(({ isActive }) => isActive)).toHaveLength(1);
    expect(keys.filter(({ sealedCount }) => sealedCount > 0)).toMatchObject([
      { isActive: true, sealedCount: 300 + ownTexts },
    ]);
    expect(keys.filter(({ retiredAt }) => retiredAt !== null)).toHaveLength(5);
    await openAll(atrium.app.vault, atrium.database, texts);
  }, 60_000);

  test("I13 operators alone rotate and see keys, and a dry run changes nothing", async () => {
    const atrium = await start({ withWorkers: false });
    const operator = await atrium.signUp();
    const member = await atrium.signUp();
    for (const document of [
      "mutation { rotateEncryptionKey { id } }",
      "mutation { rotateSigningKey { id } }",
      "{ dataKeys { id } }",
    ]) {
      expect(await errorOf(member.query(document))).toMatchObject({ code: "FORBIDDEN" });
      expect(await errorOf(atrium.stranger.query(document))).toMatchObject({ code: "UNAUTHENTICATED" });
    }
    const trying = personAt(atrium.url, operator, { headers: { "dry-run": "true" } });
    await rotate(trying);
    await trying.query("mutation { rotateSigningKey { id } }");
    expect(await keysOf(operator)).toHaveLength(1);
    const [keys] = await atrium.database.query("select count(*)::int as n from signing_key");
    expect(keys).toEqual({ n: 1 });
    // And what the dry run was given signs nothing.
    const again = await atrium.signUp();
    expect(await again.query("{ me { id } }")).toBeTruthy();
  });
});

test("I13 whoever reads the tables finds no secret in them", async () => {
  const atrium = await start();
  const operator = await atrium.signUp();
  const texts = await sealRows(atrium.app.vault, atrium.database, 20);
  await operator.query("mutation { rotateSigningKey { id } }");
  const [active] = await atrium.database.query<{ id: string; private_key: string }>(
    "select id, private_key from signing_key where is_active",
  );
  const privateKey = await atrium.app.vault.open(active?.private_key ?? "", sealedPlace(active?.id ?? ""));
  expect(Buffer.from(privateKey, "base64url")).toHaveLength(32);
  expect(await ended(operator, await rotate(operator))).toMatchObject({ status: "SUCCEEDED" });
  const tables = await atrium.database.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'bullmq')",
  );
  expect(tables.length).toBeGreaterThan(15);
  let dump = "";
  for (const { name } of tables) {
    const rows = await atrium.database.query<{ row: string }>(`select t::text as row from ${name} t`);
    dump += rows.map(({ row }) => row).join("\n");
  }
  // The search finds what is there in plain.
  expect(dump).toContain(operator.email);
  const secrets = [
    privateKey,
    Buffer.from(privateKey, "base64url").toString("hex"),
    Buffer.from(privateKey, "base64url").toString("base64"),
    ...texts.values(),
    operator.password,
    operator.accessToken,
    operator.refreshToken,
    atrium.env.ATRIUM_SECRET ?? "",
  ];
  for (const secret of secrets) expect(dump.includes(secret)).toBe(false);
}, 60_000);
