import { spawnSync } from "node:child_process";
import { createClient } from "graphql-ws";
import { WebSocket as Socket } from "ws";
import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { engines, type Person, personAt, startAtrium, type TestAtrium, testOn } from "./support/atrium.js";
import { startOwnRedis } from "./support/redis.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const hour = 60 * 60_000;
const hasServer = spawnSync("redis-server", ["--version"]).status === 0;

let database: TestDatabase;
let clock: TestClock;
let running: TestAtrium[];
const start = async (env: Record<string, string> = {}, engine: "postgres" | "redis" = "postgres") => {
  const made = await startAtrium({
    database,
    engine,
    prefix: database.url.slice(-12),
    clock,
    withWorkers: false,
    env: { ATRIUM_TRUST_PROXY: "loopback", ...env },
  });
  running.push(made);
  return made;
};
beforeEach(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
  running = [];
});
afterEach(async () => {
  for (const each of running) await each.close();
  await database.drop();
});

const me = (person: Person) => ask(person.url, { query: "{ me { id } }" }, bearer(person));
const stranger = (url: string, address: string, query = "{ __typename }") =>
  ask(url, { query }, { "x-forwarded-for": address });
const admitted = (answers: readonly Answer[]) => answers.filter((answer) => codeOf(answer) !== "RATE_LIMITED").length;

describe("I10 limits of a user", () => {
  test("I10 call N+1 is refused with 429, and says in fields and extensions what is allowed and until when", async () => {
    const atrium = await start({ ATRIUM_RATE_LIMIT: "5" });
    const eve = await atrium.signUp();
    const answers: Answer[] = [];
    for (let call = 0; call < 6; call += 1) answers.push(await me(eve));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    for (const [call, { headers }] of answers.entries()) {
      const [, left, seconds] = /^"user";r=(\d+);t=(\d+)$/.exec(headers.get("ratelimit") ?? "") ?? [];
      expect(Number(left)).toBe(Math.max(0, 4 - call));
      expect(Number(seconds)).toBeGreaterThan(0);
      expect(Number(seconds)).toBeLessThanOrEqual(3600);
      expect(headers.get("ratelimit-policy")).toMatch(/^"user";q=5(;w=3600)?$/);
    }
    const refused = answers[5] as Answer;
    expect(refused.data).toBeUndefined();
    const { limit, remaining, resetAt, retryAfter } = refused.errors?.[0]?.extensions ?? {};
    expect({ limit, remaining }).toEqual({ limit: 5, remaining: 0 });
    expect(refused.headers.get("retry-after")).toBe(String(retryAfter));
    const aheadMs = new Date(String(resetAt)).getTime() - clock.now().getTime();
    expect(Math.abs(aheadMs / 1000 - Number(retryAfter))).toBeLessThan(5);
    clock.pass(aheadMs + 100);
    // The access token may have ended meanwhile, but not the right to ask.
    expect(codeOf(await me(eve))).not.toBe("RATE_LIMITED");
  });

  test("I10 every root field counts, under whatever alias, and one user's calls are not another's", async () => {
    const atrium = await start({ ATRIUM_RATE_LIMIT: "10" });
    const [eve, ann] = [await atrium.signUp(), await atrium.signUp()];
    const query = "{ a: me { id } ...More } fragment More on Query { b: me { id } c: workspace { id } b: me { id } }";
    const answer = await ask(eve.url, { query }, bearer(eve));
    expect(answer.headers.get("ratelimit")).toMatch(/^"user";r=7;/);
    // More than is left is refused as a whole and takes nothing.
    const eight = `{ ${Array.from({ length: 8 }, (_, index) => `f${index}: me { id }`).join(" ")} }`;
    expect((await ask(eve.url, { query: eight }, bearer(eve))).status).toBe(429);
    expect((await me(eve)).headers.get("ratelimit")).toMatch(/^"user";r=6;/);
    expect((await me(ann)).headers.get("ratelimit")).toMatch(/^"user";r=9;/);
  });

  test("I10 refused documents count too", async () => {
    const atrium = await start({ ATRIUM_RATE_LIMIT: "3" });
    const eve = await atrium.signUp();
    const broken = () => ask(eve.url, { query: "{ nonsense }" }, bearer(eve));
    for (let call = 0; call < 3; call += 1) expect(codeOf(await broken())).toBe("BAD_USER_INPUT");
    expect((await broken()).status).toBe(429);
    expect((await me(eve)).status).toBe(429);
  });

  test("I10 sockets and event streams count like requests, and are told in extensions", async () => {
    const atrium = await start({ ATRIUM_RATE_LIMIT: "4" });
    const eve = await atrium.signUp();
    const socket = createClient({
      url: `${atrium.url.replace("http", "ws")}/graphql`,
      webSocketImpl: Socket,
      connectionParams: { authorization: `Bearer ${eve.accessToken}` },
      retryAttempts: 0,
    });
    const overSocket = async () => {
      for await (const result of socket.iterate({ query: "{ me { id } }" })) return result;
      throw new Error("There was no answer.");
    };
    expect((await overSocket()).extensions).toMatchObject({ rateLimit: { policy: "user", limit: 4, remaining: 3 } });
    expect((await overSocket()).extensions).toMatchObject({ rateLimit: { remaining: 2 } });
    const overStream = () =>
      fetch(`${atrium.url}/graphql/stream`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/event-stream", ...bearer(eve) },
        body: JSON.stringify({ query: "{ me { id } }" }),
      });
    const streamed = await overStream();
    expect([streamed.status, streamed.headers.get("ratelimit")?.slice(0, 10)]).toEqual([200, '"user";r=1']);
    await streamed.text();
    expect((await me(eve)).headers.get("ratelimit")).toMatch(/^"user";r=0;/);
    const refusedStream = await overStream();
    expect([refusedStream.status, Number(refusedStream.headers.get("retry-after")) > 0]).toEqual([429, true]);
    await expect(overSocket()).rejects.toMatchObject([
      { extensions: { code: "RATE_LIMITED", limit: 4, remaining: 0, retryAfter: expect.any(Number) } },
    ]);
    await socket.dispose();
  });

  test("I10 without a limit nothing is counted and nothing is said", async () => {
    const atrium = await start({ ATRIUM_RATE_LIMIT: "0", ATRIUM_RATE_LIMIT_ANONYMOUS: "0" });
    const eve = await atrium.signUp();
    const { headers, status } = await me(eve);
    expect([status, headers.get("ratelimit"), headers.get("ratelimit-policy")]).toEqual([200, null, null]);
  });
});

describe("I10 limits of a network", () => {
  test("I10 strangers are counted by IPv4 address and by IPv6 /64", async () => {
    const { url } = await start({ ATRIUM_RATE_LIMIT_ANONYMOUS: "3" });
    for (let call = 0; call < 3; call += 1) expect((await stranger(url, "203.0.113.7")).status).toBe(200);
    expect((await stranger(url, "203.0.113.7")).status).toBe(429);
    expect((await stranger(url, "203.0.113.8")).status).toBe(200);
    for (let call = 0; call < 3; call += 1) expect((await stranger(url, `2001:db8:1:2::${call}`)).status).toBe(200);
    expect((await stranger(url, "2001:db8:1:2:ffff::9")).status).toBe(429);
    expect((await stranger(url, "2001:db8:1:3::1")).status).toBe(200);
  });

  test("I10 a client without a trusted proxy cannot choose its network", async () => {
    const { url } = await start({ ATRIUM_RATE_LIMIT_ANONYMOUS: "3", ATRIUM_TRUST_PROXY: "192.0.2.1" });
    const answers: Answer[] = [];
    for (let call = 0; call < 4; call += 1) answers.push(await stranger(url, `203.0.113.${call}`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  });

  test("I10 tokens that open nothing are counted too", async () => {
    const { url } = await start({ ATRIUM_RATE_LIMIT_ANONYMOUS: "3" });
    const guess = () =>
      ask(url, { query: "{ me { id } }" }, { authorization: "Bearer guess", "x-forwarded-for": "198.51.100.1" });
    for (let call = 0; call < 3; call += 1) expect(codeOf(await guess())).toBe("UNAUTHENTICATED");
    expect((await guess()).status).toBe(429);
  });

  test("I10 one network makes only so many accounts in an hour", async () => {
    const { url } = await start({ ATRIUM_SIGN_UP_LIMIT: "2" });
    const signUp = (name: string, address: string) =>
      ask(
        url,
        {
          query: "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }",
          variables: { input: { email: `${name}@example.com`, password: "correct horse battery" } },
        },
        { "x-forwarded-for": address },
      );
    expect(codeOf(await signUp("a", "203.0.113.7"))).toBeUndefined();
    expect(codeOf(await signUp("b", "203.0.113.7"))).toBeUndefined();
    const refused = await signUp("c", "203.0.113.7");
    expect([refused.status, refused.errors?.[0]?.extensions]).toEqual([
      429,
      expect.objectContaining({ policy: "sign-up", limit: 2, remaining: 0 }),
    ]);
    expect(codeOf(await signUp("d", "203.0.113.8"))).toBeUndefined();
  });
});

test("I10 mails to one address are limited alike, whether or not it has an account", async () => {
  const atrium = await start({ ATRIUM_MAIL_LIMIT: "2" });
  const { email } = await atrium.signUp();
  const query = "mutation ($email: String!) { requestPasswordReset(email: $email) { expiresAt } }";
  for (const address of [email, "nobody@example.com"]) {
    const codes = [];
    for (let call = 0; call < 3; call += 1)
      codes.push(codeOf(await ask(atrium.url, { query, variables: { email: address } })));
    expect(codes).toEqual([undefined, undefined, "RATE_LIMITED"]);
  }
});

describe.each(engines)("I10 processes that share their counts on %s", (engine) => {
  testOn(engine)("I10 two processes admit exactly N of many parallel calls", async () => {
    const env = { ATRIUM_RATE_LIMIT: "40" };
    const [here, there] = [await start(env, engine), await start(env, engine)];
    const eve = await here.signUp();
    const elsewhere = personAt(there.url, eve);
    const answers = await Promise.all(Array.from({ length: 120 }, (_, call) => me(call % 2 ? eve : elsewhere)));
    expect(admitted(answers)).toBe(40);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    clock.pass(hour);
    const { signIn } = await here.stranger.sdk.SignIn({ input: { email: eve.email, password: eve.password } });
    const again = personAt(there.url, { ...eve, ...signIn });
    const later = await Promise.all(Array.from({ length: 50 }, () => me(again)));
    expect(admitted(later)).toBe(40);
  });

  testOn(engine)(
    "I10 a limit that is leased in blocks is never passed, and gives back what nobody used",
    async () => {
      const limit = 3_000;
      const env = { ATRIUM_RATE_LIMIT: String(limit) };
      const [here, there] = [await start(env, engine), await start(env, engine)];
      const eve = await here.signUp();
      const people = [eve, personAt(there.url, eve)];
      const query = `{ ${Array.from({ length: 15 }, (_, index) => `f${index}: __typename`).join(" ")} }`;
      let passed = 0;
      for (let round = 0; round < 11; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, call) => ask(people[call % 2]?.url ?? "", { query }, bearer(eve))),
        );
        passed += 15 * admitted(answers);
      }
      expect(passed).toBeLessThanOrEqual(limit);
      expect(passed).toBeGreaterThanOrEqual(limit * 0.98);
      await there.close();
      running = running.filter((each) => each !== there);
      let single = 0;
      while (single < 100 && codeOf(await me(eve)) === undefined) single += 1;
      // Whatever the other process had and did not use is there for this one.
      expect(passed + single).toBe(limit);
    },
    60_000,
  );
});

test("I10 what is counted is kept under pseudonyms and does not stay", async () => {
  const atrium = await start({ ATRIUM_RATE_LIMIT: "50" });
  const eve = await atrium.signUp();
  await me(eve);
  await stranger(atrium.url, "203.0.113.7");
  const rows = await database.query<{ key: string; expire: string }>("select key, expire from rate_limit_count");
  expect(rows.length).toBeGreaterThanOrEqual(2);
  const { me: who } = await eve.sdk.Me();
  for (const { key, expire } of rows) {
    expect(key).not.toContain(who.id);
    expect(key).not.toContain("203.0.113");
    expect(key).not.toContain("@");
    expect(Number(expire) - Date.now()).toBeLessThanOrEqual(2 * hour);
  }
});

(hasServer ? test : test.skip)(
  "I10 with Redis away requests are answered, each process counts alone, and sign-ins stay counted in Postgres",
  async () => {
    const redis = await startOwnRedis();
    try {
      const env = {
        ATRIUM_RATE_LIMIT: "30",
        ATRIUM_SIGN_IN_LIMIT: "3",
        REDIS_URL: redis.url,
        ATRIUM_REDIS_PREFIX: "own",
      };
      const atrium = await start(env);
      const eve = await atrium.signUp();
      expect((await me(eve)).status).toBe(200);
      await redis.kill();
      const answers: Answer[] = [];
      for (let call = 0; call < 35; call += 1) answers.push(await me(eve));
      expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
      expect(admitted(answers)).toBe(29);
      const guess = () =>
        atrium.stranger.sdk
          .SignIn({ input: { email: eve.email, password: "wrong" } })
          .catch(({ code }: { code: string }) => code);
      const guesses = [await guess(), await guess(), await guess(), await guess()];
      expect(guesses).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "RATE_LIMITED"]);
    } finally {
      await redis.close();
    }
  },
);
