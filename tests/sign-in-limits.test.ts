import { type Answer, ask, codeOf } from "./support/ask.js";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const hour = 60 * 60_000;
const password = "correct horse battery";
const query = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken failedSignIns user { email } } }";

let database: TestDatabase;
let clock: TestClock;
let atrium: TestAtrium;
let elsewhere: TestAtrium;
let accounts = 0;
const limit = 6;

const start = () =>
  startAtrium({
    database,
    clock,
    withWorkers: false,
    env: { ATRIUM_TRUST_PROXY: "loopback", ATRIUM_SIGN_IN_LIMIT: String(limit) },
  });
beforeAll(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
  // Windows end with the hour: this one has just begun.
  clock.pass(hour - (Date.now() % hour));
  atrium = await start();
  elsewhere = await start();
});
afterAll(async () => {
  await atrium.close();
  await elsewhere.close();
  await database.drop();
});

/** Milliseconds until the next window of a subject begins, which is shifted by what its pseudonym begins with. */
const untilNext = (windowMs: number, pseudonym: string): number =>
  windowMs - ((clock.now().getTime() + Buffer.from(pseudonym, "base64url").readUInt32BE()) % windowMs);

const from = (address: string, headers: Record<string, string> = {}) => ({ "x-forwarded-for": address, ...headers });
/** An account that was made at an address, whose network it knows from then on. */
const accountAt = async (address: string): Promise<string> => {
  accounts += 1;
  const email = `owner${accounts}@example.com`;
  const signUp = "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }";
  const answer = await ask(atrium.url, { query: signUp, variables: { input: { email, password } } }, from(address));
  expect(answer.errors).toBeUndefined();
  return email;
};
const signIn = (email: string, given: string, address: string, headers: Record<string, string> = {}, at = atrium) =>
  ask(at.url, { query, variables: { input: { email, password: given } } }, from(address, headers));
const guess = (email: string, address: string, at = atrium) => signIn(email, "not the password", address, {}, at);
const countOf = (answers: readonly Answer[], code: string | undefined) =>
  answers.filter((answer) => codeOf(answer) === code).length;

test("I10 whoever guesses from one network gets N attempts at an account, over all processes and in parallel", async () => {
  const email = await accountAt("192.0.2.1");
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => guess(email, "198.51.100.1", index % 2 ? atrium : elsewhere)),
  );
  expect(countOf(answers, "UNAUTHENTICATED")).toBe(limit);
  expect(countOf(answers, "RATE_LIMITED")).toBe(40 - limit);
  const refused = await guess(email, "198.51.100.1");
  expect(refused.status).toBe(429);
  const { policy, limit: told, remaining, retryAfter } = refused.errors?.[0]?.extensions ?? {};
  expect({ policy, limit: told, remaining }).toEqual({ policy: "sign-in", limit, remaining: 0 });
  expect(refused.headers.get("retry-after")).toBe(String(retryAfter));
  expect(refused.headers.get("ratelimit")).toBe(`"sign-in";r=0;t=${retryAfter}`);
  // The right password does not help where the guessing was done.
  expect(codeOf(await signIn(email, password, "198.51.100.1"))).toBe("RATE_LIMITED");
  expect(codeOf(await signIn(email.toUpperCase(), password, "198.51.100.1"))).toBe("RATE_LIMITED");
});

test("I10 an attacker cannot lock the owner out: from a network that the account knows, the right password is let in", async () => {
  const email = await accountAt("192.0.2.2");
  const answers: Answer[] = [];
  for (let network = 0; network < 8; network += 1)
    for (let attempt = 0; attempt < 5; attempt += 1) answers.push(await guess(email, `198.51.101.${network}`));
  expect(countOf(answers, "RATE_LIMITED")).toBeGreaterThan(0);
  const owner = await signIn(email, password, "192.0.2.2");
  expect(owner.errors).toBeUndefined();
  // And is told what went on meanwhile: only what was looked at at all.
  expect(owner.data).toMatchObject({ signIn: { failedSignIns: 2 * limit } });
  expect((await signIn(email, password, "192.0.2.2")).data).toMatchObject({ signIn: { failedSignIns: 0 } });
});

test("I10 one attacker on one network does not even close the networks that the account does not know", async () => {
  const email = await accountAt("192.0.2.3");
  for (let attempt = 0; attempt < 4 * limit; attempt += 1) await guess(email, "198.51.102.1");
  expect((await signIn(email, password, "203.0.113.99")).errors).toBeUndefined();
});

test("I10 an attacker with 1,000 addresses gets a few guesses at one account, in the hour and in the day", async () => {
  const email = await accountAt("192.0.2.4");
  // Each account's day ends at a time of its own: this test must not reach over it.
  clock.pass(untilNext(24 * hour, atrium.app.limits.pseudonym("sign-in-account-day", email)));
  const attack = async (rounds: number): Promise<number> => {
    let guesses = 0;
    for (let round = 0; round < rounds; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          guess(email, `10.${round}.${index}.1`, index % 2 ? atrium : elsewhere),
        ),
      );
      expect(answers.every((answer) => ["UNAUTHENTICATED", "RATE_LIMITED"].includes(String(codeOf(answer))))).toBe(
        true,
      );
      guesses += countOf(answers, "UNAUTHENTICATED");
    }
    return guesses;
  };
  expect(await attack(20)).toBe(2 * limit);
  clock.pass(hour);
  expect(await attack(4)).toBe(2 * limit);
  clock.pass(hour);
  expect(await attack(4)).toBe(limit);
  clock.pass(hour);
  expect(await attack(4)).toBe(0);
  expect((await signIn(email, password, "192.0.2.4")).errors).toBeUndefined();
}, 120_000);

test("I10 spraying one password over many accounts from one network is stopped, and successes do not count", async () => {
  const email = await accountAt("192.0.2.5");
  for (let attempt = 0; attempt < limit - 1; attempt += 1)
    expect((await signIn(email, password, "198.51.103.1")).errors).toBeUndefined();
  const answers = await Promise.all(
    Array.from({ length: 30 * limit }, (_, index) => guess(`victim${index}@example.com`, "198.51.103.1")),
  );
  expect(countOf(answers, "UNAUTHENTICATED")).toBe(10 * limit);
  expect(countOf(answers, "RATE_LIMITED")).toBe(20 * limit);
  expect((await guess("victim@example.com", "198.51.103.2")).status).toBe(200);
}, 60_000);

test("I10 nothing tells whether there is an account", async () => {
  const email = await accountAt("192.0.2.6");
  const course = async (address: string, network: number) => {
    const answers: unknown[] = [];
    for (let attempt = 0; attempt < 4 * limit; attempt += 1) {
      const { status, headers, errors } = await guess(address, `198.51.${network}.${attempt % 5}`);
      const { code, policy, limit: told, remaining } = errors?.[0]?.extensions ?? {};
      answers.push({ status, code, policy, told, remaining, field: headers.get("ratelimit-policy") });
    }
    return answers;
  };
  expect(await course(email, 104)).toEqual(await course("nobody@example.com", 105));
});

test("I10 neither a dry run nor an idempotency key makes a guess free, nor does one document hold many", async () => {
  const email = await accountAt("192.0.2.7");
  const answers: Answer[] = [];
  for (let attempt = 0; attempt < limit; attempt += 1)
    answers.push(await signIn(email, `guess ${attempt}`, "198.51.106.1", { "dry-run": "true" }));
  expect(countOf(answers, "UNAUTHENTICATED")).toBe(limit);
  expect(codeOf(await signIn(email, password, "198.51.106.1", { "dry-run": "true" }))).toBe("RATE_LIMITED");
  expect(codeOf(await signIn(email, password, "198.51.106.1", { "idempotency-key": "one" }))).toBe("RATE_LIMITED");
  const fields = Array.from(
    { length: 40 },
    (_, index) => `g${index}: signIn(input: { email: "${email}", password: "guess ${index}" }) { accessToken }`,
  );
  const many = await ask(atrium.url, { query: `mutation { ${fields.join(" ")} }` }, from("198.51.106.2"));
  expect(codeOf(many)).toBe("QUERY_TOO_COMPLEX");
});

test("I10 sign-ins over a socket meet the same limits", async () => {
  const email = await accountAt("192.0.2.8");
  const { createClient } = await import("graphql-ws");
  const { WebSocket: Socket } = await import("ws");
  class Forwarded extends Socket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: from("198.51.107.1") });
    }
  }
  const socket = createClient({ url: `${atrium.url.replace("http", "ws")}/graphql`, webSocketImpl: Forwarded });
  const codes: unknown[] = [];
  for (let attempt = 0; attempt <= limit; attempt += 1) {
    for await (const { errors } of socket.iterate({ query, variables: { input: { email, password: "guess" } } }))
      codes.push(errors?.[0]?.extensions?.code);
  }
  expect(codes).toEqual([...new Array<string>(limit).fill("UNAUTHENTICATED"), "RATE_LIMITED"]);
  expect(codeOf(await guess(email, "198.51.107.1"))).toBe("RATE_LIMITED");
  await socket.dispose();
});
