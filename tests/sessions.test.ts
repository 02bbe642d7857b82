import { seededRandom } from "#src/ai/offline/seeded-random.js";
import { sessionSweep } from "#src/identity/session-sweep.js";
import type { Clock } from "#src/platform/clock.js";
import { ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const minute = 60_000;
const day = 24 * 60 * minute;
/** How many refreshes the lossy run makes; 10,000 in the long one. */
const refreshes = Number(process.env.SESSION_REFRESHES ?? 1_000);

let database: TestDatabase;
let clock: TestClock;
let here: TestAtrium;
let there: TestAtrium;

const running: TestAtrium[] = [];
const start = async (options: { clock?: Clock; env?: Record<string, string> } = {}) => {
  const made = await startAtrium({ database, clock, withWorkers: false, ...options });
  running.push(made);
  return made;
};

beforeAll(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
  here = await start();
  there = await start();
});
afterAll(async () => {
  for (const each of running) await each.close();
  await database.drop();
});

interface Shown {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly isCurrent: boolean;
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const refreshAt = async ({ stranger }: TestAtrium, refreshToken: string): Promise<Pair> =>
  (await stranger.sdk.RefreshSession({ refreshToken })).refreshSession;
const refresh = (refreshToken: string) => refreshAt(here, refreshToken);
const refused = async (refreshToken: string, at = here) =>
  expect(await errorOf(refreshAt(at, refreshToken))).toMatchObject({ code: "UNAUTHENTICATED" });
const signIn = async (person: Person, at = here): Promise<Person> => {
  const { signIn: pair } = await at.stranger.sdk.SignIn({ input: { email: person.email, password: person.password } });
  return personAt(at.url, { ...person, ...pair });
};
const liveSessions = async (person: Person) => {
  const query = "{ sessions { id userAgent createdAt refreshedAt lastUsedAt expiresAt isCurrent } }";
  const { data, errors } = await ask(person.url, { query }, bearer(person, { "user-agent": "Lynx/2" }));
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data?.sessions as Shown[];
};
/** Resolves with its close code when the socket of a subscription is closed. */
const openSocket = async (person: Person) => {
  const sockets: WebSocket[] = [];
  const watching = personAt(person.url, person, { onSocket: (socket) => sockets.push(socket) });
  const events = watching.subscribe("subscription { events { id } }");
  events.next().catch(() => {});
  const socket = await eventually(async () => sockets[0], Boolean);
  await eventually(
    async () => socket?.readyState,
    (state) => state === WebSocket.OPEN,
  );
  // Until the server has looked at the token.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return new Promise<number>((resolve) => socket?.addEventListener("close", ({ code }) => resolve(code))).finally(() =>
    watching.close(),
  );
};

describe("I2 refresh tokens", () => {
  test(
    `I2 ${refreshes} refreshes with lost answers, retries and parallel tabs at two processes log nobody out`,
    async () => {
      const { next: random } = seededRandom("lossy refreshes");
      // Stands still unless told, so that a slow machine is no late client.
      const still = { at: Date.now(), now: () => new Date(still.at) };
      const [one, other] = [await start({ clock: still }), await start({ clock: still })];
      const people = await Promise.all(Array.from({ length: 20 }, () => one.signUp()));
      /** What the tabs of one browser share. */
      const stored = people.map(({ accessToken, refreshToken }): Pair => ({ accessToken, refreshToken }));
      const at = () => (random() < 0.5 ? one : other);
      let made = 0;
      let failures = 0;
      const lossy = async (index: number): Promise<void> => {
        const tabs = 1 + Math.floor(random() * 4);
        const held = stored[index]?.refreshToken ?? "";
        await Promise.all(
          Array.from({ length: tabs }, async () => {
            // Each tab goes on with what it read, and tries again until an answer arrives.
            for (;;) {
              made += 1;
              const pair = await refreshAt(at(), held).catch((error: { code: string }) => {
                // A failure of an overloaded machine is one more lost answer; to be logged out never is.
                if (error.code !== "INTERNAL") throw error;
                failures += 1;
              });
              if (pair === undefined || random() < 0.4) continue;
              stored[index] = pair;
              return;
            }
          }),
        );
        // Now and then a tab is done long before the others, refreshes again, and they answer with what they had.
        if (random() < 0.3) {
          made += 2;
          const ahead = await refreshAt(at(), stored[index]?.refreshToken ?? "");
          const behind = await refreshAt(at(), held);
          expect(behind.refreshToken).toBe(ahead.refreshToken);
          stored[index] = behind;
        }
      };
      while (made < refreshes) {
        await Promise.all(people.map((_, index) => lossy(index)));
        still.at += 11_000 + Math.floor(random() * 14) * minute;
      }
      expect(made).toBeGreaterThanOrEqual(refreshes);
      expect(failures).toBeLessThan(refreshes / 100);
      for (const [index, person] of people.entries()) {
        const pair = await refreshAt(one, stored[index]?.refreshToken ?? "");
        expect((await personAt(one.url, { ...person, ...pair }).sdk.Me()).me.email).toBe(person.email);
      }
    },
    60_000 + 60 * refreshes,
  );

  test("I2 fifty parallel refreshes at two processes give one pair", async () => {
    const eve = await here.signUp();
    const pairs = await Promise.all(
      Array.from({ length: 50 }, (_, index) => refreshAt(index % 2 ? here : there, eve.refreshToken)),
    );
    expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(new Set(pairs.map(({ accessToken }) => accessToken)).size).toBe(1);
    const rows = await database.query(
      `select 1 from refresh_token t join session s on s.id = t.session_id join "user" u on u.id = s.user_id
      where u.email = $1 and t.rotated_at is null`,
      [eve.email],
    );
    expect(rows).toHaveLength(1);
  });

  test("I2 a thief is found when either refreshes after the other, and neither goes on", async () => {
    for (const [first, second] of [
      [here, there],
      [there, here],
    ] as const) {
      const eve = await here.signUp();
      const ahead = await refreshAt(first, eve.refreshToken);
      clock.pass(10_500);
      await refused(eve.refreshToken, second);
      await refused(ahead.refreshToken, first);
      await refused(eve.refreshToken, second);
      expect(await errorOf(personAt(first.url, { ...eve, ...ahead }).sdk.Me())).toMatchObject({
        code: "UNAUTHENTICATED",
      });
    }
  });

  test("I2 a token from long ago is still known as stolen, while its session lives and until it is swept", async () => {
    const eve = await here.signUp();
    let pair: Pair = eve;
    for (let round = 0; round < 5; round += 1) {
      pair = await refresh(pair.refreshToken);
      clock.pass(20 * minute);
    }
    await sessionSweep(here.app.database, clock, here.app.logger).sweep();
    await refused(eve.refreshToken);
    await refused(pair.refreshToken);
  });

  test("I2 guesses, cut tokens and tokens of other kinds open nothing", async () => {
    const eve = await here.signUp();
    for (const token of [
      "",
      "atr_",
      eve.refreshToken.slice(0, -1),
      `${eve.refreshToken}A`,
      eve.accessToken,
      "x".repeat(10_000),
    ])
      await refused(token);
    await refresh(eve.refreshToken);
  });
});

describe("I3 sessions", () => {
  test("I3 a session tells its device, its last use, its end, and which one is asking", async () => {
    const eve = await here.signUp();
    const second = await signIn(eve, there);
    const sessions = await liveSessions(second);
    expect(sessions).toHaveLength(2);
    expect(sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    const [own] = await liveSessions(eve);
    const current = (await liveSessions(eve)).find(({ isCurrent }) => isCurrent);
    expect(current?.id).not.toBe(sessions.find(({ isCurrent }) => isCurrent)?.id);
    expect(new Date(own?.expiresAt ?? 0).getTime() - new Date(own?.createdAt ?? 0).getTime()).toBe(30 * day);
    clock.pass(10 * minute);
    await eve.sdk.Me();
    const used = await eventually(
      async () => (await liveSessions(eve)).find(({ id }) => id === current?.id)?.lastUsedAt ?? "",
      (at) => new Date(at).getTime() > new Date(current?.createdAt ?? 0).getTime() + 9 * minute,
    );
    expect(Math.abs(new Date(used).getTime() - clock.now().getTime())).toBeLessThan(minute);
  });

  test("I3 a session that is never idle ends after its days all the same, and its socket with it", async () => {
    const short = await start({ env: { ATRIUM_SESSION_DAYS: "1" } });
    const eve = await short.signUp();
    let pair: Pair = eve;
    for (let passed = 0; passed < day - 25 * minute; passed += 25 * minute) {
      pair = await refreshAt(short, pair.refreshToken);
      clock.pass(25 * minute);
    }
    pair = await refreshAt(short, pair.refreshToken);
    const last = personAt(short.url, { ...eve, ...pair });
    await last.sdk.Me();
    expect(await openSocketClosing(last, () => clock.pass(16 * minute))).toBe(4401);
    expect(await errorOf(last.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    await refused(pair.refreshToken, short);
  }, 60_000);

  test("I3 after 30 minutes without a refresh a session ends, and its open sockets close", async () => {
    const eve = await here.signUp();
    expect(await openSocketClosing(eve, () => clock.pass(30 * minute + 1_000))).toBe(4401);
    await refused(eve.refreshToken);
  });

  test("I3 all other sessions, or all, are ended at once, at every process and on open sockets", async () => {
    const eve = await here.signUp();
    const mallory = await here.signUp();
    const [second, third] = [await signIn(eve, there), await signIn(eve, there)];
    const closing = openSocket(second);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const begun = performance.now();
    const others = await ask(here.url, { query: "mutation { revokeOtherSessions { id isCurrent } }" }, bearer(eve));
    expect(others.data?.revokeOtherSessions).toMatchObject([{ isCurrent: false }, { isCurrent: false }]);
    expect(await closing).toBe(4401);
    expect(performance.now() - begun).toBeLessThan(1_000);
    for (const ended of [second, third]) {
      expect(await errorOf(ended.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
      await refused(ended.refreshToken);
    }
    await eve.sdk.Me();
    const fourth = await signIn(eve, there);
    const all = await ask(here.url, { query: "mutation { revokeAllSessions { id } }" }, bearer(eve));
    expect(all.data?.revokeAllSessions).toHaveLength(2);
    for (const ended of [eve, fourth]) expect(await errorOf(ended.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    await mallory.sdk.Me();
    expect(codeOf(await ask(here.url, { query: "mutation { revokeAllSessions { id } }" }))).toBe("UNAUTHENTICATED");
  });

  test("I3 a session that is revoked at one process closes its socket at another within a second, even when no word arrives", async () => {
    const eve = await here.signUp();
    const elsewhere = await signIn(eve, there);
    const closing = openSocket(elsewhere);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { sessions } = await elsewhere.sdk.Sessions();
    const current = (await liveSessions(elsewhere)).find(({ isCurrent }) => isCurrent);
    expect(sessions).toHaveLength(2);
    // The bus of this process is cut: what it publishes from now on reaches nobody.
    const { publish } = here.app.bus;
    here.app.bus.publish = () => {};
    try {
      const begun = performance.now();
      await eve.sdk.RevokeSession({ id: current?.id ?? "" });
      expect(await closing).toBe(4401);
      expect(performance.now() - begun).toBeLessThan(1_000);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - (performance.now() - begun))));
      expect(await errorOf(elsewhere.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    } finally {
      here.app.bus.publish = publish;
    }
  });

  test("I3 what is left of ended sessions is swept away, and of live ones nothing", async () => {
    const [eve, ann] = [await here.signUp(), await here.signUp()];
    await eve.sdk.SignOut();
    const tokensOf = (person: Person) =>
      database.query(
        `select 1 from refresh_token t join session s on s.id = t.session_id join "user" u on u.id = s.user_id
        where u.email = $1`,
        [person.email],
      );
    const sessionsOf = (person: Person) =>
      database.query('select 1 from session s join "user" u on u.id = s.user_id where u.email = $1', [person.email]);
    const sweep = sessionSweep(here.app.database, clock, here.app.logger);
    await sweep.sweep();
    expect([(await tokensOf(eve)).length, (await tokensOf(ann)).length]).toEqual([0, 1]);
    expect((await sessionsOf(eve)).length).toBe(1);
    await refresh(ann.refreshToken);
    clock.pass(91 * day);
    await sweep.sweep();
    expect([(await sessionsOf(eve)).length, (await sessionsOf(ann)).length]).toEqual([0, 0]);
  });
});

/** Opens a socket, does something, and gives the code with which the socket is then closed. */
const openSocketClosing = async (person: Person, act: () => void): Promise<number> => {
  const closing = openSocket(person);
  await new Promise((resolve) => setTimeout(resolve, 500));
  act();
  const begun = performance.now();
  const code = await closing;
  expect(performance.now() - begun).toBeLessThan(1_000);
  return code;
};
