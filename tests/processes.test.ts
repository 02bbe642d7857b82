import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "#schema/connect.js";
import { eventually, signUpAt, testEnv } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { type AtriumProcess, runAtrium, spawnAtrium } from "./support/processes.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const status = async (url: string) => (await fetch(url)).status;

describe("a fresh start", () => {
  let folder: string;
  const running: AtriumProcess[] = [];
  const start = async (env: Record<string, string> = {}) => {
    const process = await spawnAtrium("start", {
      ATRIUM_DATA_DIR: join(folder, "data"),
      PORT: "0",
      HOST: "127.0.0.1",
      ...env,
    });
    running.push(process);
    return process;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "atrium-start-"));
  });
  afterEach(async () => {
    for (const process of running.splice(0)) await process.kill("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  test("D1 one command brings everything up on an empty folder, stops cleanly, and finds all data again", async () => {
    const first = await start();
    const signInFile = join(folder, "data", "sign-in.json");
    const answer = await fetch(`${first.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await readFile(signInFile, "utf8"),
    });
    const { data } = (await answer.json()) as { data: { signIn: { accessToken: string } } };
    const admin = connect(first.url, { accessToken: () => data.signIn.accessToken });
    const { generateQuote: job } = await admin.sdk.GenerateQuote({ input: { topic: "beginnings" } });
    const ended = endOf(await collect(admin, job.id));
    expect(ended.status).toBe("SUCCEEDED");
    await admin.close();
    for (const secret of ["secret", "admin-password", "sign-in.json", "postgres.json"]) {
      expect((await stat(join(folder, "data", secret))).mode & 0o777).toBe(0o600);
    }
    const pid = Number((await readFile(join(folder, "data", "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
    expect(await first.kill("SIGTERM")).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow();
    for (const line of first.lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(first.lines.join("\n")).not.toContain(await readFile(join(folder, "data", "admin-password"), "utf8"));

    const second = await start();
    const again = connect(second.url, { accessToken: () => data.signIn.accessToken });
    expect((await again.sdk.Job({ id: job.id })).job?.result).toMatchObject({ __typename: "Quote" });
    await again.close();
  }, 60_000);

  test("D1 a killed start leaves nothing that the next one cannot take up", async () => {
    const first = await start();
    await first.kill("SIGKILL");
    const second = await start();
    expect(await status(`${second.url}/ready`)).toBe(200);
  }, 60_000);
});

describe("wrong settings", () => {
  test("F1 every wrong setting is named at once, secrets are not repeated, and nothing starts", async () => {
    const { code, output } = await runAtrium(["start"], {
      PORT: "eighty",
      REDIS_URL: "my-secret-redis",
      ATRIUM_SECRET: "short",
      ATRIUM_DATADIR: "/tmp",
      AZURE_OPENAI_API_KEY: "key",
    });
    expect(code).toBe(1);
    for (const setting of ["PORT", "REDIS_URL", "ATRIUM_SECRET", "ATRIUM_DATADIR"]) expect(output).toContain(setting);
    expect(output).toContain("Did you mean ATRIUM_DATA_DIR?");
    expect(output).not.toMatch(/my-secret|short\b|at .*\.js/);
  });

  test("F1 production does not start without a secret", async () => {
    const { code, output } = await runAtrium(["api"], {
      NODE_ENV: "production",
      DATABASE_URL: "postgres://localhost/x",
    });
    expect(code).toBe(1);
    expect(output).toContain("ATRIUM_SECRET is missing");
  });

  test("D1 a database that does not answer, a taken port and an unwritable folder are one clear sentence each", async () => {
    const database = await createTestDatabase();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const env = testEnv(database);
    const cases = [
      [{ ...env, DATABASE_URL: "postgres://nobody:pass-word@127.0.0.1:1/atrium" }, "DATABASE_URL"],
      [{ ...env, REDIS_URL: "redis://127.0.0.1:1" }, "REDIS_URL"],
      [{ ...env, PORT: String(port) }, `PORT: Port ${port} is taken`],
      [{ ATRIUM_DATA_DIR: "/dev/null/atrium" }, "ATRIUM_DATA_DIR"],
    ] as const;
    for (const [wrong, named] of cases) {
      const { code, output } = await runAtrium(["start"], wrong);
      expect({ named, code }).toEqual({ named, code: 1 });
      expect(output).toContain(named);
      expect(output).not.toMatch(/pass-word|at .*\.js|node_modules/);
    }
    taken.close();
    await database.drop();
  }, 60_000);

  test("D1 the command line tells wrong usage from failure", async () => {
    expect((await runAtrium(["nonsense"], {})).code).toBe(2);
    expect((await runAtrium(["--help"], {})).code).toBe(0);
    expect((await runAtrium(["schema", "print"], {})).output).toContain("type Query");
  });
});

describe("processes of their own", () => {
  let database: TestDatabase;
  const running: AtriumProcess[] = [];
  const spawn = async (role: "start" | "api" | "worker", env: Record<string, string> = {}) => {
    const process = await spawnAtrium(role, { ...testEnv(database), ...env });
    running.push(process);
    return process;
  };
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const process of running.splice(0)) await process.kill("SIGKILL");
    await database.drop();
  });

  test("D2 an API process and a worker process do together what one does alone", async () => {
    const api = await spawn("api");
    const ann = await signUpAt(api.url);
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "together" } });
    expect((await ann.sdk.Job({ id: job.id })).job?.status).toBe("QUEUED");
    await spawn("worker");
    expect(endOf(await collect(ann, job.id)).status).toBe("SUCCEEDED");
    await ann.close();
  }, 30_000);

  test("N5 without its database a process is alive but not ready, and ready again when it is back", async () => {
    const api = await spawn("api");
    for (const path of ["live", "ready", "health"]) expect(await status(`${api.url}/${path}`)).toBe(200);
    const name = new URL(database.url).pathname.slice(1);
    await blockDatabase(name, false);
    await eventually(
      () => status(`${api.url}/ready`),
      (code) => code === 503,
    );
    expect(await status(`${api.url}/live`)).toBe(200);
    expect(await status(`${api.url}/health`)).toBe(503);
    await blockDatabase(name, true);
    await eventually(
      () => status(`${api.url}/ready`),
      (code) => code === 200,
    );
    await signUpAt(api.url);
  }, 30_000);

  test("D1 a role does not work on a database that lacks migrations, and `migrate` brings and takes them", async () => {
    const env = testEnv(database);
    const tables = () =>
      database.query("select table_name from information_schema.tables where table_schema = 'public'");
    const migrations = await database.query<{ name: string }>("select name from migration order by id");
    const backTo = (...to: string[]) => runAtrium(["migrate", "down", ...to], env);
    const before = migrations.at(-3)?.name ?? "";
    const unknown = await backTo("--to", "Migration2000");
    expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining("migrate status")]);
    expect(await backTo()).toMatchObject({ code: 0 });
    expect(await backTo("--to", before)).toMatchObject({ code: 0 });
    expect(await database.query("select name from migration order by id")).toEqual(migrations.slice(0, -2));
    expect(await backTo("--to", before)).toMatchObject({ code: 0, output: expect.stringContaining("Nothing to do") });
    expect(await backTo("--to", "0")).toMatchObject({ code: 0 });
    expect(await tables()).toEqual([{ table_name: "migration" }]);
    const refused = await runAtrium(["api"], env);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("migrate up");
    expect((await runAtrium(["migrate", "status"], env)).output).toContain("pending");
    expect((await runAtrium(["migrate", "up"], env)).output).toContain("applied");
    const api = await spawn("api");
    await signUpAt(api.url);
  }, 60_000);

  test("J3 SIGTERM lets a running job finish, closes sockets with a code, and ends with 0", async () => {
    const both = await spawn("start", { ATRIUM_SHUTDOWN_SECONDS: "10" });
    const codes: number[] = [];
    const ann = await signUpAt(both.url, {
      onSocket: (socket) => socket.addEventListener("close", ({ code }) => codes.push(code)),
    });
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "endings" } });
    let told = false;
    const stream = await fetch(`${both.url}/graphql/stream`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${ann.accessToken}`,
      },
      body: JSON.stringify({ query: "subscription { events { id } }" }),
    });
    expect(stream.status).toBe(200);
    await expect(
      (async () => {
        for await (const { jobEvents } of ann.sdk.JobEvents({
          jobId: job.id,
          after: null,
        }) as unknown as AsyncIterable<{ jobEvents: { __typename: string } }>) {
          if (jobEvents.__typename === "TextChunk" && !told) told = both.child.kill("SIGTERM");
        }
      })(),
    ).rejects.toBeDefined();
    expect(await both.exited).toBe(0);
    expect(codes).toEqual([1001]);
    expect(await database.query("select status from job")).toEqual([{ status: "SUCCEEDED" }]);
  }, 30_000);
});

/** As if Postgres were away for one database: nobody may connect, and all who are there are thrown out. */
const blockDatabase = async (name: string, allow: boolean) => {
  const url = new URL(process.env.TEST_POSTGRES_URL ?? "");
  url.pathname = "/postgres";
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  await client.query(`alter database ${name} allow_connections ${allow}`);
  if (!allow) await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  await client.end();
};
