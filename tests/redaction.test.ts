import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "#schema/connect.js";
import { ask } from "./support/ask.js";
import { errorOf, eventually, testEnv } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { startMailboxes } from "./support/mailbox.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { startOtlpCollector } from "./support/otlp-collector.js";
import { spawnAtrium } from "./support/processes.js";
import { createTestDatabase } from "./support/test-database.js";

type Json = Record<string, unknown>;

/** Values that no log line and no trace may hold, by where they were planted. */
class Canaries {
  readonly #planted = new Map<string, string>();

  /** A new value for a place. */
  plant(place: string): string {
    return this.hold(place, `canary${randomBytes(9).toString("hex")}`);
  }

  /** A value that came from the process itself. */
  hold(place: string, value: string): string {
    if (value.length < 12) throw new Error(`The canary of ${place} is too short to be told from other text.`);
    this.#planted.set(place, value);
    return value;
  }

  get size(): number {
    return this.#planted.size;
  }

  /** The places whose canary sings in a text. */
  heardIn(text: string): string[] {
    const spellings = (value: string) => [value, encodeURIComponent(value), Buffer.from(value).toString("base64url")];
    return [...this.#planted].flatMap(([place, value]) =>
      spellings(value).some((spelling) => text.includes(spelling)) ? [place] : [],
    );
  }
}

const endings: (() => Promise<unknown>)[] = [];
const onEnd = (end: () => Promise<unknown>) => void endings.unshift(end);
afterAll(async () => {
  for (const end of endings) await end();
});

test("I15 N4 whatever people write, and whatever goes wrong, logs and traces hold none of it, at their most talkative", async () => {
  const canaries = new Canaries();
  const folder = join(tmpdir(), `atrium-redaction-${process.pid}`);
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const database = await createTestDatabase();
  onEnd(() => database.drop());
  const collector = await startOtlpCollector();
  const mailboxes = await startMailboxes();
  const stub = await startOpenAiStub();
  for (const { close } of [collector, mailboxes, stub]) onEnd(close);
  const env = {
    ...testEnv(database),
    ...collector.env,
    ...mailboxes.env,
    ATRIUM_SLOW_QUERY_MS: "0",
    ATRIUM_SECRET: canaries.plant("ATRIUM_SECRET").padEnd(40, "x"),
    OPENAI_API_KEY: canaries.plant("OPENAI_API_KEY"),
    OPENAI_BASE_URL: `${stub.url}/v1`,
    OPENAI_MODELS: "model-a",
    ATRIUM_ADMIN_PASSWORD: canaries.plant("ATRIUM_ADMIN_PASSWORD"),
    ATRIUM_DATA_DIR: folder,
    ATRIUM_METRICS_TOKEN: canaries.plant("ATRIUM_METRICS_TOKEN"),
  };
  const atrium = await spawnAtrium("start", env, "trace");
  onEnd(() => atrium.kill());
  const { url } = atrium;
  const stranger = connect(url);
  const send = (query: string, variables: Json = {}, headers: Record<string, string> = {}) =>
    ask(url, { query, variables }, headers);

  // An account, and every way into it.
  const email = `${canaries.plant("local part")}@${canaries.plant("mail host")}.example`;
  const password = canaries.plant("password");
  const input = { email, password, username: canaries.plant("username") };
  const { signUp } = await connect(url, { headers: { "user-agent": canaries.plant("user agent") } }).sdk.SignUp({
    input,
  });
  for (const [name, token] of Object.entries({ access: signUp.accessToken, refresh: signUp.refreshToken }))
    canaries.hold(`${name} token`, token);
  await errorOf(stranger.sdk.SignUp({ input }));
  await errorOf(stranger.sdk.SignIn({ input: { email, password: canaries.plant("wrong password") } }));
  await errorOf(
    stranger.sdk.SignIn({ input: { email: `${canaries.plant("unknown address")}@example.com`, password } }),
  );
  await errorOf(stranger.sdk.SignUp({ input: { email: canaries.plant("malformed address"), password } }));
  await errorOf(stranger.sdk.RefreshSession({ refreshToken: canaries.plant("made-up refresh token") }));
  const { refreshSession } = await stranger.sdk.RefreshSession({ refreshToken: signUp.refreshToken });
  canaries.hold("next refresh token", refreshSession.refreshToken);
  canaries.hold("next access token", refreshSession.accessToken);
  const bearer = { authorization: `Bearer ${refreshSession.accessToken}` };
  const ann = connect(url, { accessToken: () => refreshSession.accessToken });
  const verification = canaries.hold("verification token", await mailboxes.token(email, "Confirm your e-mail address"));
  await send("mutation ($token: String!) { verifyEmail(token: $token) { id } }", { token: verification });
  await send("mutation ($token: String!) { verifyEmail(token: $token) { id } }", {
    token: canaries.plant("made-up token"),
  });

  // What people store, look for and like.
  const text = canaries.plant("quote text");
  const { createQuote } = await ann.sdk.CreateQuote({ input: { text, author: canaries.plant("author") } });
  await ann.sdk
    .CreateQuote({ input: { text: canaries.plant("another text"), author: "somebody", tags: [canaries.plant("tag")] } })
    .catch(() => {});
  const search = "query ($filter: QuoteFilter) { quotes(filter: $filter) { totalCount nodes { id text } } }";
  await send(search, { filter: { text: { contains: canaries.plant("search") } } }, bearer);
  await send(
    `{ quotes(filter: { author: { eq: "${canaries.plant("literal in a document")}" } }) { nodes { id } } }`,
    {},
    bearer,
  );
  const profile = { displayName: canaries.plant("display name"), bio: canaries.plant("bio") };
  await send(
    "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }",
    { input: profile },
    bearer,
  );
  await send(
    "mutation ($patch: JSONObject!) { updatePreferences(patch: $patch) { id } }",
    { patch: { note: canaries.plant("preference") } },
    bearer,
  );
  const keyed = { ...bearer, "idempotency-key": canaries.plant("idempotency key") };
  for (const _ of [1, 2]) await send('mutation { createQuote(input: { text: "x", author: "y" }) { id } }', {}, keyed);
  const made = await send(
    `mutation { createApiKey(input: { name: "${canaries.plant("key name")}", scopes: ["quote:read"] }) { secret } }`,
    {},
    bearer,
  );
  const { secret } = (made.data as { createApiKey: { secret: string } }).createApiKey;
  canaries.hold("API key", secret);
  expect((await send("{ quotes { totalCount } }", {}, { authorization: `Bearer ${secret}` })).errors).toBeUndefined();

  // A provider that works, and one that repeats the prompt while it fails: named, so that no other one stands in for it.
  const wish = () => ({
    provider: "compatible",
    topic: canaries.plant("topic"),
    tone: canaries.plant("tone"),
    audience: canaries.plant("audience"),
  });
  const answer = canaries.plant("generated text");
  stub.script({ kind: "text", text: answer });
  const generate = async () => (await ann.sdk.GenerateQuote({ input: wish() })).generateQuote.id;
  expect(endOf(await collect(ann, await generate())).status).toBe("SUCCEEDED");
  const echo = JSON.stringify({
    error: { message: canaries.plant("provider's message"), type: "invalid_request_error" },
  });
  stub.script({ kind: "status", status: 400, body: echo });
  expect(endOf(await collect(ann, await generate())).status).toBe("FAILED");
  stub.script(
    { kind: "status", status: 500, body: echo },
    { kind: "garbage", form: "events" },
    { kind: "text", text: answer },
  );
  await collect(ann, await generate());

  // Requests that are none, and tokens that open nothing.
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  await post(`{"query": "{ me { id } }", ${canaries.plant("broken JSON")}`);
  await post(JSON.stringify({ query: `{ ${canaries.plant("unknown field")} }` }), bearer);
  await post(JSON.stringify({ query: `{ me { id } ${canaries.plant("syntax error")}(` }), bearer);
  await post(JSON.stringify({ query: search, variables: { filter: canaries.plant("wrong variable") } }), bearer);
  await post(JSON.stringify({ query: "{ me { id } }" }), {
    authorization: `Bearer ${canaries.plant("made-up access token")}`,
  });
  await post(JSON.stringify({ query: "{ me { id } }" }), {
    authorization: `Basic ${canaries.plant("basic credentials")}`,
  });
  await post(JSON.stringify({ query: "{ me { id } }" }), { ...bearer, cookie: `session=${canaries.plant("cookie")}` });
  await post(JSON.stringify({ query: "{ me { id } }" }), {
    authorization: `Bearer atk_${canaries.plant("made-up API key")}`,
  });
  await post(JSON.stringify({ query: "{ me { id } }" }), {
    ...bearer,
    "x-workspace-id": canaries.plant("made-up workspace"),
  });
  await fetch(`${url}/graphql?query=${encodeURIComponent(`{ a: ${canaries.plant("query in an address")} }`)}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  for (const path of ["nowhere", "exports", "assets"])
    await fetch(`${url}/${path}/${canaries.plant(`path under ${path}`)}`, { headers: bearer });
  await send("query ($id: ID!) { quote(id: $id) { id } }", { id: canaries.plant("malformed id") }, bearer);
  await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${canaries.plant("made-up metrics token")}` } });
  const events = ann.subscribe("subscription { events { id } }");
  const next = events.next();
  await ann.sdk.UpdateQuote({ id: createQuote.id, input: { text: canaries.plant("live text") } });
  await next;
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const authorization = `Bearer ${canaries.plant("made-up socket token")}`;
  const query = `subscription { ${canaries.plant("field of a socket")} }`;
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization } }));
    socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
  });
  setTimeout(() => socket.close(), 2_000);
  await closed;

  // Postgres repeats the row that it refuses.
  await database.query("alter table quote add constraint never check (author <> text) not valid");
  const same = canaries.plant("row that Postgres refuses");
  expect(await errorOf(ann.sdk.CreateQuote({ input: { text: same, author: same } }))).toMatchObject({
    code: "INTERNAL",
  });

  // Mail, with a server that repeats the address it refuses.
  await send("mutation ($email: String!) { requestPasswordReset(email: $email) { sentTo } }", { email });
  const reset = canaries.hold("reset token", await mailboxes.token(email, "Reset your password"));
  const newPassword = canaries.plant("new password");
  await send("mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }", {
    input: { token: reset, newPassword: "password" },
  });
  await send("mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }", {
    input: { token: reset, newPassword },
  });
  await mailboxes.letter(email, "Your password was changed");
  const refused = `${canaries.plant("refused address")}@example.com`;
  mailboxes.script("RCPT", `550 <${refused}> unknown`);
  const { signUp: bob } = await stranger.sdk.SignUp({
    input: { email: refused, password: canaries.plant("Bob's password") },
  });
  await eventually(
    () => database.query("select 1 from mail where status = 'FAILED'"),
    ({ length }) => length === 1,
  );

  // Going: a copy, and an end.
  const going = { authorization: `Bearer ${canaries.hold("Bob's access token", bob.accessToken)}` };
  await send("mutation { exportMyData { id } }", {}, going);
  await eventually(
    () => database.query("select 1 from data_export"),
    ({ length }) => length === 1,
  );
  const { data } = await send("{ dataExport { url } }", {}, going);
  expect(
    await (await fetch((data as { dataExport: { url: string } }).dataExport.url, { headers: going })).text(),
  ).toContain(refused);
  const [goodbye] = await database.query<{ id: string }>('select id from "user" where email = $1', [refused]);
  await stranger.sdk.SignIn({ input: { email: refused, password } }).catch(() => {});
  await send(
    "mutation ($input: EraseAccountInput!) { eraseMyAccount(input: $input) { id } }",
    { input: { password: canaries.plant("wrong password to go"), confirmEmail: refused } },
    going,
  );
  expect(goodbye).toBeDefined();

  for (const client of [stranger, ann]) await client.close();
  expect(await atrium.kill("SIGTERM")).toBe(0);

  // The process was talkative, and went through all of it.
  const lines = atrium.lines.map((line) => JSON.parse(line) as Json);
  const count = (msg: string) => lines.filter((line) => line.msg === msg).length;
  expect(lines.length).toBeGreaterThan(500);
  expect(count("a statement was slow")).toBeGreaterThan(300);
  expect(count("request")).toBeGreaterThan(30);
  expect(count("operation")).toBeGreaterThan(30);
  for (const msg of [
    "a request failed",
    "job failed",
    "attempt failed and will be repeated",
    "a mail could not be sent",
  ])
    expect([msg, count(msg) > 0]).toEqual([msg, true]);
  expect(collector.spans.length).toBeGreaterThan(300);
  expect(canaries.size).toBeGreaterThan(50);

  expect(
    atrium.lines.flatMap((line) => canaries.heardIn(line).map((place) => `${place}: ${line.slice(0, 300)}`)),
  ).toEqual([]);
  expect(canaries.heardIn(collector.raw())).toEqual([]);
  for (const told of [atrium.lines.join("\n"), collector.raw()])
    expect(told).not.toMatch(/\$argon2|BEGIN \w*PRIVATE KEY/);
}, 120_000);
