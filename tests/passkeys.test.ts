import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { relyingPartyOf } from "#src/identity/relying-party.js";
import { type Answer, ask, bearer, codeOf, dataOf } from "./support/ask.js";
import { type Person, personAt, signUpAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { Authenticator, flags, type Twist } from "./support/authenticator.js";
import { TestClock } from "./support/test-clock.js";

const minute = 60_000;
const origin = "https://atrium.example.com";

let clock: TestClock;
let atrium: TestAtrium;
let api: string;

beforeAll(async () => {
  clock = new TestClock();
  atrium = await startAtrium({ clock, withWorkers: false });
  api = atrium.url;
});
afterAll(() => atrium.close());

/** Without PUBLIC_URL passkeys belong to localhost, at the port that is open. */
const here = () => api.replace("127.0.0.1", "localhost");

const stranger = (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
  ask(api, { query, variables }, headers);
const as = (person: Person, query: string, variables: object = {}, headers: Record<string, string> = {}) =>
  ask(api, { query, variables }, bearer(person, headers));

interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string; name: string };
  excludeCredentials: { id: string }[];
  authenticatorSelection: object;
  attestation: string;
}

const startRegistration = async (person: Person) => {
  const answer = await as(person, "mutation { startPasskeyRegistration { options expiresAt } }");
  return dataOf<{ options: CreationOptions }>(answer, "startPasskeyRegistration").options;
};
const finishRegistration = (person: Person, credential: object, name = "My phone") =>
  as(
    person,
    `mutation ($input: FinishPasskeyRegistrationInput!) {
      finishPasskeyRegistration(input: $input) { id name isBackedUp createdAt lastUsedAt } }`,
    { input: { credential, name } },
  );
const startSignIn = async () => {
  const answer = await stranger("mutation { startPasskeySignIn { options expiresAt } }");
  return dataOf<{ options: { challenge: string; rpId: string } }>(answer, "startPasskeySignIn").options;
};
const finishSignIn = (credential: object, headers: Record<string, string> = {}) =>
  stranger(
    `mutation ($input: FinishPasskeySignInInput!) {
      finishPasskeySignIn(input: $input) { accessToken refreshToken user { id email } } }`,
    { input: { credential } },
    headers,
  );

/** Somebody with a passkey. */
const withPasskey = async (): Promise<{ person: Person; phone: Authenticator; id: string }> => {
  const person = await atrium.signUp();
  const phone = new Authenticator(here());
  const answer = await finishRegistration(person, phone.make(await startRegistration(person)));
  return { person, phone, id: dataOf<{ id: string }>(answer, "finishPasskeyRegistration").id };
};
const emailOf = (answer: Answer) => dataOf<{ user: { email: string } }>(answer, "finishPasskeySignIn").user.email;

describe("passkeys", () => {
  test("I4 somebody adds a passkey, and signs in by it without a name, a password or a code", async () => {
    const person = await atrium.signUp();
    const asked = await startRegistration(person);
    expect(asked).toMatchObject({
      rp: { id: "localhost" },
      user: { name: person.email },
      attestation: "none",
      excludeCredentials: [],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    const phone = new Authenticator(here());
    const made = await finishRegistration(person, phone.make(asked));
    expect(made.data?.finishPasskeyRegistration).toMatchObject({
      name: "My phone",
      isBackedUp: false,
      lastUsedAt: null,
    });
    expect((await startRegistration(person)).excludeCredentials).toMatchObject([{ id: phone.credentialId }]);

    const options = await startSignIn();
    expect(options).toMatchObject({ rpId: "localhost", userVerification: "required" });
    expect(options).not.toHaveProperty("allowCredentials");
    const answer = await finishSignIn(phone.sign(options));
    expect(emailOf(answer)).toBe(person.email);
    const tokens = answer.data?.finishPasskeySignIn as { accessToken: string; refreshToken: string };
    const again = personAt(api, { ...person, ...tokens });
    const { data } = await as(again, "{ passkeys { name lastUsedAt } sessions { method } }");
    expect(data).toMatchObject({
      passkeys: [{ name: "My phone", lastUsedAt: expect.any(String) }],
      sessions: [{ method: "PASSKEY" }, { method: "PASSWORD" }],
    });
  });

  test("I4 a passkey is both factors: no code is asked for, and the password's error names it", async () => {
    const { person, phone } = await withPasskey();
    const { generateSync } = await import("otplib");
    const { secret } = dataOf<{ secret: string }>(await as(person, "mutation { startTotp { secret } }"), "startTotp");
    const code = generateSync({ secret, epoch: Math.floor(clock.now().getTime() / 1000) });
    await as(person, "mutation ($code: String!) { confirmTotp(input: { code: $code }) { codes } }", { code });
    expect(emailOf(await finishSignIn(phone.sign(await startSignIn())))).toBe(person.email);
    const input = { email: person.email, password: person.password };
    const byPassword = await stranger("mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }", {
      input,
    });
    expect(byPassword.errors?.[0]?.extensions.secondFactor).toEqual(["TOTP", "RECOVERY_CODE", "PASSKEY"]);
  });

  test("I4 passkeys are renamed and removed by their owner alone; the last way in stays", async () => {
    const { person, phone, id } = await withPasskey();
    const mallory = await atrium.signUp();
    const rename =
      "mutation ($id: ID!, $input: RenamePasskeyInput!) { renamePasskey(id: $id, input: $input) { name } }";
    const remove = "mutation ($id: ID!) { removePasskey(id: $id) { id } }";
    expect(codeOf(await as(mallory, rename, { id, input: { name: "mine" } }))).toBe("NOT_FOUND");
    expect(codeOf(await as(mallory, remove, { id }))).toBe("NOT_FOUND");
    expect((await as(mallory, "{ passkeys { id } }")).data?.passkeys).toEqual([]);
    expect((await as(person, rename, { id, input: { name: "Old phone" } })).data?.renamePasskey).toEqual({
      name: "Old phone",
    });
    expect(codeOf(await as(person, rename, { id, input: { name: "" } }))).toBe("BAD_USER_INPUT");
    await atrium.database.query('update "user" set password_hash = null where email = $1', [person.email]);
    expect(codeOf(await as(person, remove, { id }))).toBe("CONFLICT");
    const second = new Authenticator(here());
    await finishRegistration(person, second.make(await startRegistration(person)), "Key");
    expect((await as(person, remove, { id })).errors).toBeUndefined();
    expect(codeOf(await finishSignIn(phone.sign(await startSignIn())))).toBe("UNAUTHENTICATED");
    expect(emailOf(await finishSignIn(second.sign(await startSignIn())))).toBe(person.email);
  });

  test("I4 one that counts nothing, as synced ones do, signs in again and again", async () => {
    const person = await atrium.signUp();
    const phone = new Authenticator(here());
    const synced = flags.userPresent | flags.userVerified | flags.backupEligible | flags.backedUp;
    const asked = await startRegistration(person);
    const made = await finishRegistration(person, phone.make(asked, { flags: synced, counter: 0 }));
    expect(made.data?.finishPasskeyRegistration).toMatchObject({ isBackedUp: true });
    for (let time = 0; time < 3; time += 1) {
      const signed = phone.sign(await startSignIn(), { flags: synced, counter: 0 });
      expect(emailOf(await finishSignIn(signed))).toBe(person.email);
    }
  });
});

describe("attacks on signing in", () => {
  test("I4 a challenge is good once: of twenty at the same time one is signed in", async () => {
    const { phone } = await withPasskey();
    const signed = phone.sign(await startSignIn());
    const answers = await Promise.all(Array.from({ length: 20 }, () => finishSignIn(signed)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors)) expect(codeOf(answer)).toBe("UNAUTHENTICATED");
    expect(codeOf(await finishSignIn(signed))).toBe("UNAUTHENTICATED");
  });

  test("I4 a challenge ends after five minutes, and is gone from the database", async () => {
    const { phone } = await withPasskey();
    const options = await startSignIn();
    clock.pass(5 * minute + 1_000);
    expect(codeOf(await finishSignIn(phone.sign(options)))).toBe("UNAUTHENTICATED");
    await atrium.app.expiry.sweep();
    expect(await atrium.database.query("select 1 from passkey_challenge")).toEqual([]);
  });

  const bit = (at: number, mask: number) => (data: Buffer) => {
    const changed = Buffer.from(data);
    changed[at] = (changed[at] ?? 0) ^ mask;
    return changed;
  };
  const attacks: [string, () => Twist][] = [
    ["at another origin", () => ({ origin: "https://evil.example" })],
    ["at another port", () => ({ origin: "http://localhost:1" })],
    ["at the same host without TLS or with it", () => ({ origin: here().replace("http:", "https:") })],
    ["below a host that only begins alike", () => ({ origin: `${here()}.evil.example` })],
    ["for another RP id", () => ({ rpId: "evil.example" })],
    ["in a page within another page", () => ({ crossOrigin: true })],
    ["in a page within another one that is named", () => ({ crossOrigin: true, topOrigin: "https://evil.example" })],
    ["for a challenge that nobody gave", () => ({ challenge: randomBytes(32).toString("base64url") })],
    ["as the making of a passkey", () => ({ type: "webauthn.create" })],
    ["by nobody who was there", () => ({ flags: flags.userVerified })],
    ["without the user being verified", () => ({ flags: flags.userPresent })],
    ["and the verified flag set afterwards", () => ({ flags: flags.userPresent, tamper: bit(32, flags.userVerified) })],
    ["and the counter raised afterwards", () => ({ tamper: bit(36, 0x40) })],
    ["and the RP id changed afterwards", () => ({ rpId: "evil.example", tamper: bit(0, 1) })],
    ["in the name of nobody", () => ({ userHandle: null })],
    [
      "in the name of somebody else",
      () => ({ userHandle: Buffer.from("user_01h455vb4pex5vsknk084sn02q").toString("base64url") }),
    ],
    ["by a passkey that is not known", () => ({ credentialId: randomBytes(32).toString("base64url") })],
  ];
  test.each(attacks)(
    "I4 what was signed %s opens nothing, and uses nothing up but its challenge",
    async (_name, twist) => {
      const { person, phone } = await withPasskey();
      const answer = await finishSignIn(phone.sign(await startSignIn(), twist()));
      expect(answer.errors?.[0]).toMatchObject({
        message: "This passkey did not prove who you are. Start again, or sign in another way.",
        extensions: { code: "UNAUTHENTICATED" },
      });
      expect(emailOf(await finishSignIn(phone.sign(await startSignIn())))).toBe(person.email);
    },
  );

  test("I4 another key's signature, and the passkey of somebody else under one's own name, open nothing", async () => {
    const [eve, mallory] = [await withPasskey(), await withPasskey()];
    const forged = mallory.phone.sign(await startSignIn(), { credentialId: eve.phone.credentialId });
    expect(codeOf(await finishSignIn(forged))).toBe("UNAUTHENTICATED");
    const own = mallory.phone.sign(await startSignIn());
    const asEve = eve.phone.sign(await startSignIn());
    const mixed = { ...own, response: { ...own.response, userHandle: asEve.response.userHandle } };
    expect(codeOf(await finishSignIn(mixed))).toBe("UNAUTHENTICATED");
  });

  test("I4 a counter that goes back or stands still is a copy, and is refused", async () => {
    const { person, phone } = await withPasskey();
    expect(emailOf(await finishSignIn(phone.sign(await startSignIn(), { counter: 10 })))).toBe(person.email);
    for (const counter of [10, 9, 1, 0])
      expect(codeOf(await finishSignIn(phone.sign(await startSignIn(), { counter })))).toBe("UNAUTHENTICATED");
    expect(emailOf(await finishSignIn(phone.sign(await startSignIn(), { counter: 11 })))).toBe(person.email);
  });

  test("I4 of twenty copies that sign with one count at the same time one is signed in", async () => {
    const { phone } = await withPasskey();
    const signed = await Promise.all(
      Array.from({ length: 20 }, async () => phone.sign(await startSignIn(), { counter: 7 })),
    );
    const answers = await Promise.all(signed.map((each) => finishSignIn(each)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });

  test("I4 a deactivated owner stays outside", async () => {
    const { person, phone } = await withPasskey();
    await atrium.database.query('update "user" set is_active = false where email = $1', [person.email]);
    expect(codeOf(await finishSignIn(phone.sign(await startSignIn())))).toBe("UNAUTHENTICATED");
  });

  test("I4 a dry run opens nothing", async () => {
    const { person, phone } = await withPasskey();
    const answer = await finishSignIn(phone.sign(await startSignIn()), { "dry-run": "true" });
    const { accessToken } = dataOf<{ accessToken: string }>(answer, "finishPasskeySignIn");
    const ghost = personAt(api, { ...person, accessToken });
    expect(codeOf(await as(ghost, "{ me { id } }"))).toBe("UNAUTHENTICATED");
  });

  test("I4 what is no credential is refused by its form", async () => {
    const { phone } = await withPasskey();
    const good = phone.sign(await startSignIn());
    for (const credential of [
      {},
      { ...good, id: "with spaces" },
      { ...good, id: ["list"] },
      { ...good, rawId: 7 },
      { ...good, type: "password" },
      { ...good, response: null },
      { ...good, response: { ...good.response, signature: "" } },
      { ...good, response: { ...good.response, authenticatorData: "x".repeat(5_000) } },
      { ...good, response: { ...good.response, clientDataJSON: { $ne: "" } } },
    ])
      expect(codeOf(await finishSignIn(credential))).toBe("BAD_USER_INPUT");
    for (const clientDataJSON of ["AAAA", "bnVsbA", Buffer.from('{"__proto__":{}}').toString("base64url")])
      expect(codeOf(await finishSignIn({ ...good, response: { ...good.response, clientDataJSON } }))).toBe(
        "UNAUTHENTICATED",
      );
    expect(codeOf(await finishSignIn({ ...good, rawId: "another" }))).toBe("UNAUTHENTICATED");
  });
});

describe("attacks on adding", () => {
  const registrationAttacks: [string, () => Twist][] = [
    ["at another origin", () => ({ origin: "https://evil.example" })],
    ["for another RP id", () => ({ rpId: "evil.example" })],
    ["in a page within another page", () => ({ crossOrigin: true })],
    ["for another challenge", () => ({ challenge: randomBytes(32).toString("base64url") })],
    ["as a signature", () => ({ type: "webauthn.get" })],
    ["by nobody who was there", () => ({ flags: flags.userVerified })],
    ["without the user being verified", () => ({ flags: flags.userPresent })],
    ["and broken off", () => ({ tamper: (data) => data.subarray(0, 60) })],
  ];
  test.each(registrationAttacks)("I4 a passkey that was made %s is refused", async (_name, twist) => {
    const person = await atrium.signUp();
    const answer = await finishRegistration(
      person,
      new Authenticator(here()).make(await startRegistration(person), twist()),
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", field: "input.credential" });
    expect((await as(person, "{ passkeys { id } }")).data?.passkeys).toEqual([]);
  });

  test("I4 a challenge is for one user and one passkey, and not for signing in", async () => {
    const [eve, mallory] = [await atrium.signUp(), await atrium.signUp()];
    const asked = await startRegistration(eve);
    // Mallory adds his own passkey by what Eve was asked.
    expect(codeOf(await finishRegistration(mallory, new Authenticator(here()).make(asked)))).toBe("BAD_USER_INPUT");
    expect((await finishRegistration(eve, new Authenticator(here()).make(asked))).errors).toBeUndefined();
    expect(codeOf(await finishRegistration(eve, new Authenticator(here()).make(asked)))).toBe("BAD_USER_INPUT");
    const { phone } = await withPasskey();
    const { challenge } = await startRegistration(eve);
    expect(codeOf(await finishSignIn(phone.sign({ challenge, rpId: "localhost" })))).toBe("UNAUTHENTICATED");
    const signIn = await startSignIn();
    const made = new Authenticator(here()).make({ ...asked, challenge: signIn.challenge });
    expect(codeOf(await finishRegistration(eve, made))).toBe("BAD_USER_INPUT");
  });

  test("I4 a passkey belongs to one account, whoever names its id", async () => {
    const { phone } = await withPasskey();
    const mallory = await atrium.signUp();
    const made = new Authenticator(here()).make(await startRegistration(mallory), { credentialId: phone.credentialId });
    expect(codeOf(await finishRegistration(mallory, made))).toBe("CONFLICT");
  });

  test("I4 the server follows no address in a vendor's certificate", async () => {
    let visits = 0;
    const trap = createServer((_request, response) => {
      visits += 1;
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/crl`;
    const person = await atrium.signUp();
    for (const format of ["packed", "android-key", "tpm", "apple", "fido-u2f", "android-safetynet", "unheard-of"]) {
      const statement = new Map<string | number, never>([
        ["alg", -7],
        ["sig", randomBytes(70)],
        ["x5c", Buffer.from(address)],
      ] as never);
      const made = new Authenticator(here()).make(await startRegistration(person), {
        attestation: [format, statement],
      });
      expect(codeOf(await finishRegistration(person, made))).toBe("BAD_USER_INPUT");
    }
    expect(visits).toBe(0);
    await new Promise((resolve) => trap.close(resolve));
  });

  test("I4 nobody has more than fifty", async () => {
    const person = await atrium.signUp();
    await atrium.database.query(
      `insert into passkey (id, user_id, name, credential_id, public_key, counter, is_backed_up, created_at)
       select 'passkey_' || n || u.id, u.id, 'x', 'c' || n || u.id, 'k', 0, false, now()
       from "user" u, generate_series(1, 50) n where u.email = $1`,
      [person.email],
    );
    const made = new Authenticator(here()).make(await startRegistration(person));
    expect(codeOf(await finishRegistration(person, made))).toBe("CONFLICT");
    expect((await as(person, "{ passkeys { id } }")).data?.passkeys).toHaveLength(50);
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe("for whom passkeys are made", () => {
  test("I4 with PUBLIC_URL they belong to its host and are used at its origin alone", async () => {
    const port = await freePort();
    const env = { PUBLIC_URL: `${origin}/`, PORT: String(port) };
    const other = await startAtrium({ clock, withWorkers: false, database: atrium.database, env });
    api = `http://127.0.0.1:${port}`;
    try {
      // A token is good where it was made.
      const person = await signUpAt(api);
      const asked = await startRegistration(person);
      expect(asked.rp).toMatchObject({ id: "atrium.example.com" });
      const phone = new Authenticator(origin);
      const elsewhere = phone.make(asked, { origin: "https://www.atrium.example.com" });
      expect(codeOf(await finishRegistration(person, elsewhere))).toBe("BAD_USER_INPUT");
      dataOf(
        await finishRegistration(person, phone.make(await startRegistration(person))),
        "finishPasskeyRegistration",
      );
      expect(emailOf(await finishSignIn(phone.sign(await startSignIn())))).toBe(person.email);
      for (const wrong of ["http://atrium.example.com", `${origin}:8443`, "https://evil.atrium.example.com", api])
        expect(codeOf(await finishSignIn(phone.sign(await startSignIn(), { origin: wrong })))).toBe("UNAUTHENTICATED");
    } finally {
      api = atrium.url;
      await other.close();
    }
  });

  test.each([
    ["https://atrium.example.com", { id: "atrium.example.com", origin: "https://atrium.example.com" }],
    ["https://atrium.example.com:8443", { id: "atrium.example.com", origin: "https://atrium.example.com:8443" }],
    ["http://localhost:4000", { id: "localhost", origin: "http://localhost:4000" }],
    ["http://127.0.0.1:4000", { id: "localhost", origin: "http://localhost:4000" }],
    ["http://[::1]:4000", { id: "localhost", origin: "http://localhost:4000" }],
  ])("I4 at %s", (url, party) => {
    expect(relyingPartyOf(url)).toEqual(party);
  });

  test("I4 an address of numbers has none, and says so", () => {
    expect(() => relyingPartyOf("https://192.0.2.1")).toThrow("Passkeys need a host name");
  });
});
