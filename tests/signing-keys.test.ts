import { ask, bearer, codeOf } from "./support/ask.js";
import { eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { claimsOf, forge, headerOf, stealSigningKey } from "./support/token-forge.js";

const minute = 60_000;

class TestClock {
  #passed = 0;
  now() {
    return new Date(Date.now() + this.#passed);
  }
  pass(ms: number) {
    this.#passed += ms;
  }
}

const me = { query: "{ me { id } }" };
const published = async (url: string) =>
  ((await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(
    ({ kid }) => kid,
  );
const rotate = async (who: Person) =>
  (await who.query<{ rotateSigningKey: { id: string } }>("mutation { rotateSigningKey { id isActive createdAt } }"))
    .rotateSigningKey.id;

describe("two processes", () => {
  let clock: TestClock;
  let one: TestAtrium;
  let two: TestAtrium;
  let operator: Person;
  beforeEach(async () => {
    clock = new TestClock();
    one = await startAtrium({ clock, withWorkers: false });
    two = await startAtrium({ clock, withWorkers: false, database: one.database });
    operator = await one.signUp();
  });
  afterEach(async () => {
    await two.close();
    await one.close();
  });

  const signInAt = async (atrium: TestAtrium) => {
    const { signIn } = await atrium.stranger.sdk.SignIn({
      input: { email: operator.email, password: operator.password },
    });
    return personAt(atrium.url, { ...operator, ...signIn });
  };

  test("I1 a new key signs at once in all of them, and what the old one has signed is good until it expires", async () => {
    const old = headerOf(operator.accessToken).kid;
    const stolen = await stealSigningKey(one.app, one.database);
    expect(await published(two.url)).toEqual([old]);
    const kid = await rotate(operator);
    expect(headerOf((await signInAt(one)).accessToken).kid).toBe(kid);
    await eventually(
      async () => headerOf((await signInAt(two)).accessToken).kid,
      (now) => now === kid,
      1_000,
    );
    for (const { url } of [one, two]) {
      expect((await published(url)).sort()).toEqual([old, kid].sort());
      expect((await ask(url, me, bearer(operator))).data?.me).toBeTruthy();
    }
    const [row] = await one.database.query("select private_key, is_active from signing_key where id = $1", [old]);
    expect(row).toEqual({ private_key: null, is_active: false });

    clock.pass(14 * minute);
    for (const { url } of [one, two]) expect((await ask(url, me, bearer(operator))).data?.me).toBeTruthy();
    clock.pass(1.1 * minute);
    for (const { url } of [one, two]) {
      expect(codeOf(await ask(url, me, bearer(operator)))).toBe("UNAUTHENTICATED");
      expect(await published(url)).toEqual([kid]);
    }
    // Not even a token that would be good by all else, made by somebody who has kept the old key.
    const current = await signInAt(one);
    const forged = forge(
      { ...headerOf(current.accessToken), kid: old },
      claimsOf(current.accessToken),
      stolen.privateKey,
    );
    for (const { url } of [one, two]) {
      expect((await ask(url, me, bearer(current))).data?.me).toBeTruthy();
      expect(codeOf(await ask(url, me, { authorization: `Bearer ${forged}` }))).toBe("UNAUTHENTICATED");
    }
  });

  test("I1 a key that the other process has not heard of verifies at once, and signs there within seconds", async () => {
    await signInAt(two);
    // The word of it gets lost on its way.
    const wake = one.app.bus.publish;
    one.app.bus.publish = () => {};
    const kid = await rotate(operator);
    const fresh = await eventually(
      () => signInAt(one),
      ({ accessToken }) => headerOf(accessToken).kid === kid,
      4_000,
    );
    one.app.bus.publish = wake;
    expect((await ask(two.url, me, bearer(fresh))).data?.me).toBeTruthy();
    await eventually(
      async () => headerOf((await signInAt(two)).accessToken).kid,
      (now) => now === kid,
      4_000,
    );
  });

  test("I1 twenty rotations at once leave one key that signs, and no session ends", async () => {
    const other = personAt(two.url, operator);
    const kids = await Promise.all(Array.from({ length: 20 }, (_, index) => rotate(index % 2 ? operator : other)));
    expect(new Set(kids).size).toBe(20);
    const active = await one.database.query<{ id: string }>("select id from signing_key where is_active");
    expect(active).toHaveLength(1);
    expect(kids).toContain(active[0]?.id);
    await eventually(
      () => published(two.url),
      (keys) => keys.length === 21,
      3_000,
    );
    for (const atrium of [one, two]) {
      expect((await ask(atrium.url, me, bearer(operator))).data?.me).toBeTruthy();
      const fresh = await signInAt(atrium);
      expect((await ask(one.url, me, bearer(fresh))).data?.me).toBeTruthy();
      expect((await ask(two.url, me, bearer(fresh))).data?.me).toBeTruthy();
    }
  });
});
