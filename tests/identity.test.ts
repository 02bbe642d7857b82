import { connect } from "#schema/connect.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { TestClock } from "./support/test-clock.js";

const minute = 60_000;

let clock: TestClock;
let atrium: TestAtrium;

beforeAll(async () => {
  clock = new TestClock();
  atrium = await startAtrium({ clock, withWorkers: false });
});
afterAll(() => atrium.close());

const refresh = (refreshToken: string) => atrium.stranger.sdk.RefreshSession({ refreshToken });

describe("accounts", () => {
  test("I1 signing up and in gives tokens, and `me` says who one is", async () => {
    const eve = await atrium.signUp();
    const claims = JSON.parse(Buffer.from(eve.accessToken.split(".")[1] ?? "", "base64url").toString());
    expect(claims.exp - claims.iat).toBe(15 * 60);
    const { me } = await eve.sdk.Me();
    expect(me).toMatchObject({ email: eve.email, username: eve.email.split("@")[0], isActive: true });
    const { signIn } = await atrium.stranger.sdk.SignIn({
      input: { email: eve.email.toUpperCase(), password: eve.password },
    });
    expect((await personAt(atrium.url, { ...eve, ...signIn }).sdk.Me()).me.id).toBe(me.id);
  });

  test("I1 a wrong password and an unknown address give the same error in the same time", async () => {
    const eve = await atrium.signUp();
    const attempt = async (email: string) => {
      const begun = performance.now();
      const { code, message } = await errorOf(
        atrium.stranger.sdk.SignIn({ input: { email, password: "not the password" } }),
      );
      return { code, message, ms: performance.now() - begun };
    };
    await attempt(eve.email);
    const wrong = [];
    const unknown = [];
    for (let round = 0; round < 7; round += 1) {
      wrong.push(await attempt(eve.email));
      unknown.push(await attempt("nobody@example.com"));
    }
    const median = (attempts: { ms: number }[]) => attempts.map(({ ms }) => ms).sort((a, b) => a - b)[3] ?? 0;
    expect(wrong[0]).toMatchObject({ code: "UNAUTHENTICATED", message: unknown[0]?.message });
    expect(median(unknown) / median(wrong)).toBeGreaterThan(0.5);
    expect(median(unknown) / median(wrong)).toBeLessThan(2);
  });

  test("I9 an address is taken once, whatever its case; what is wrong with an input is said at its field", async () => {
    const eve = await atrium.signUp();
    const again = { email: eve.email.toUpperCase(), password: "another password" };
    expect(await errorOf(atrium.stranger.sdk.SignUp({ input: again }))).toMatchObject({
      code: "CONFLICT",
      details: { field: "input.email" },
    });
    for (const [input, field] of [
      [{ email: "no address", password: "long enough" }, "input.email"],
      [{ email: `${"x".repeat(250)}@example.com`, password: "long enough" }, "input.email"],
      [{ email: "a@example.com", password: "short" }, "input.password"],
      [{ email: "a@example.com", password: "long enough", username: "x".repeat(101) }, "input.username"],
    ] as const) {
      expect(await errorOf(atrium.stranger.sdk.SignUp({ input }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field },
      });
    }
  });

  test("I1 passwords are stored as argon2id and refresh tokens as hashes", async () => {
    const eve = await atrium.signUp();
    const [row] = await atrium.database.query<{ password_hash: string }>(
      'select password_hash from "user" where email = $1',
      [eve.email],
    );
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const tokens = await atrium.database.query<{ hash: string }>("select hash from refresh_token");
    expect(tokens.some(({ hash }) => hash === eve.refreshToken)).toBe(false);
  });

  test("I1 a token that is altered, unsigned or of another kind is refused", async () => {
    const eve = await atrium.signUp();
    const [head, body, signature] = eve.accessToken.split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    for (const token of [
      `${head}.${body}.AAAA${signature?.slice(4)}`,
      `${none}.${body}.`,
      eve.refreshToken,
      "nonsense",
    ]) {
      expect(await errorOf(connect(atrium.url, { accessToken: () => token }).sdk.Me())).toMatchObject({
        code: "UNAUTHENTICATED",
      });
    }
    expect(await errorOf(atrium.stranger.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED", path: ["me"] });
  });
});

describe("sessions", () => {
  test("I2 twenty parallel refreshes with one token give one new pair, the same for all", async () => {
    const eve = await atrium.signUp();
    const pairs = await Promise.all(Array.from({ length: 20 }, () => refresh(eve.refreshToken)));
    expect(new Set(pairs.map(({ refreshSession }) => refreshSession.refreshToken)).size).toBe(1);
    expect(new Set(pairs.map(({ refreshSession }) => refreshSession.accessToken)).size).toBe(1);
    const next = pairs[0]?.refreshSession;
    expect(next?.refreshToken).not.toBe(eve.refreshToken);
    expect((await refresh(next?.refreshToken ?? "")).refreshSession.user.email).toBe(eve.email);
  });

  test("I2 a refresh token that comes back after the grace period ends the whole session", async () => {
    const eve = await atrium.signUp();
    const { refreshSession: next } = await refresh(eve.refreshToken);
    clock.pass(11_000);
    expect(await errorOf(refresh(eve.refreshToken))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await errorOf(refresh(next.refreshToken))).toMatchObject({ code: "UNAUTHENTICATED" });
    const thief = personAt(atrium.url, { ...eve, ...next });
    expect(await errorOf(thief.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("I3 a session ends after 30 minutes without a refresh, an access token after 15", async () => {
    const eve = await atrium.signUp();
    clock.pass(14 * minute);
    await eve.sdk.Me();
    clock.pass(2 * minute);
    expect(await errorOf(eve.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    const { refreshSession: next } = await refresh(eve.refreshToken);
    clock.pass(31 * minute);
    expect(await errorOf(refresh(next.refreshToken))).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("I3 a revoked session fails on its next call, and its open socket closes within a second", async () => {
    const sockets: WebSocket[] = [];
    const eve = await atrium.signUp({ onSocket: (socket) => sockets.push(socket) });
    const { signIn } = await atrium.stranger.sdk.SignIn({ input: { email: eve.email, password: eve.password } });
    const elsewhere = personAt(atrium.url, { ...eve, ...signIn });
    const events = eve.subscribe("subscription { events { id } }");
    const ending = events.next().then(
      () => "ended",
      () => "broken",
    );
    const socket = await eventually(async () => sockets[0], Boolean);
    const closed = new Promise<number>((resolve) => socket?.addEventListener("close", ({ code }) => resolve(code)));

    const { sessions } = await elsewhere.sdk.Sessions();
    expect(sessions).toHaveLength(2);
    const first = sessions.at(-1);
    const begun = performance.now();
    await elsewhere.sdk.RevokeSession({ id: first?.id ?? "" });
    expect(await closed).toBe(4401);
    expect(performance.now() - begun).toBeLessThan(1_000);
    await ending;
    expect(await errorOf(eve.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await elsewhere.sdk.Sessions()).sessions).toHaveLength(1);
  });

  test("I3 an open event stream of a revoked session ends within a second", async () => {
    const eve = await atrium.signUp();
    const stream = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${eve.accessToken}`,
      },
      body: JSON.stringify({ query: "subscription { events { id } }" }),
    });
    expect(stream.status).toBe(200);
    const ended = stream.text().then(
      () => performance.now(),
      () => performance.now(),
    );
    const begun = performance.now();
    await eve.sdk.SignOut();
    expect((await ended) - begun).toBeLessThan(1_000);
  });

  test("I3 signing out ends the own session, and nobody ends a session of somebody else", async () => {
    const eve: Person = await atrium.signUp();
    const mallory = await atrium.signUp();
    const { sessions } = await eve.sdk.Sessions();
    expect(await errorOf(mallory.sdk.RevokeSession({ id: sessions[0]?.id ?? "" }))).toMatchObject({
      code: "NOT_FOUND",
    });
    await eve.sdk.SignOut();
    expect(await errorOf(eve.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await errorOf(refresh(eve.refreshToken))).toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
