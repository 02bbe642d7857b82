import { crc32 } from "node:zlib";
import { connect } from "#schema/connect.js";
import { formatApiKey, parseApiKey } from "#src/identity/api-key-text.js";
import { newId } from "#src/platform/ids.js";
import { ask, codeOf } from "./support/ask.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import type { TestDatabase } from "./support/test-database.js";
import { createTestDatabase } from "./support/test-database.js";

const hour = 3_600_000;

class TestClock {
  #ahead = 0;
  now = () => new Date(Date.now() + this.#ahead);
  pass(ms: number) {
    this.#ahead += ms;
  }
}

let clock: TestClock;
let database: TestDatabase;
let atrium: TestAtrium;
let elsewhere: TestAtrium;

beforeAll(async () => {
  clock = new TestClock();
  database = await createTestDatabase();
  atrium = await startAtrium({ clock, database, withWorkers: false });
  elsewhere = await startAtrium({ clock, database, withWorkers: false });
  // The first account runs the installation, and is not what these tests are about.
  await atrium.signUp();
});
afterAll(async () => {
  await elsewhere.close();
  await atrium.close();
  await database.drop();
});

/** An access token lives for 15 minutes of the moved clock: who comes later signs in again. */
const signIn = async (person: Person) => {
  const { signIn: pair } = await atrium.stranger.sdk.SignIn({
    input: { email: person.email, password: person.password },
  });
  person.accessToken = pair.accessToken;
};
const createKey = async (owner: Person, scopes: string[], expiresAt?: Date) => {
  const input = { name: "Partner", scopes, expiresAt: expiresAt?.toISOString() ?? null };
  return (await owner.sdk.CreateApiKey({ input })).createApiKey;
};
const quotes = "{ quotes { totalCount } }";
const enter = 'mutation { createQuote(input: { text: "By a program.", author: "Bot" }) { id createdBy { username } } }';
const send = (secret: string, query = quotes, headers = {}, url = atrium.url) =>
  ask(url, { query }, { authorization: `Bearer ${secret}`, ...headers });
const setRole = (person: Person, role: string) =>
  database.query('update membership m set role = $1 from "user" u where u.id = m.user_id and u.email = $2', [
    role,
    person.email,
  ]);
/** An open socket of a key, and the code that it is closed with. */
const openSocket = async (secret: string, url = atrium.url) => {
  const sockets: WebSocket[] = [];
  const program = connect(url, { accessToken: () => secret, onSocket: (socket) => sockets.push(socket) });
  const events = program.subscribe("subscription { events { id kind } }");
  const ending = events.next().then(
    () => "heard",
    () => "ended",
  );
  await eventually(
    async () => sockets[0]?.readyState,
    (state) => state === 1,
  );
  const closed = new Promise<number>((resolve) => {
    sockets[0]?.addEventListener("close", ({ code }) => resolve(code));
  });
  return { program, ending, closed };
};

describe("I5 an API key", () => {
  test("acts for its maker within its scopes, over HTTP and WebSocket, and says so where it may not", async () => {
    const ann = await atrium.signUp();
    const { secret, apiKey } = await createKey(ann, ["quote:read", "quote:write", "event:read", "quote:read"]);
    expect(apiKey).toMatchObject({ scopes: ["event:read", "quote:read", "quote:write"], revokedAt: null });
    const { data } = await send(secret, enter);
    expect(data).toMatchObject({ createQuote: { createdBy: { username: ann.email.split("@")[0] } } });
    expect((await send(secret)).data).toEqual({ quotes: { totalCount: 1 } });
    const refused = await send(secret, "{ jobCounts { count } }");
    expect(refused.errors?.[0]).toMatchObject({ path: ["jobCounts"], extensions: { code: "FORBIDDEN" } });
    expect(refused.errors?.[0]?.message).toContain("job:read");

    const { program, ending } = await openSocket(secret);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(secret, enter);
    expect(await ending).toBe("heard");
    await program.close();
  });

  test("is of one workspace, and cannot be pointed at another one of its maker", async () => {
    const ann = await atrium.signUp();
    const bob = await atrium.signUp();
    const { workspace } = await bob.sdk.Workspace();
    await database.query(
      `insert into membership (id, workspace_id, user_id, role, created_at)
        select $1, $2, id, 'OWNER', now() from "user" where email = $3`,
      [newId("membership"), workspace.id, ann.email],
    );
    await bob.sdk.CreateQuote({ input: { text: "Bob's.", author: "Bob" } });
    const { secret, apiKey } = await createKey(ann, ["quote:read"]);
    expect((await send(secret)).data).toEqual({ quotes: { totalCount: 0 } });
    expect(codeOf(await send(secret, quotes, { "x-workspace-id": workspace.id }))).toBe("FORBIDDEN");
    // To whoever manages keys elsewhere it does not exist.
    for (const id of [apiKey.id, apiKey.id.replace(/.{4}$/, "0000")]) {
      expect(await errorOf(bob.sdk.RevokeApiKey({ id }))).toMatchObject({ code: "NOT_FOUND" });
      expect(await errorOf(bob.sdk.RotateApiKey({ id }))).toMatchObject({ code: "NOT_FOUND" });
    }
    expect((await bob.sdk.ApiKeys({})).apiKeys.nodes).toEqual([]);
  });

  test("is stored as a hash and shown once", async () => {
    const ann = await atrium.signUp();
    const { secret, apiKey } = await createKey(ann, ["quote:read"]);
    expect(secret).toMatch(/^atk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(secret.startsWith(`atk_${apiKey.prefix}_`)).toBe(true);
    const random = parseApiKey(secret)?.secret ?? "";
    const rows = await database.query("select k::text as row from api_key k union all select e::text from event e");
    expect(rows.length).toBeGreaterThan(1);
    expect(JSON.stringify(rows)).not.toContain(random);
    expect(JSON.stringify(await ann.sdk.ApiKeys({}))).not.toContain(random);
  });

  test("is recognised when it is mistyped, and refused in every form but its own", async () => {
    const ann = await atrium.signUp();
    const { secret } = await createKey(ann, ["quote:read"]);
    const other = (await createKey(ann, ["quote:read"])).secret;
    const [, prefix = "", rest = ""] = secret.split("_");
    const [, otherPrefix = ""] = other.split("_");
    const altered = rest.startsWith("A") ? `B${rest.slice(1)}` : `A${rest.slice(1)}`;
    const swapped = secret.replace(/[a-z]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    for (const text of [
      `atk_${prefix}_${altered}`,
      secret.slice(0, -1),
      `${secret}0`,
      `atk_${prefix}_`,
      "atk_",
      secret.toUpperCase().replace("ATK", "atk"),
      secret.toLowerCase(),
      swapped.replace(/^ATK/, "atk"),
      `atk_${otherPrefix}_${rest}`,
      `atk_${prefix}_${rest.slice(0, 43)}${crc32(rest).toString(36).padStart(6, "0").slice(0, 6)}`,
    ]) {
      const answer = await send(text);
      expect([answer.status, codeOf(answer)]).toEqual([401, "UNAUTHENTICATED"]);
      expect(answer.errors?.[0]?.message).toContain("checksum");
      expect(answer.errors?.[0]?.message).not.toContain(rest.slice(0, 10));
    }
    // Well formed, but nobody's: another secret under a prefix that exists, and a prefix that does not.
    for (const forged of [
      formatApiKey({ prefix, secret: "x".repeat(43) }),
      formatApiKey({ prefix: "x".repeat(12), secret: rest.slice(0, 43) }),
      formatApiKey({ prefix: otherPrefix, secret: rest.slice(0, 43) }),
    ]) {
      const answer = await send(forged);
      expect([answer.status, codeOf(answer)]).toEqual([401, "UNAUTHENTICATED"]);
      expect(answer.errors?.[0]?.message).not.toContain("checksum");
    }
    expect((await send(secret)).data).toBeTruthy();
  });

  test("does not tell by its time whether the prefix exists", async () => {
    const ann = await atrium.signUp();
    const { apiKey } = await createKey(ann, ["quote:read"]);
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 60; round += 1) {
      for (const [kind, prefix] of [
        ["known", apiKey.prefix],
        ["unknown", `${round}`.padStart(12, "q")],
      ] as const) {
        const forged = formatApiKey({ prefix, secret: `${round}`.padStart(43, "z") });
        const begun = performance.now();
        expect((await send(forged)).status).toBe(401);
        times[kind].push(performance.now() - begun);
      }
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[30] ?? 0;
    expect(median(times.known) / median(times.unknown)).toBeGreaterThan(0.6);
    expect(median(times.known) / median(times.unknown)).toBeLessThan(1.67);
  });

  test("cannot have scopes that there are not, that are kept to people, or that its maker lacks", async () => {
    const ann = await atrium.signUp();
    for (const scope of ["quote:burn", "", "QUOTE:READ", "key:manage", "key:read", "session:manage", "__proto__"]) {
      expect(await errorOf(createKey(ann, ["quote:read", scope]))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "input.scopes" },
      });
    }
    expect(await errorOf(createKey(ann, ["system:read"]))).toMatchObject({
      code: "FORBIDDEN",
      details: { field: "input.scopes" },
    });
    expect(await errorOf(createKey(ann, []))).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await errorOf(createKey(ann, ["quote:read"], new Date(clock.now().getTime() - 1)))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field: "input.expiresAt" },
    });
    const blank = { name: "  ", scopes: ["quote:read"] };
    expect(await errorOf(ann.sdk.CreateApiKey({ input: blank }))).toMatchObject({ details: { field: "input.name" } });
    await setRole(ann, "EDITOR");
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await errorOf(createKey(ann, ["quote:read"]))).toMatchObject({ code: "FORBIDDEN" });
  });

  test("may not manage keys, sessions or accounts, even where a row says so", async () => {
    const ann = await atrium.signUp();
    const { secret, apiKey } = await createKey(ann, ["quote:read"]);
    await database.query("update api_key set scopes = $1 where id = $2", [
      ["quote:read", "key:manage", "key:read", "session:manage", "system:read"],
      apiKey.id,
    ]);
    for (const query of [
      "{ apiKeys { nodes { id } } }",
      "{ sessions { id } }",
      "mutation { signOut { id } }",
      `mutation { revokeApiKey(id: "${apiKey.id}") { id } }`,
      'mutation { createApiKey(input: { name: "x", scopes: ["quote:read"] }) { secret } }',
      "{ cacheStats { hits } }",
    ]) {
      expect(codeOf(await send(secret, query))).toBe("FORBIDDEN");
    }
    expect((await send(secret)).data).toBeTruthy();
  });

  test("loses what its maker loses, and lives and dies with the membership and the account", async () => {
    const ann = await atrium.signUp();
    const { secret } = await createKey(ann, ["quote:read", "quote:write"]);
    expect(codeOf(await send(secret, enter))).toBeUndefined();
    await setRole(ann, "VIEWER");
    clock.pass(1_100);
    expect(codeOf(await send(secret, enter))).toBe("FORBIDDEN");
    expect((await send(secret)).data).toBeTruthy();
    await setRole(ann, "EDITOR");
    clock.pass(1_100);
    expect(codeOf(await send(secret, enter))).toBeUndefined();
    await database.query('update "user" set is_active = false where email = $1', [ann.email]);
    clock.pass(1_100);
    expect((await send(secret)).status).toBe(401);
    await database.query('update "user" set is_active = true where email = $1', [ann.email]);
    expect((await send(secret)).data).toBeTruthy();
    await database.query('delete from membership m using "user" u where u.id = m.user_id and u.email = $1', [
      ann.email,
    ]);
    clock.pass(1_100);
    expect((await send(secret)).status).toBe(401);
  });

  test("is dead within a second of being revoked, in every process and on every open socket", async () => {
    const ann = await atrium.signUp();
    const { secret, apiKey } = await createKey(ann, ["quote:read", "event:read"]);
    const there = await openSocket(secret, elsewhere.url);
    const here = await openSocket(secret);
    expect((await send(secret)).data).toBeTruthy();
    expect((await send(secret, quotes, {}, elsewhere.url)).data).toBeTruthy();
    const begun = performance.now();
    const { revokeApiKey: revoked } = await ann.sdk.RevokeApiKey({ id: apiKey.id });
    expect(revoked.revokedAt).not.toBeNull();
    expect((await send(secret)).status).toBe(401);
    expect(await Promise.all([here.closed, there.closed])).toEqual([4401, 4401]);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect((await send(secret, quotes, {}, elsewhere.url)).status).toBe(401);
    expect(performance.now() - begun).toBeLessThan(1_000);
    // Again changes nothing; and what has ended cannot be brought back.
    expect((await ann.sdk.RevokeApiKey({ id: apiKey.id })).revokeApiKey.revokedAt).toBe(revoked.revokedAt);
    expect(await errorOf(ann.sdk.RotateApiKey({ id: apiKey.id }))).toMatchObject({ code: "CONFLICT" });
    expect((await send(secret)).status).toBe(401);
    await Promise.all([here.program.close(), there.program.close()]);
  });

  test("ends at its time, on open sockets too", async () => {
    const ann = await atrium.signUp();
    const { secret } = await createKey(ann, ["quote:read", "event:read"], new Date(clock.now().getTime() + 5 * 60_000));
    const { program, closed } = await openSocket(secret);
    expect((await send(secret)).data).toBeTruthy();
    clock.pass(5 * 60_000 + 1_000);
    expect((await send(secret)).status).toBe(401);
    expect(await closed).toBe(4401);
    await program.close();
  });

  test("is rotated: both secrets are good until the overlap ends, and one from before that is not", async () => {
    const ann = await atrium.signUp();
    const { secret: first, apiKey } = await createKey(ann, ["quote:read", "event:read"]);
    const socket = await openSocket(first);
    const rotate = async (overlap: string) =>
      (await ann.sdk.RotateApiKey({ id: apiKey.id, overlap })).rotateApiKey.secret;
    const second = await rotate("PT2H");
    expect([(await send(first)).status, (await send(second)).status]).toEqual([200, 200]);
    expect(second.split("_")[1]).toBe(first.split("_")[1]);
    const third = await rotate("PT2H");
    // Heard by the socket at once, although the overlap of the last rotation has not begun to end.
    expect(await socket.closed).toBe(4401);
    expect([(await send(first)).status, (await send(second)).status, (await send(third)).status]).toEqual([
      401, 200, 200,
    ]);
    clock.pass(2 * hour + 1_000);
    expect([(await send(second)).status, (await send(third)).status]).toEqual([401, 200]);
    await signIn(ann);
    const fourth = await rotate("PT0S");
    expect([(await send(third)).status, (await send(fourth)).status]).toEqual([401, 200]);
    for (const overlap of ["P8D", "P7DT1S", "PT169H", "P1M", "P1Y"]) {
      expect(await errorOf(ann.sdk.RotateApiKey({ id: apiKey.id, overlap }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "overlap" },
      });
    }
    for (const overlap of ["", "P", "PT", "-PT1H", "7 days"])
      expect(await errorOf(ann.sdk.RotateApiKey({ id: apiKey.id, overlap }))).toMatchObject({ code: "BAD_USER_INPUT" });
    expect((await send(fourth)).status).toBe(200);
    await socket.program.close();
  });

  test("gives its secret to its maker alone, and every admin may revoke it", async () => {
    const owner = await atrium.signUp();
    const { workspace } = await owner.sdk.Workspace();
    const admin = await atrium.signUp({ headers: { "x-workspace-id": workspace.id } });
    await database.query(
      `insert into membership (id, workspace_id, user_id, role, created_at)
        select $1, $2, id, 'ADMIN', now() from "user" where email = $3`,
      [newId("membership"), workspace.id, admin.email],
    );
    const { secret, apiKey } = await createKey(owner, ["quote:read"]);
    expect(await errorOf(admin.sdk.RotateApiKey({ id: apiKey.id }))).toMatchObject({ code: "FORBIDDEN" });
    expect((await admin.sdk.ApiKeys({})).apiKeys.nodes.map(({ id }) => id)).toContain(apiKey.id);
    await admin.sdk.RevokeApiKey({ id: apiKey.id });
    expect((await send(secret)).status).toBe(401);
  });

  test("of twenty rotations at once each gives a secret of its own, and two of them are good", async () => {
    const ann = await atrium.signUp();
    const { apiKey } = await createKey(ann, ["quote:read"]);
    const rotated = await Promise.all(
      Array.from({ length: 20 }, () => ann.sdk.RotateApiKey({ id: apiKey.id, overlap: "PT1H" })),
    );
    const secrets = rotated.map(({ rotateApiKey }) => rotateApiKey.secret);
    expect(new Set(secrets).size).toBe(20);
    const answers = await Promise.all(secrets.map((secret) => send(secret)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  });

  test("shows its last use, written down once a minute at most", async () => {
    const ann = await atrium.signUp();
    const { secret, apiKey } = await createKey(ann, ["quote:read"]);
    const lastUse = async () =>
      (await ann.sdk.ApiKeys({ filter: { id: { eq: apiKey.id } } })).apiKeys.nodes[0]?.lastUsedAt;
    expect(await lastUse()).toBeNull();
    await Promise.all(Array.from({ length: 10 }, () => send(secret)));
    const first = await eventually(lastUse, (at) => at !== null, 3_000);
    clock.pass(30_000);
    await send(secret);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await lastUse()).toBe(first);
    clock.pass(31_000);
    await send(secret);
    await eventually(lastUse, (at) => at !== first, 3_000);
    // A wrong secret is no use of the key.
    const { secret: unused, apiKey: other } = await createKey(ann, ["quote:read"]);
    await send(formatApiKey({ prefix: other.prefix, secret: parseApiKey(secret)?.secret ?? "" }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const found = (await ann.sdk.ApiKeys({ filter: { prefix: { eq: other.prefix } } })).apiKeys.nodes[0];
    expect(found?.lastUsedAt).toBeNull();
    expect(unused).not.toBe(secret);
  });

  test("has idempotency keys of its own: no other key is answered with what it was answered", async () => {
    const ann = await atrium.signUp();
    const one = (await createKey(ann, ["quote:read", "quote:write"])).secret;
    const two = (await createKey(ann, ["quote:read", "quote:write"])).secret;
    const reader = (await createKey(ann, ["quote:read"])).secret;
    const once = { "idempotency-key": "order-1" };
    const first = await send(one, enter, once);
    expect((await send(one, enter, once)).data).toEqual(first.data);
    expect((await send(two, enter, once)).data).not.toEqual(first.data);
    expect(codeOf(await send(reader, enter, once))).toBe("FORBIDDEN");
    expect((await send(one)).data).toEqual({ quotes: { totalCount: 2 } });
  });

  test("of an operator with a scope over the installation acts from the operators' addresses alone", async () => {
    const guarded = await startAtrium({
      database: await createTestDatabase(),
      withWorkers: false,
      env: { ATRIUM_ADMIN_IPS: "10.1.0.0/16", ATRIUM_TRUST_PROXY: "loopback" },
    });
    try {
      const operator = await guarded.signUp({ headers: { "x-forwarded-for": "10.1.2.3" } });
      const make = async (scope: string) => {
        const input = { name: "Figures", scopes: [scope] };
        return (await operator.sdk.CreateApiKey({ input })).createApiKey.secret;
      };
      const from = (address: string) => ({ "x-forwarded-for": address });
      const figures = "{ cacheStats { hits } }";
      const watching = await make("system:read");
      expect((await send(watching, figures, from("10.1.9.9"), guarded.url)).data).toBeTruthy();
      expect((await send(watching, figures, from("192.0.2.1"), guarded.url)).status).toBe(403);
      expect((await send(await make("quote:read"), quotes, from("192.0.2.1"), guarded.url)).data).toBeTruthy();
    } finally {
      await guarded.close();
      await guarded.database.drop();
    }
  });
});
