import { request } from "node:http";
import { createServer } from "node:net";
import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import { WebSocket as Socket } from "ws";
import { readConfig } from "#src/platform/config.js";
import { newId } from "#src/platform/ids.js";
import { ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

const started: TestAtrium[] = [];
const start = async (env: Record<string, string> = {}) => {
  const atrium = await startAtrium({ withWorkers: false, env });
  started.push(atrium);
  return atrium;
};
afterAll(async () => {
  for (const atrium of started) await atrium.close();
});

/** A member of this role in the workspace of an owner. */
const memberOf = async (atrium: TestAtrium, owner: Person, role: string): Promise<Person> => {
  const { workspace } = await owner.sdk.Workspace();
  const member = await atrium.signUp({ headers: { "x-workspace-id": workspace.id } });
  await atrium.database.query(
    `insert into membership (id, workspace_id, user_id, role, created_at)
      select $1, $2, id, $3, now() from "user" where email = $4`,
    [newId("membership"), workspace.id, role, member.email],
  );
  return member;
};

describe("I12 cost", () => {
  let atrium: TestAtrium;
  let ann: Person;
  beforeAll(async () => {
    atrium = await start({ ATRIUM_MAX_COST: "1500" });
    ann = await atrium.signUp();
  });

  test("every answer of an operation shows the bound of its work", async () => {
    const { extensions } = await ask(atrium.url, { query: "{ me { id } quotes { nodes { id } } }" }, bearer(ann));
    // me, its id, quotes, its nodes, and an id for each of the 20 rows of a page.
    expect(extensions?.cost).toEqual({ bound: 2 + 2 + 20, limit: 1_500 });
    const failed = await ask(atrium.url, { query: "{ me { id } }" });
    expect([codeOf(failed), failed.extensions?.cost?.bound]).toEqual(["UNAUTHENTICATED", 2]);
  });

  test("over sockets too, for operations that have one answer", async () => {
    const socket = createClient({ url: `${atrium.url.replace("http", "ws")}/graphql`, webSocketImpl: Socket });
    const result = await socket.iterate({ query: "{ __typename }" }).next();
    expect(result.value).toMatchObject({
      data: { __typename: "Query" },
      extensions: { cost: { bound: 1, limit: 1_500 } },
    });
    await socket.dispose();
  });

  test("variables count at their value, and an operation past the limit is refused before anything runs", async () => {
    const query =
      "query ($first: Int) { quotes(first: $first) { edges { node { id text author createdBy { id username email createdAt isActive isVerified } createdAt updatedAt source tone topic isFavourite } } } }";
    const few = await ask(atrium.url, { query, variables: { first: 10 } }, bearer(ann));
    expect(few.extensions?.cost?.bound).toBe(2 + 10 * (1 + 10 + 6));
    const many = await ask(atrium.url, { query, variables: { first: 100 } }, bearer(ann));
    expect(many.data).toBeUndefined();
    expect(many.errors?.[0]?.extensions).toMatchObject({ code: "QUERY_TOO_COMPLEX", cost: 1_702, limit: 1_500 });
  });

  test("what explorers ask on opening fits, whatever the limit", async () => {
    const answer = await ask(atrium.url, { query: getIntrospectionQuery() });
    expect(answer.errors).toBeUndefined();
    expect(answer.extensions?.cost?.bound).toBeGreaterThan(2_000);
  });

  test("a circle through the schema is refused", async () => {
    const level = (depth: number): string =>
      depth === 0 ? "name" : `name fields { name type { ${level(depth - 1)} } args { type { name } } }`;
    for (const depth of [3, 4]) {
      const answer = await ask(atrium.url, { query: `{ __schema { types { ${level(depth)} } } }` });
      expect(["QUERY_TOO_COMPLEX", "BAD_USER_INPUT"]).toContain(codeOf(answer));
    }
  });
});

describe("I12 aliases", () => {
  let atrium: TestAtrium;
  beforeAll(async () => {
    atrium = await start();
  });

  const signIn = (alias: string, password: string) =>
    `${alias}: signIn(input: { email: "a@example.com", password: "${password}" }) { accessToken }`;

  test("one document guesses one password", async () => {
    const guesses = (count: number) => Array.from({ length: count }, (_, n) => signIn(`a${n}`, `guess ${n}`)).join(" ");
    const one = await ask(atrium.url, { query: `mutation { ${guesses(1)} }` });
    expect(codeOf(one)).toBe("UNAUTHENTICATED");
    const two = await ask(atrium.url, { query: `mutation { ${guesses(2)} }` });
    expect([codeOf(two), two.data]).toEqual(["QUERY_TOO_COMPLEX", undefined]);
    const hidden = `mutation { ...A ... on Mutation { ${signIn("b", "2")} } } fragment A on Mutation { ${signIn("a", "1")} }`;
    expect(codeOf(await ask(atrium.url, { query: hidden }))).toBe("QUERY_TOO_COMPLEX");
    const operations = `mutation A { ${signIn("a", "1")} } mutation B { ${signIn("a", "2")} }`;
    expect(codeOf(await ask(atrium.url, { query: operations, operationName: "B" }))).toBe("UNAUTHENTICATED");
  });

  test("one field has at most 15 names in one place", async () => {
    const names = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: me { id }`).join(" ")} }`;
    expect(codeOf(await ask(atrium.url, { query: names(15) }))).toBe("UNAUTHENTICATED");
    expect(codeOf(await ask(atrium.url, { query: names(16) }))).toBe("QUERY_TOO_COMPLEX");
  });

  test("fragments hide no root fields", async () => {
    const fields = Array.from({ length: 60 }, (_, n) => `a${n}: __typename`).join(" ");
    const answer = await ask(atrium.url, { query: `{ ...F } fragment F on Query { ${fields} }` });
    expect(codeOf(answer)).toBe("QUERY_TOO_COMPLEX");
  });
});

describe("I12 what strangers learn of the schema", () => {
  const misspelt = { query: "{ quote(id: 1) { txt } }" };
  const variables = {
    query: "query ($filter: QuoteFilter) { quotes(filter: $filter) { totalCount } }",
    variables: { filter: { autor: { eq: "x" } } },
  };
  const hinted = async (atrium: TestAtrium, person?: Person, headers: Record<string, string> = {}) => {
    const messages: string[] = [];
    for (const body of [misspelt, variables])
      messages.push(
        (await ask(atrium.url, body, person === undefined ? {} : bearer(person, headers))).errors?.[0]?.message ?? "",
      );
    return messages.map((message) => message.includes("Did you mean"));
  };

  test("in development anybody may read it, and only who has signed in is told what was meant", async () => {
    const atrium = await start();
    const ann = await atrium.signUp();
    expect((await ask(atrium.url, { query: "{ __schema { queryType { name } } }" })).data).toEqual({
      __schema: { queryType: { name: "Query" } },
    });
    expect(await hinted(atrium)).toEqual([false, false]);
    expect(await hinted(atrium, ann)).toEqual([true, true]);
    expect((await errorOf(ann.subscribe("subscription { event { id } }").next())).message).toContain("Did you mean");
    expect((await errorOf(atrium.stranger.subscribe("subscription { event { id } }").next())).message).not.toContain(
      "Did you mean",
    );
  });

  test("in production operators, owners and admins alone, and only operators are told what was meant", async () => {
    const atrium = await start({ NODE_ENV: "production" });
    const owner = await atrium.signUp();
    const admin = await memberOf(atrium, owner, "ADMIN");
    const editor = await memberOf(atrium, owner, "EDITOR");
    const { workspace } = await owner.sdk.Workspace();
    const here = { "x-workspace-id": workspace.id };
    for (const query of [
      "{ __schema { queryType { name } } }",
      '{ __type(name: "Quote") { name } }',
      "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    ]) {
      for (const headers of [{}, bearer(editor, here)]) {
        const refused = await ask(atrium.url, { query }, headers);
        expect([codeOf(refused), refused.data]).toEqual(["FORBIDDEN", undefined]);
      }
      expect((await ask(atrium.url, { query }, bearer(admin, here))).errors).toBeUndefined();
      expect((await ask(atrium.url, { query }, bearer(owner))).errors).toBeUndefined();
    }
    expect(await errorOf(atrium.stranger.subscribe("{ __schema { queryType { name } } }").next())).toMatchObject({
      code: "FORBIDDEN",
    });
    expect((await ask(atrium.url, { query: "{ __typename }" })).data).toEqual({ __typename: "Query" });
    expect(await hinted(atrium)).toEqual([false, false]);
    expect(await hinted(atrium, editor, here)).toEqual([false, false]);
    // The first account runs the installation; that somebody owns a workspace says nothing, for everybody does.
    expect(await hinted(atrium, owner)).toEqual([true, true]);
    expect(await hinted(atrium, await atrium.signUp())).toEqual([false, false]);
  });
});

describe("I12 other origins", () => {
  let atrium: TestAtrium;
  beforeAll(async () => {
    atrium = await start({ ATRIUM_CORS_ORIGINS: "https://app.example.com, http://localhost:5173" });
  });

  const preflight = (origin: string) =>
    fetch(`${atrium.url}/graphql`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  test("those on the list may call the API, without cookies", async () => {
    const asked = await preflight("https://app.example.com");
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, "https://app.example.com"]);
    expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(asked.headers.get("access-control-allow-credentials")).toBeNull();
    const answer = await ask(atrium.url, { query: "{ __typename }" }, { origin: "http://localhost:5173" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
    expect(answer.headers.get("vary")).toContain("Origin");
  });

  test.each([
    "https://evil.example.com",
    "https://app.example.com.evil.com",
    "https://evilapp.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "null",
    "*",
  ])("%s may not", async (origin) => {
    const asked = await preflight(origin);
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    const answer = await ask(atrium.url, { query: "{ __typename }" }, { origin });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(answer.headers.get("vary")).toContain("Origin");
  });

  test("settings that are no origins or addresses are named", () => {
    const complain = (env: Record<string, string>) => () => readConfig(env);
    expect(complain({ ATRIUM_CORS_ORIGINS: "*" })).toThrow("ATRIUM_CORS_ORIGINS must be a list of origins");
    expect(complain({ ATRIUM_CORS_ORIGINS: "https://a.com/path" })).toThrow("ATRIUM_CORS_ORIGINS");
    expect(complain({ ATRIUM_ADMIN_IPS: "10.0.0.0/33" })).toThrow("ATRIUM_ADMIN_IPS must be a list of addresses");
    expect(complain({ ATRIUM_ADMIN_IPS: "office" })).toThrow("ATRIUM_ADMIN_IPS");
    expect(complain({ ATRIUM_TRUST_PROXY: "everyone" })).toThrow("ATRIUM_TRUST_PROXY");
  });
});

describe("I12 addresses of operators", () => {
  test("operators act from listed addresses alone, everybody else from anywhere", async () => {
    const atrium = await start({ ATRIUM_ADMIN_IPS: "10.1.0.0/16, 2001:db8::/32", ATRIUM_TRUST_PROXY: "loopback" });
    const operator = await atrium.signUp({ headers: { "x-forwarded-for": "10.1.2.3" } });
    const owner = await atrium.signUp();
    const { workspace } = await operator.sdk.Workspace();
    const admin = await memberOf(atrium, operator, "ADMIN");
    const me = { query: "{ me { email } }" };
    for (const address of ["10.1.255.1", "2001:db8::7", "::ffff:10.1.0.1"])
      expect((await ask(atrium.url, me, bearer(operator, { "x-forwarded-for": address }))).data).toBeTruthy();
    for (const address of ["10.2.0.1", "2001:db9::1", "192.168.1.1, 10.9.9.9", "10.1.2.3, 172.16.0.1", "nonsense"]) {
      const refused = await ask(atrium.url, me, bearer(operator, { "x-forwarded-for": address }));
      expect([refused.status, codeOf(refused)]).toEqual([403, "FORBIDDEN"]);
    }
    expect((await ask(atrium.url, me, bearer(operator))).status).toBe(403);
    const elsewhere = { "x-forwarded-for": "192.0.2.1" };
    expect((await ask(atrium.url, me, bearer(owner, elsewhere))).data).toBeTruthy();
    const here = { "x-workspace-id": workspace.id, ...elsewhere };
    expect((await ask(atrium.url, me, bearer(admin, here))).data).toBeTruthy();
    const socket = new Socket(`${atrium.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload: bearer(operator) })));
    expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(4403);
  });

  test("without a trusted proxy nobody can claim an address", async () => {
    const atrium = await start({ ATRIUM_ADMIN_IPS: "10.1.0.0/16" });
    const owner = await atrium.signUp();
    const claimed = bearer(owner, {
      "x-forwarded-for": "10.1.2.3",
      forwarded: "for=10.1.2.3",
      "x-real-ip": "10.1.2.3",
    });
    expect((await ask(atrium.url, { query: "{ me { email } }" }, claimed)).status).toBe(403);
  });
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

test("I12 answers of the API are kept by nobody, and TRACE is no method here", async () => {
  const atrium = await start();
  const query = encodeURIComponent("{ __typename }");
  const got = await fetch(`${atrium.url}/graphql?query=${query}`, { headers: { "apollo-require-preflight": "1" } });
  expect([got.status, got.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const posted = await fetch(`${atrium.url}/graphql`, {
    ...{ method: "POST", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ query: "{ __typename }" }),
  });
  expect(posted.headers.get("cache-control")).toBe("no-store");
  for (const path of ["/graphql", "/", "/live"]) {
    const traced = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const options = { method: "TRACE", headers: { cookie: "secret=1" } };
      request(`${atrium.url}${path}`, options, async (answer) =>
        resolve({ status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString() }),
      )
        .on("error", reject)
        .end();
    });
    expect(traced.status).toBeGreaterThanOrEqual(400);
    expect(traced.text).not.toContain("secret");
  }
});

test("I12 every answer carries the headers that keep browsers out of trouble", async () => {
  const atrium = await start();
  for (const path of ["/", "/live", "/nothing", "/graphql", "/graphiql"]) {
    const { headers } = await fetch(`${atrium.url}${path}`);
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    expect(headers.get("permissions-policy")).toContain("microphone=(self)");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("x-powered-by")).toBeNull();
  }
  const port = await freePort();
  await start({ PUBLIC_URL: "https://atrium.example.com", PORT: String(port) });
  const { headers } = await fetch(`http://127.0.0.1:${port}/live`);
  expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
});
