import { generateSync } from "otplib";
import { type Answer, ask, bearer, codeOf, dataOf } from "./support/ask.js";
import { type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Issuer, startIssuer } from "./support/issuer.js";
import { TestClock } from "./support/test-clock.js";

const minute = 60_000;
const step = 30_000;
const redirectUri = "http://127.0.0.1:9/signed-in/acme";

let clock: TestClock;
let acme: Issuer;
let atrium: TestAtrium;

beforeAll(async () => {
  clock = new TestClock();
  acme = await startIssuer({ redirectUris: [redirectUri] });
  atrium = await startAtrium({
    clock,
    withWorkers: false,
    env: {
      ATRIUM_OAUTH_PROVIDERS: "acme",
      ATRIUM_OAUTH_REDIRECT_URIS: redirectUri,
      ATRIUM_OAUTH_ACME_ISSUER: acme.url,
      ATRIUM_OAUTH_ACME_CLIENT_ID: acme.clientId,
      ATRIUM_OAUTH_ACME_CLIENT_SECRET: acme.clientSecret,
    },
  });
});
afterAll(async () => {
  await atrium.close();
  await acme.close();
});

const as = (person: Person, query: string, variables: object = {}, headers: Record<string, string> = {}) =>
  ask(atrium.url, { query, variables }, bearer(person, headers));
const extensionsOf = ({ errors }: Answer) => errors?.[0]?.extensions;

/** What the app shows so many milliseconds from now. */
const codeOfApp = (secret: string, ahead = 0) =>
  generateSync({ secret, epoch: Math.floor((clock.now().getTime() + ahead) / 1000) });
const wrongCode = (secret: string) => String((Number(codeOfApp(secret)) + 1) % 1_000_000).padStart(6, "0");

const startTotp = async (person: Person) =>
  (await as(person, "mutation { startTotp { secret otpauthUrl expiresAt } }")).data?.startTotp as {
    secret: string;
    otpauthUrl: string;
  };
const confirm = (person: Person, code: string) =>
  as(person, "mutation ($code: String!) { confirmTotp(input: { code: $code }) { codes } }", { code });
const signIn = (person: Person, code?: string, headers: Record<string, string> = {}, password = person.password) =>
  ask(
    atrium.url,
    {
      query: "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken user { id } } }",
      variables: { input: { email: person.email, password, code } },
    },
    headers,
  );

interface Protected {
  person: Person;
  secret: string;
  codes: string[];
}

/** Somebody whose second factor is on, with the code that turned it on spent. */
const protectedPerson = async (): Promise<Protected> => {
  const person = await atrium.signUp();
  const { secret } = await startTotp(person);
  const answer = await confirm(person, codeOfApp(secret));
  const { codes } = dataOf<{ codes: string[] }>(answer, "confirmTotp");
  clock.pass(2 * step);
  return { person, secret, codes };
};

describe("an authenticator app", () => {
  test("I4 it is asked for from its first code on, and only of whom knows the password", async () => {
    const person = await atrium.signUp();
    const { secret, otpauthUrl } = await startTotp(person);
    const url = new URL(otpauthUrl);
    expect(url.protocol).toBe("otpauth:");
    expect(url.searchParams.get("secret")).toBe(secret);
    expect(url.searchParams.get("issuer")).toBe("Atrium");
    expect(decodeURIComponent(url.pathname)).toContain(person.email);
    expect((await signIn(person)).errors).toBeUndefined();
    expect(extensionsOf(await confirm(person, wrongCode(secret)))).toMatchObject({
      code: "UNAUTHENTICATED",
      field: "input.code",
    });
    expect((await signIn(person)).errors).toBeUndefined();
    const { codes } = dataOf<{ codes: string[] }>(await confirm(person, codeOfApp(secret)), "confirmTotp");
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);

    expect(extensionsOf(await signIn(person))).toMatchObject({
      code: "UNAUTHENTICATED",
      secondFactor: ["TOTP", "RECOVERY_CODE"],
    });
    clock.pass(2 * step);
    const guessed = await signIn(person, codeOfApp(secret), {}, "not the password");
    expect(codeOf(guessed)).toBe("UNAUTHENTICATED");
    expect(extensionsOf(guessed)).not.toHaveProperty("secondFactor");
    expect((await signIn(person, codeOfApp(secret))).errors).toBeUndefined();
    const { data } = await as(person, "{ secondFactor { totpSince recoveryCodesLeft } }");
    expect(data?.secondFactor).toMatchObject({ recoveryCodesLeft: 10, totpSince: expect.any(String) });
  });

  test("I4 a code is good once: of twenty who bring it at the same time one is signed in", async () => {
    const { person, secret } = await protectedPerson();
    const code = codeOfApp(secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(person, code)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(codeOf(await signIn(person, code))).toMatch(/UNAUTHENTICATED|RATE_LIMITED/);
  });

  test("I4 the code before and the one after are taken, no older and no later ones, and none before a taken one", async () => {
    const { person, secret } = await protectedPerson();
    for (const ahead of [-3 * step, -2 * step, 2 * step, 3 * step])
      expect(codeOf(await signIn(person, codeOfApp(secret, ahead)))).toBe("UNAUTHENTICATED");
    expect((await signIn(person, codeOfApp(secret, -step))).errors).toBeUndefined();
    expect((await signIn(person, codeOfApp(secret, step))).errors).toBeUndefined();
    // Not used, but older than one that was.
    expect(codeOf(await signIn(person, codeOfApp(secret)))).toBe("UNAUTHENTICATED");
    // Time that goes back breaks nothing, and opens nothing.
    clock.pass(-5 * minute);
    expect(codeOf(await signIn(person, codeOfApp(secret)))).toBe("UNAUTHENTICATED");
    clock.pass(5 * minute);
  });

  test("I4 what looks like a code and is none is refused like a wrong one", async () => {
    const { person, secret } = await protectedPerson();
    for (const code of ["", " ", "12345", "1234567", "abcdef", "１２３４５６", "0x1234", "-00001", "1e5000", "null"]) {
      expect(codeOf(await signIn(person, code))).toBe("UNAUTHENTICATED");
      if (code !== "" && code !== " ") expect((await signIn(person, codeOfApp(secret))).errors).toBeUndefined();
      clock.pass(2 * step);
    }
  });

  test("I4 ten wrong codes are the last ones for a quarter of an hour, in dry runs and under keys too", async () => {
    const { person, secret, codes } = await protectedPerson();
    const dry = await signIn(person, wrongCode(secret), { "dry-run": "true" });
    expect(codeOf(dry)).toBe("BAD_USER_INPUT");
    expect(codeOf(await signIn(person, codeOfApp(secret), { "dry-run": "true" }))).toBe("BAD_USER_INPUT");
    for (let guess = 0; guess < 9; guess += 1)
      expect(codeOf(await signIn(person, wrongCode(secret)))).toBe("UNAUTHENTICATED");
    const underKey = await signIn(person, wrongCode(secret), { "idempotency-key": `guess-${person.email}` });
    expect(codeOf(underKey)).toBe("UNAUTHENTICATED");
    const locked = extensionsOf(await signIn(person, codeOfApp(secret)));
    expect(locked).toMatchObject({ code: "RATE_LIMITED", limit: 10, remaining: 0 });
    expect(locked?.retryAfter).toBeGreaterThan(0);
    expect(locked?.retryAfter).toBeLessThanOrEqual(15 * 60);
    expect(codeOf(await signIn(person, codes[0]))).toBe("RATE_LIMITED");
    clock.pass(15 * minute + 1_000);
    expect((await signIn(person, codeOfApp(secret))).errors).toBeUndefined();
  });

  test("I4 a guess stays counted when its operation is taken back", async () => {
    const person = await atrium.signUp();
    const guess = (password: string, headers = {}) =>
      as(
        person,
        "mutation ($input: ReauthenticateInput!) { reauthenticate(input: $input) { id } }",
        { input: { password } },
        headers,
      );
    for (let n = 0; n < 10; n += 1)
      expect(codeOf(await guess(`guess ${n}`, { "dry-run": "true" }))).toBe("BAD_USER_INPUT");
    expect(codeOf(await guess(person.password))).toBe("RATE_LIMITED");
    clock.pass(15 * minute + 1_000);
    const { data } = await signIn(person);
    Object.assign(person, data?.signIn);
    expect((await guess(person.password)).errors).toBeUndefined();
  });

  test("I13 the secret is sealed, recovery codes are hashed, and neither is in an event", async () => {
    const { person, secret, codes } = await protectedPerson();
    const [row] = await atrium.database.query<{ secret: string }>(
      'select t.secret from totp t join "user" u on u.id = t.user_id where u.email = $1',
      [person.email],
    );
    expect(row?.secret).toMatch(/^v1\.data_key_/);
    const stored = JSON.stringify([
      await atrium.database.query("select * from totp"),
      await atrium.database.query("select * from recovery_code"),
      await atrium.database.query("select * from event"),
    ]);
    for (const text of [secret, ...codes, ...codes.map((code) => code.replaceAll("-", ""))])
      expect(stored).not.toContain(text);
    const kinds = await atrium.database.query<{ kind: string }>(
      'select kind from event where actor_id = (select id from "user" where email = $1)',
      [person.email],
    );
    expect(kinds.map(({ kind }) => kind)).toContain("user.enabled_totp");
  });

  test("I4 a secret is shown once: a new one takes the place of one that waits, and none of one that is on", async () => {
    const person = await atrium.signUp();
    const first = await startTotp(person);
    const second = await startTotp(person);
    expect(codeOf(await confirm(person, codeOfApp(first.secret)))).toBe("UNAUTHENTICATED");
    clock.pass(10 * minute + 1_000);
    const { data } = await signIn(person);
    const again = personAt(atrium.url, {
      ...person,
      ...(data?.signIn as { accessToken: string; refreshToken: string }),
    });
    expect(codeOf(await confirm(again, codeOfApp(second.secret)))).toBe("CONFLICT");
    const third = await startTotp(again);
    expect((await confirm(again, codeOfApp(third.secret))).errors).toBeUndefined();
    expect(codeOf(await as(again, "mutation { startTotp { secret } }"))).toBe("CONFLICT");
    expect(codeOf(await confirm(again, codeOfApp(third.secret, step)))).toBe("CONFLICT");
  });
});

describe("recovery codes", () => {
  test("I4 each is good once, whatever its spelling, also for twenty at the same time", async () => {
    const { person, codes } = await protectedPerson();
    const [one = "", two = "", three = ""] = codes;
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(person, one)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    clock.pass(15 * minute + 1_000);
    expect((await signIn(person, two.toUpperCase().replaceAll("-", " "))).errors).toBeUndefined();
    expect(codeOf(await signIn(person, two))).toBe("UNAUTHENTICATED");
    const again = (await signIn(person, three)).data?.signIn as { accessToken: string; refreshToken: string };
    const state = await as(personAt(atrium.url, { ...person, ...again }), "{ secondFactor { recoveryCodesLeft } }");
    expect(state.data?.secondFactor).toEqual({ recoveryCodesLeft: 7 });
  });

  test("I4 new ones end the old ones, and turning the app off ends all", async () => {
    const { person, codes, secret } = await protectedPerson();
    const answer = await as(person, "mutation { regenerateRecoveryCodes { codes } }");
    const { codes: fresh } = dataOf<{ codes: string[] }>(answer, "regenerateRecoveryCodes");
    expect(fresh).toHaveLength(10);
    expect(codeOf(await signIn(person, codes[0]))).toBe("UNAUTHENTICATED");
    expect((await signIn(person, fresh[0])).errors).toBeUndefined();
    const off = await as(person, "mutation { disableTotp { totpSince recoveryCodesLeft } }");
    expect(off.data?.disableTotp).toEqual({ totpSince: null, recoveryCodesLeft: 0 });
    expect((await signIn(person)).errors).toBeUndefined();
    expect(codeOf(await as(person, "mutation { regenerateRecoveryCodes { codes } }"))).toBe("CONFLICT");
    // What was good once does not come back with another app.
    const next = await startTotp(person);
    await confirm(person, codeOfApp(next.secret));
    expect(codeOf(await signIn(person, fresh[1]))).toBe("UNAUTHENTICATED");
    clock.pass(2 * step);
    expect(codeOf(await signIn(person, codeOfApp(secret)))).toBe("UNAUTHENTICATED");
  });

  test("I4 a code of somebody else is none", async () => {
    const [eve, mallory] = [await protectedPerson(), await protectedPerson()];
    expect(codeOf(await signIn(eve.person, mallory.codes[0]))).toBe("UNAUTHENTICATED");
    expect(codeOf(await signIn(eve.person, codeOfApp(mallory.secret)))).toBe("UNAUTHENTICATED");
    expect((await signIn(mallory.person, mallory.codes[0])).errors).toBeUndefined();
  });
});

describe("signing in by an issuer", () => {
  const start = async () => {
    const query = `mutation { startOAuth(input: { provider: "acme", redirectUri: "${redirectUri}" }) {
      authorizationUrl bindingSecret } }`;
    return (await ask(atrium.url, { query })).data?.startOAuth as { authorizationUrl: string; bindingSecret: string };
  };
  const complete = (callbackUrl: string, bindingSecret: string, code?: string) =>
    ask(atrium.url, {
      query:
        "mutation ($input: CompleteOAuthInput!) { completeOAuth(input: $input) { accessToken refreshToken user { id } } }",
      variables: { input: { callbackUrl, bindingSecret, code } },
    });

  test("I4 the second factor is asked for there too, with the same journey, which still ends once", async () => {
    acme.accounts.set("eve", { email: "eve@issuer.example", email_verified: true });
    const first = await start();
    const joined = await complete(await acme.visit(first.authorizationUrl, "eve"), first.bindingSecret);
    const tokens = joined.data?.completeOAuth as { accessToken: string; refreshToken: string };
    const eve = personAt(atrium.url, { email: "eve@issuer.example", password: "", ...tokens });
    const { secret } = await startTotp(eve);
    expect((await confirm(eve, codeOfApp(secret))).errors).toBeUndefined();
    clock.pass(2 * step);

    const { authorizationUrl, bindingSecret } = await start();
    const callbackUrl = await acme.visit(authorizationUrl, "eve");
    expect(extensionsOf(await complete(callbackUrl, bindingSecret))).toMatchObject({
      code: "UNAUTHENTICATED",
      secondFactor: ["TOTP", "RECOVERY_CODE"],
    });
    expect(codeOf(await complete(callbackUrl, "another client", codeOfApp(secret)))).toBe("UNAUTHENTICATED");
    expect(codeOf(await complete(callbackUrl, bindingSecret, wrongCode(secret)))).toBe("UNAUTHENTICATED");
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => complete(callbackUrl, bindingSecret, codeOfApp(secret))),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    clock.pass(2 * step);
    expect(codeOf(await complete(callbackUrl, bindingSecret, codeOfApp(secret)))).toBe("UNAUTHENTICATED");

    // With the code at hand one call is enough.
    clock.pass(16 * minute);
    const quick = await start();
    const back = await acme.visit(quick.authorizationUrl, "eve");
    expect((await complete(back, quick.bindingSecret, codeOfApp(secret))).errors).toBeUndefined();
  });
});

describe("proving once more who one is", () => {
  const guarded = [
    "mutation { startTotp { secret } }",
    'mutation { confirmTotp(input: { code: "123456" }) { codes } }',
    "mutation { disableTotp { totpSince } }",
    "mutation { regenerateRecoveryCodes { codes } }",
    'mutation { changePassword(input: { newPassword: "a bridge of green cheese" }) { id } }',
    "mutation { startPasskeyRegistration { expiresAt } }",
    'mutation { finishPasskeyRegistration(input: { credential: {}, name: "x" }) { id } }',
    'mutation { removePasskey(id: "passkey_01h455vb4pex5vsknk084sn02q") { id } }',
    `mutation { startOAuthLink(input: { provider: "acme", redirectUri: "${redirectUri}" }) { state } }`,
    'mutation { linkOAuth(input: { callbackUrl: "https://a.example", bindingSecret: "x" }) { id } }',
    'mutation { unlinkOAuth(id: "linked_identity_01h455vb4pex5vsknk084sn02q") { id } }',
  ];
  const reauthenticate = (person: Person, password: string, code?: string) =>
    as(person, "mutation ($input: ReauthenticateInput!) { reauthenticate(input: $input) { authenticatedAt } }", {
      input: { password, code },
    });

  test("I4 what changes how one signs in needs a sign-in of the last ten minutes, or the password", async () => {
    const person = await atrium.signUp();
    clock.pass(10 * minute + 1_000);
    for (const query of guarded)
      expect(extensionsOf(await as(person, query))).toMatchObject({ code: "FORBIDDEN", reauthenticate: true });
    expect(extensionsOf(await reauthenticate(person, "not the password"))).toMatchObject({
      code: "BAD_USER_INPUT",
      field: "input.password",
    });
    expect((await as(person, guarded[0] ?? "")).errors).toHaveLength(1);
    expect((await reauthenticate(person, person.password)).errors).toBeUndefined();
    for (const query of guarded)
      expect(extensionsOf(await as(person, query)) ?? {}).not.toHaveProperty("reauthenticate");
  });

  test("I4 a refresh is no proof", async () => {
    const person = await atrium.signUp();
    clock.pass(10 * minute + 1_000);
    const { refreshSession } = await person.sdk.RefreshSession({ refreshToken: person.refreshToken });
    const same = personAt(atrium.url, { ...person, ...refreshSession });
    expect(codeOf(await as(same, guarded[0] ?? ""))).toBe("FORBIDDEN");
  });

  test("I4 it proves the session that asks, and no other", async () => {
    const person = await atrium.signUp();
    const { data } = await signIn(person);
    const stolen = personAt(atrium.url, {
      ...person,
      ...(data?.signIn as { accessToken: string; refreshToken: string }),
    });
    clock.pass(10 * minute + 1_000);
    await reauthenticate(person, person.password);
    expect(codeOf(await as(stolen, guarded[0] ?? ""))).toBe("FORBIDDEN");
  });

  test("I4 with a second factor the password alone is no proof, and neither can be guessed for long", async () => {
    const { person, secret } = await protectedPerson();
    clock.pass(10 * minute);
    expect(extensionsOf(await reauthenticate(person, person.password))).toMatchObject({
      code: "UNAUTHENTICATED",
      secondFactor: ["TOTP", "RECOVERY_CODE"],
    });
    expect((await reauthenticate(person, person.password, codeOfApp(secret))).errors).toBeUndefined();
    for (let guess = 0; guess < 10; guess += 1)
      expect(codeOf(await reauthenticate(person, `guess ${guess}`))).toBe("BAD_USER_INPUT");
    expect(codeOf(await reauthenticate(person, person.password))).toBe("RATE_LIMITED");
  });

  test("I4 a changed password ends all other sessions at once, and leaves the second factor on", async () => {
    const { person, secret } = await protectedPerson();
    const { data } = await signIn(person, codeOfApp(secret));
    const elsewhere = personAt(atrium.url, {
      ...person,
      ...(data?.signIn as { accessToken: string; refreshToken: string }),
    });
    await elsewhere.sdk.Me();
    expect((await as(person, guarded[4] ?? "")).errors).toBeUndefined();
    expect(codeOf(await as(elsewhere, "{ me { id } }"))).toBe("UNAUTHENTICATED");
    expect((await as(person, "{ me { id } }")).errors).toBeUndefined();
    expect(codeOf(await signIn(person))).toBe("UNAUTHENTICATED");
    clock.pass(2 * step);
    const changed = await signIn(person, undefined, {}, "a bridge of green cheese");
    expect(extensionsOf(changed)).toHaveProperty("secondFactor");
    expect((await signIn(person, codeOfApp(secret), {}, "a bridge of green cheese")).errors).toBeUndefined();
  });
});
