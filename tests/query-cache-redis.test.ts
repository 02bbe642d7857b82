import { spawnSync } from "node:child_process";
import { Redis } from "ioredis";
import { createLogger } from "#src/platform/logger.js";
import { RedisLevel } from "#src/platform/query-cache-redis.js";
import { topicsOfReading } from "#src/platform/touched-rows.js";
import { eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type OwnRedis, startOwnRedis } from "./support/redis.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const hasServer = spawnSync("redis-server", ["--version"]).status === 0;
const testWithRedis = hasServer ? test : test.skip;

const list = "{ quotes { totalCount nodes { text } } }";

const ask = async (person: Person) => {
  const begun = performance.now();
  const answer = await fetch(`${person.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${person.accessToken}` },
    body: JSON.stringify({ query: list }),
  });
  const { data, errors } = (await answer.json()) as { data: { quotes: { totalCount: number } }; errors?: unknown };
  const ms = performance.now() - begun;
  return { total: data.quotes.totalCount, errors, outcome: answer.headers.get("x-cache"), ms };
};
const create = (person: Person, text = "One.") => person.sdk.CreateQuote({ input: { text, author: "Ann" } });
const redisLevel = async (person: Person) =>
  (await person.sdk.CacheStats()).cacheStats.levels.find(({ level }) => level === "REDIS");

let redis: OwnRedis;
let database: TestDatabase;
let running: TestAtrium[];
const start = async () => {
  const env = { REDIS_URL: redis.url, ATRIUM_REDIS_PREFIX: "own" };
  const made = await startAtrium({ database, env, withWorkers: false });
  running.push(made);
  return made;
};

beforeEach(async () => {
  if (!hasServer) return;
  redis = await startOwnRedis();
  database = await createTestDatabase();
  running = [];
});
afterEach(async () => {
  if (!hasServer) return;
  for (const each of running) await each.close();
  await database.drop();
  await redis.close();
});

testWithRedis("H1 a new process begins with the answers of the others", async () => {
  const first = await start();
  const ann = await first.signUp();
  await create(ann);
  expect((await ask(ann)).outcome).toBe("MISS");
  const second = await start();
  const there = personAt(second.url, ann);
  expect(await ask(there)).toMatchObject({ outcome: "HIT", total: 1 });
  expect(await redisLevel(there)).toMatchObject({ state: "READY", hits: 1, misses: 0 });
  await create(there);
  const third = await start();
  expect(await ask(personAt(third.url, ann))).toMatchObject({ outcome: "MISS", total: 2 });
});

testWithRedis("H1 no name, text or address stands in the keys of Redis", async () => {
  const ann = await (await start()).signUp();
  await create(ann, "A secret thought.");
  await ask(ann);
  const client = new Redis(redis.url);
  const keys = (await client.keys("*cache*")).join("\n");
  client.disconnect();
  expect(keys).toMatch(/own:cache:answer:[\w-]{43}$/m);
  expect(keys).not.toContain(ann.email);
  expect(keys).not.toContain("quotes {");
  expect(keys).not.toContain("secret");
});

testWithRedis(
  "H1 Redis gone: slower, not broken; back again: nothing old",
  async () => {
    const first = await start();
    const second = await start();
    const ann = await first.signUp();
    const there = personAt(second.url, ann);
    await ask(ann);
    await ask(there);
    await redis.kill();
    for (let n = 1; n <= 10; n += 1) {
      await create(ann, `Quote ${n}`);
      const read = await ask(ann);
      expect(read).toMatchObject({ total: n, errors: undefined });
      expect(read.ms).toBeLessThan(1_000);
      // Cut off from the bus, the other process trusts nothing that it has kept.
      expect(await ask(there)).toMatchObject({ total: n, errors: undefined, outcome: "BYPASS" });
    }
    expect(await redisLevel(ann)).toMatchObject({ state: "BYPASSED" });
    await redis.start();
    for (const person of [ann, there]) {
      await eventually(
        () => redisLevel(person),
        (level) => level?.state === "READY",
      );
      expect((await ask(person)).total).toBe(10);
    }
    await create(ann, "After.");
    expect((await ask(ann)).total).toBe(11);
    await eventually(
      () => ask(there),
      ({ total }) => total === 11,
      2_000,
    );
    await eventually(
      () => ask(there),
      ({ outcome }) => outcome === "HIT",
    );
  },
  60_000,
);

testWithRedis(
  "H1 a Redis that answers nobody delays one read a little, and no other",
  async () => {
    const atrium = await start();
    const ann = await atrium.signUp();
    await create(ann);
    await ask(ann);
    redis.freeze();
    await create(ann);
    const times: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const read = await ask(ann);
      expect(read).toMatchObject({ total: 2, errors: undefined });
      times.push(read.ms);
    }
    redis.thaw();
    // At 50 ms each, twenty reads that waited would take more than a second.
    expect(times.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1_000);
    await eventually(
      () => redisLevel(ann),
      (level) => level?.state === "READY",
    );
    expect((await ask(ann)).total).toBe(2);
  },
  60_000,
);

describe("between a mark and its end", () => {
  const topics = topicsOfReading(["quote"], "w");
  const levels: RedisLevel[] = [];
  const connect = async () => {
    const level = await RedisLevel.connect(redis.url, "level", createLogger({ level: "silent", pretty: false }));
    levels.push(level);
    return level;
  };
  afterEach(async () => {
    for (const level of levels.splice(0)) await level.close();
  });
  const stampOf = async (level: RedisLevel) => {
    const found = await level.find("hash", topics);
    return found?.outcome === "MISS" ? found.stamp : undefined;
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

  testWithRedis("H1 a read from before a write is never given out after it, whoever stores it and when", async () => {
    const [writer, reader] = [await connect(), await connect()];
    const before = (await stampOf(reader)) as string;
    const end = await writer.mark(["rows:w:quote"]);
    expect(await reader.find("hash", topics)).toBeUndefined();
    reader.keep("hash", before, "old");
    expect(await reader.find("hash", topics)).toBeUndefined();
    end();
    await settled();
    const after = (await stampOf(reader)) as string;
    expect(after).not.toBe(before);
    reader.keep("hash", before, "old");
    expect(await stampOf(reader)).toBe(after);
    reader.keep("hash", after, "new");
    expect(await writer.find("hash", topics)).toMatchObject({ outcome: "HIT", text: "new" });
    // Tables and workspaces that it was not read from do not matter to it; a write to all workspaces does.
    (await writer.mark(["rows:w:job", "rows:v:quote"]))();
    await settled();
    expect(await writer.find("hash", topics)).toMatchObject({ outcome: "HIT" });
    (await writer.mark(["rows:*:quote"]))();
    await settled();
    expect(await stampOf(writer)).toBeDefined();
  });

  testWithRedis(
    "H1 a writer that dies before its word leaves its tables unshared until all old answers are gone",
    async () => {
      const [writer, reader] = [await connect(), await connect()];
      const stamp = (await stampOf(reader)) as string;
      reader.keep("hash", stamp, "old");
      await writer.mark(["rows:w:quote"]);
      await writer.close();
      // Another write to the same table ends well, and lifts no mark but its own.
      (await reader.mark(["rows:w:quote"]))();
      await settled();
      expect(await reader.find("hash", topics)).toBeUndefined();
      const client = new Redis(redis.url);
      const mark = "level:cache:mark:rows:w:quote";
      const [, expires] = await client.zrange(mark, "0", "0", "WITHSCORES");
      expect(Number(expires) - Date.now()).toBeGreaterThan(6 * 60_000);
      await client.zadd(mark, Date.now() - 1, (await client.zrange(mark, "0", "0"))[0] as string);
      expect(await stampOf(reader)).toBeDefined();
      client.disconnect();
      await reader.close();
    },
  );

  testWithRedis(
    "H1 a write that Redis never heard of outdates everything in it once it is heard of again",
    async () => {
      const [writer, reader] = [await connect(), await connect()];
      const stamp = (await stampOf(reader)) as string;
      reader.keep("hash", stamp, "old");
      expect(await reader.find("hash", topics)).toMatchObject({ outcome: "HIT" });
      redis.freeze();
      const end = await writer.mark(["rows:w:quote"]);
      end();
      redis.thaw();
      await eventually(
        async () => writer.stats.state,
        (state) => state === "READY",
      );
      const after = await stampOf(reader);
      expect(after).toBeDefined();
      expect(after).not.toBe(stamp);
    },
  );
});
