import { createHash } from "node:crypto";
import { readConfig } from "#src/platform/config.js";
import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Issuer, startIssuer } from "./support/issuer.js";
import { type RogueIssuer, startRogueIssuer } from "./support/rogue-issuer.js";
import { TestClock } from "./support/test-clock.js";

const minute = 60_000;
const redirectUri = (name: string) => `http://127.0.0.1:9/signed-in/${name}`;

let clock: TestClock;
let acme: Issuer;
let other: Issuer;
let rogue: RogueIssuer;
let github: RogueIssuer;
let atrium: TestAtrium;

const settingsOf = (name: string, issuer: { url: string; clientSecret?: string }) => ({
  [`ATRIUM_OAUTH_${name}_ISSUER`]: issuer.url,
  [`ATRIUM_OAUTH_${name}_CLIENT_ID`]: "atrium",
  [`ATRIUM_OAUTH_${name}_CLIENT_SECRET`]: issuer.clientSecret ?? "a secret",
});

beforeAll(async () => {
  clock = new TestClock();
  acme = await startIssuer({ redirectUris: [redirectUri("acme")] });
  other = await startIssuer({
    redirectUris: [redirectUri("other")],
    claimsInIdToken: true,
    clientAuth: "client_secret_post",
  });
  rogue = await startRogueIssuer("atrium");
  github = await startRogueIssuer("atrium");
  atrium = await startAtrium({
    clock,
    withWorkers: false,
    env: {
      ATRIUM_OAUTH_PROVIDERS: "acme,other,rogue,github,gone",
      ATRIUM_OAUTH_REDIRECT_URIS: "http://127.0.0.1:9/signed-in/{provider}",
      ...settingsOf("ACME", acme),
      ATRIUM_OAUTH_ACME_LABEL: "Acme",
      ...settingsOf("OTHER", other),
      ...settingsOf("ROGUE", rogue),
      ...settingsOf("GITHUB", github),
      // Nobody listens there, and Atrium has started all the same.
      ...settingsOf("GONE", { url: "http://127.0.0.1:1" }),
    },
  });
});
afterAll(async () => {
  await atrium.close();
  await Promise.all([acme, other, rogue, github].map((each) => each.close()));
});

const stranger = (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
  ask(atrium.url, { query, variables }, headers);
const as = (person: Person, query: string, variables: object = {}) =>
  ask(atrium.url, { query, variables }, bearer(person));

interface Start {
  authorizationUrl: string;
  state: string;
  bindingSecret: string;
  expiresAt: string;
}

const startDocument = `mutation ($input: StartOAuthInput!) {
  startOAuth(input: $input) { authorizationUrl state bindingSecret expiresAt } }`;
const completeDocument = `mutation ($input: CompleteOAuthInput!) {
  completeOAuth(input: $input) { accessToken refreshToken user { id email username isVerified } } }`;

const start = async (provider: string): Promise<Start> => {
  const answer = await stranger(startDocument, { input: { provider, redirectUri: redirectUri(provider) } });
  if (answer.errors) throw new Error(answer.errors[0]?.message);
  return answer.data?.startOAuth as Start;
};
const complete = (callbackUrl: string, { bindingSecret }: Start, code?: string) =>
  stranger(completeDocument, { input: { callbackUrl, bindingSecret, code } });

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  user: { id: string; email: string; username: string; isVerified: boolean };
}
const signedIn = (answer: Answer): SignedIn => {
  if (answer.errors) throw new Error(`${answer.errors[0]?.message}`);
  return answer.data?.completeOAuth as SignedIn;
};
const signInBy = async (issuer: Issuer, name: string, subject: string): Promise<Answer> => {
  const begun = await start(name);
  return complete(await issuer.visit(begun.authorizationUrl, subject), begun);
};
/** The person behind an answer, for calls that need somebody who is signed in. */
const personOf = ({ accessToken, refreshToken, user }: SignedIn) =>
  ({ url: atrium.url, accessToken, refreshToken, email: user.email, password: "" }) as Person;

const startLinkDocument = `mutation ($input: StartOAuthInput!) {
  startOAuthLink(input: $input) { authorizationUrl state bindingSecret expiresAt } }`;
const linkDocument = `mutation ($input: LinkOAuthInput!) {
  linkOAuth(input: $input) { id provider email createdAt lastUsedAt } }`;
const startLink = async (person: Person, provider: string): Promise<Start> => {
  const input = { provider, redirectUri: redirectUri(provider) };
  return (await as(person, startLinkDocument, { input })).data?.startOAuthLink as Start;
};
const link = async (person: Person, issuer: Issuer, provider: string, subject: string) => {
  const begun = await startLink(person, provider);
  const callbackUrl = await issuer.visit(begun.authorizationUrl, subject);
  return as(person, linkDocument, { input: { callbackUrl, bindingSecret: begun.bindingSecret } });
};

let people = 0;
const newcomer = (issuer: Issuer, verified: boolean | undefined = true) => {
  people += 1;
  const subject = `subject-${people}`;
  const email = `person-${people}@issuer.example`;
  const said = verified === undefined ? {} : { email_verified: verified };
  issuer.accounts.set(subject, { email, name: `Person ${people}`, ...said });
  return { subject, email };
};

describe("signing in", () => {
  test("I4 the issuers of the settings are listed in their order, and the start has PKCE, state and nonce", async () => {
    const { data } = await stranger("{ oauthProviders { name label } }");
    expect(data?.oauthProviders).toEqual([
      { name: "acme", label: "Acme" },
      { name: "other", label: "other" },
      { name: "rogue", label: "rogue" },
      { name: "github", label: "GitHub" },
      { name: "gone", label: "gone" },
    ]);
    const { authorizationUrl, state, bindingSecret, expiresAt } = await start("acme");
    const asked = new URL(authorizationUrl);
    expect(asked.origin).toBe(acme.url);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      client_id: "atrium",
      response_type: "code",
      redirect_uri: redirectUri("acme"),
      scope: "openid email profile",
      code_challenge_method: "S256",
      state,
    });
    expect(asked.searchParams.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(asked.searchParams.get("nonce")).toMatch(/^[\w-]{43}$/);
    expect(authorizationUrl).not.toContain(bindingSecret);
    expect(Math.abs(Date.parse(expiresAt) - clock.now().getTime() - 10 * minute)).toBeLessThan(5_000);
  });

  test.each([
    ["acme", () => acme],
    ["other", () => other],
  ] as const)("I4 by %s somebody new gets an account, and the same one every time", async (name, issuerOf) => {
    const { subject, email } = newcomer(issuerOf());
    const first = signedIn(await signInBy(issuerOf(), name, subject));
    expect(first.user).toMatchObject({ email, isVerified: true, username: `Person ${people}` });
    // The address may change; the subject is who it is.
    issuerOf().accounts.set(subject, { email: `moved-${email}`, email_verified: true });
    const second = signedIn(await signInBy(issuerOf(), name, subject));
    expect(second.user.id).toBe(first.user.id);
    expect(second.user.email).toBe(email);
    const { data } = await as(
      personOf(second),
      "{ me { id } linkedIdentities { provider email } sessions { method } }",
    );
    expect(data).toEqual({
      me: { id: first.user.id },
      linkedIdentities: [{ provider: name, email: `moved-${email}` }],
      sessions: [{ method: "OAUTH" }, { method: "OAUTH" }],
    });
  });

  test("I4 the same subject of two issuers is two people", async () => {
    const { subject } = newcomer(acme);
    other.accounts.set(subject, { email: `other-${subject}@issuer.example`, email_verified: true });
    const one = signedIn(await signInBy(acme, "acme", subject));
    const two = signedIn(await signInBy(other, "other", subject));
    expect(two.user.id).not.toBe(one.user.id);
  });

  test("I4 GitHub says by its API who somebody is, and a name that changes hands opens nothing", async () => {
    github.user = { id: 583_231, login: "octocat" };
    github.emails = [
      { email: "other@github.example", primary: false, verified: true },
      { email: "octocat@github.example", primary: true, verified: true },
    ];
    const signInAtGitHub = async () => {
      const begun = await start("github");
      expect(new URL(begun.authorizationUrl).searchParams.get("scope")).toBe("read:user user:email");
      return complete(github.visit(begun.authorizationUrl, { iss: `${github.url}/login/oauth` }), begun);
    };
    const first = signedIn(await signInAtGitHub());
    expect(first.user).toMatchObject({ email: "octocat@github.example", isVerified: true, username: "octocat" });
    expect(github.redeemed.at(-1)?.get("code_verifier")).toMatch(/^[\w-]{43}$/);
    expect(github.redeemed.at(-1)?.get("client_secret")).toBe("a secret");
    github.user = { id: 583_231, login: "renamed" };
    expect(signedIn(await signInAtGitHub()).user.id).toBe(first.user.id);
    github.user = { id: 999, login: "octocat" };
    github.emails = [{ email: "thief@github.example", primary: true, verified: true }];
    const namesake = signedIn(await signInAtGitHub()).user;
    expect(namesake.id).not.toBe(first.user.id);
    expect(namesake.username).toMatch(/^octocat-\d{6}$/);
  });

  test("I4 eight who come back at once as one new person are one account", async () => {
    const { subject, email } = newcomer(acme);
    const journeys = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const begun = await start("acme");
        return { begun, callbackUrl: await acme.visit(begun.authorizationUrl, subject) };
      }),
    );
    const answers = await Promise.all(journeys.map(({ begun, callbackUrl }) => complete(callbackUrl, begun)));
    expect(new Set(answers.map((answer) => signedIn(answer).user.id)).size).toBe(1);
    const rows = await atrium.database.query('select 1 from "user" where email = $1', [email]);
    expect(rows).toHaveLength(1);
  });

  test("I13 tokens of an issuer are sealed in the database, and bound to their row", async () => {
    rogue.claims = { sub: "sealed", email: "sealed@rogue.example", email_verified: true };
    const begun = await start("rogue");
    signedIn(await complete(rogue.visit(begun.authorizationUrl), begun));
    const [row] = await atrium.database.query<{ access_token: string }>(
      "select access_token from linked_identity where subject = 'sealed'",
    );
    expect(row?.access_token).toMatch(/^v1\.data_key_/);
    expect(JSON.stringify(await atrium.database.query("select * from linked_identity"))).not.toContain(
      "an access token of the issuer",
    );
  });
});

describe("attacks on the journey", () => {
  test("I4 a state is good once: of twenty who bring it at the same time one is signed in", async () => {
    const { subject } = newcomer(acme);
    const begun = await start("acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, subject);
    const answers = await Promise.all(Array.from({ length: 20 }, () => complete(callbackUrl, begun)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors !== undefined))
      expect(codeOf(answer)).toBe("UNAUTHENTICATED");
    expect(codeOf(await complete(callbackUrl, begun))).toBe("UNAUTHENTICATED");
  });

  test("I4 a callback that somebody else began is refused: no one is signed in as another (login CSRF)", async () => {
    const mallory = newcomer(acme);
    const malloryBegan = await start("acme");
    const malloryCallback = await acme.visit(malloryBegan.authorizationUrl, mallory.subject);
    const victimBegan = await start("acme");
    expect(codeOf(await complete(malloryCallback, victimBegan))).toBe("UNAUTHENTICATED");
    expect(codeOf(await complete(malloryCallback, { ...malloryBegan, bindingSecret: "" }))).toBe("UNAUTHENTICATED");
    // Her own browser may still end it: a stranger's attempts have not used it up.
    expect((await complete(malloryCallback, malloryBegan)).errors).toBeUndefined();
  });

  test("I4 a state that is unknown, expired, doubled or missing gives one and the same error", async () => {
    const { subject } = newcomer(acme);
    const late = await start("acme");
    const lateCallback = await acme.visit(late.authorizationUrl, subject);
    clock.pass(10 * minute + 1_000);
    const begun = await start("acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, subject);
    const answers = [
      await complete(lateCallback, late),
      await complete(callbackUrl.replace(begun.state, "x".repeat(43)), begun),
      await complete(`${callbackUrl}&state=${begun.state}`, begun),
      await complete(callbackUrl.replace(/state=[^&]*/, ""), begun),
      await complete(callbackUrl.replace("/signed-in/acme", "/signed-in/other"), begun),
    ];
    expect(new Set(answers.map(codeOf))).toEqual(new Set(["UNAUTHENTICATED"]));
    expect(new Set(answers.map(({ errors }) => errors?.[0]?.message)).size).toBe(1);
  });

  test("I4 what began ten minutes ago is gone from the database", async () => {
    await start("acme");
    clock.pass(10 * minute + 1_000);
    await start("acme");
    await atrium.app.expiry.sweep();
    expect(await atrium.database.query("select 1 from oauth_attempt")).toHaveLength(1);
  });

  test("I4 nothing of a journey's secrets is in the database", async () => {
    const { state, bindingSecret, authorizationUrl } = await start("acme");
    const stored = JSON.stringify(await atrium.database.query("select * from oauth_attempt"));
    const nonce = new URL(authorizationUrl).searchParams.get("nonce") ?? "";
    for (const secret of [state, bindingSecret, nonce]) expect(stored).not.toContain(secret);
    expect(stored).toContain(createHash("sha256").update(state).digest("base64url"));
  });

  test("I4 redirect URIs are compared to the letter", async () => {
    const uri = redirectUri("acme");
    const { host } = new URL(uri);
    for (const wrong of [
      `${uri}/`,
      `${uri}/../evil`,
      `${uri}?next=evil`,
      `${uri}#x`,
      uri.toUpperCase(),
      uri.replace("http:", "https:"),
      uri.replace(host, `${host}.evil.example`),
      uri.replace(host, `evil@${host}`),
      uri.replace("acme", "other"),
      "https://evil.example/signed-in/acme",
      "javascript:alert(1)",
      "",
    ]) {
      const answer = await stranger(startDocument, { input: { provider: "acme", redirectUri: wrong } });
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", field: "input.redirectUri" });
    }
    for (const provider of ["nobody", "__proto__", "ACME", ""]) {
      const answer = await stranger(startDocument, { input: { provider, redirectUri: uri } });
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", field: "input.provider" });
    }
  });

  test("I4 a code of another issuer is not given to this one (mix-up), and `iss` of the answer is checked", async () => {
    const { subject } = newcomer(acme);
    // What the rogue issuer began goes to acme, and comes back with acme's code.
    const begun = await start("rogue");
    const asked = new URL(begun.authorizationUrl).searchParams;
    const atAcme = new URL(`${acme.url}/auth`);
    for (const [name, value] of asked) atAcme.searchParams.set(name, value);
    atAcme.searchParams.set("redirect_uri", redirectUri("acme"));
    const callbackUrl = await acme.visit(atAcme.href, subject);
    expect(new URL(callbackUrl).searchParams.get("iss")).toBe(acme.url);
    const before = rogue.redeemed.length;
    expect(codeOf(await complete(callbackUrl, begun))).toBe("UNAUTHENTICATED");
    // Nor when the address is bent to look like the rogue's.
    const again = await start("rogue");
    const bent = callbackUrl.replace(redirectUri("acme"), redirectUri("rogue")).replace(begun.state, again.state);
    expect(codeOf(await complete(bent, again))).toBe("UNAUTHENTICATED");
    expect(rogue.redeemed).toHaveLength(before);
    for (const iss of ["https://evil.example", other.url, ""]) {
      const journey = await start("acme");
      const back = new URL(await acme.visit(journey.authorizationUrl, subject));
      if (iss === "") back.searchParams.delete("iss");
      else back.searchParams.set("iss", iss);
      expect(codeOf(await complete(back.href, journey))).toBe("UNAUTHENTICATED");
    }
  });

  test("I4 a code that was stolen is of no use in another journey (code injection)", async () => {
    const victim = newcomer(acme);
    const victimBegan = await start("acme");
    const stolen = new URL(await acme.visit(victimBegan.authorizationUrl, victim.subject)).searchParams.get("code");
    const malloryBegan = await start("acme");
    const callback = new URL(await acme.visit(malloryBegan.authorizationUrl, newcomer(acme).subject));
    callback.searchParams.set("code", stolen ?? "");
    const answer = await complete(callback.href, malloryBegan);
    expect(codeOf(answer)).toBe("UNAUTHENTICATED");
    expect(answer.errors?.[0]?.message).toBe("Acme does not accept this code, or not any more. Start again.");
  });

  test.each([
    ["another nonce", { nonce: "another" }],
    ["another audience", { aud: "another" }],
    ["another issuer", { iss: "https://evil.example" }],
    ["a time that is over", { exp: 1_000 }],
    ["no subject", { sub: undefined }],
    ["several audiences and another party", { aud: ["atrium", "another"], azp: "another" }],
  ])("I4 an id token with %s is refused", async (_name, claims) => {
    rogue.claims = { email: "rogue@rogue.example", email_verified: true, ...claims } as typeof rogue.claims;
    const begun = await start("rogue");
    expect(codeOf(await complete(rogue.visit(begun.authorizationUrl), begun))).toBe("UNAUTHENTICATED");
  });

  test("I4 an id token that is unsigned, or signed by another key or with the client's secret, is refused", async () => {
    const { SignJWT, generateKeyPair } = await import("jose");
    const { privateKey } = await generateKeyPair("RS256");
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    rogue.claims = { email: "rogue@rogue.example", email_verified: true };
    for (const sign of [
      async (claims: object) => `${part({ alg: "none" })}.${part(claims)}.`,
      (claims: object) => new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256", kid: "key" }).sign(privateKey),
      (claims: object) =>
        new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode("a secret")),
    ]) {
      rogue.sign = sign;
      const begun = await start("rogue");
      const answer = await complete(rogue.visit(begun.authorizationUrl), begun);
      expect(answer.data?.completeOAuth).toBeUndefined();
      expect(["UNAUTHENTICATED", "PROVIDER_UNAVAILABLE"]).toContain(codeOf(answer));
    }
    rogue.sign = undefined;
    const [found] = await atrium.database.query("select 1 from linked_identity where email = 'rogue@rogue.example'");
    expect(found).toBeUndefined();
  });

  test("I4 a dry run neither redeems a code nor uses up a state", async () => {
    const { subject } = newcomer(acme);
    const begun = await start("acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, subject);
    const variables = { input: { callbackUrl, bindingSecret: begun.bindingSecret } };
    expect(codeOf(await stranger(completeDocument, variables, { "dry-run": "true" }))).toBe("BAD_USER_INPUT");
    expect((await stranger(completeDocument, variables)).errors).toBeUndefined();
  });

  test("I4 sent again under its key the same sign-in has the same answer", async () => {
    const { subject } = newcomer(acme);
    const begun = await start("acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, subject);
    const variables = { input: { callbackUrl, bindingSecret: begun.bindingSecret } };
    const headers = { "idempotency-key": `key ${subject}`.replace(" ", "-") };
    const first = await stranger(completeDocument, variables, headers);
    expect(signedIn(await stranger(completeDocument, variables, headers))).toEqual(signedIn(first));
  });
});

describe("issuers that fail", () => {
  test("I4 somebody who says no at the issuer is told so, without the issuer's words", async () => {
    const begun = await start("acme");
    const callbackUrl = await acme.decline(begun.authorizationUrl);
    const answer = await complete(`${callbackUrl}&error_description=<script>`, begun);
    expect(answer.errors?.[0]).toMatchObject({
      message: "Acme did not sign you in: access_denied. Start again.",
      extensions: { code: "UNAUTHENTICATED" },
    });
  });

  test("I4 an issuer that is down stops its own sign-ins alone", async () => {
    const input = { provider: "gone", redirectUri: redirectUri("gone") };
    expect(codeOf(await stranger(startDocument, { input }))).toBe("PROVIDER_UNAVAILABLE");
    const { subject } = newcomer(acme);
    expect((await signInBy(acme, "acme", subject)).errors).toBeUndefined();
  });

  test.each([
    ["answers 500", 500],
    ["breaks the connection", 0],
  ])("I4 an issuer that %s when the code is redeemed is unavailable, and works again later", async (_name, status) => {
    rogue.claims = { sub: `flaky-${status}`, email: `flaky-${status}@rogue.example`, email_verified: true };
    const begun = await start("rogue");
    rogue.status = status;
    expect(codeOf(await complete(rogue.visit(begun.authorizationUrl), begun))).toBe("PROVIDER_UNAVAILABLE");
    rogue.status = 200;
    const again = await start("rogue");
    expect((await complete(rogue.visit(again.authorizationUrl), again)).errors).toBeUndefined();
  });

  test("I4 an issuer that never answers is given up after ten seconds", async () => {
    const begun = await start("rogue");
    rogue.status = -1;
    const from = performance.now();
    expect(codeOf(await complete(rogue.visit(begun.authorizationUrl), begun))).toBe("PROVIDER_UNAVAILABLE");
    rogue.status = 200;
    expect(performance.now() - from).toBeLessThan(12_000);
  });
});

describe("accounts that exist", () => {
  test("I4 an account with the same address is not opened; its owner signs in and links", async () => {
    const eve = await atrium.signUp();
    acme.accounts.set("eve at acme", { email: eve.email.toUpperCase(), email_verified: true });
    const refused = await signInBy(acme, "acme", "eve at acme");
    expect(refused.errors?.[0]?.extensions.code).toBe("CONFLICT");
    expect(refused.errors?.[0]?.message).toContain("linkOAuth");
    expect((await link(eve, acme, "acme", "eve at acme")).data?.linkOAuth).toMatchObject({ provider: "acme" });
    const { user } = signedIn(await signInBy(acme, "acme", "eve at acme"));
    expect(user.email).toBe(eve.email);
  });

  test.each([
    [true, true, true],
    [true, false, false],
    [true, undefined, false],
    [false, true, false],
    [false, false, false],
  ])("I4 address confirmed here %s, by the issuer %s: opened %s", async (here, there, opens) => {
    const eve = await atrium.signUp();
    await atrium.database.query('update "user" set is_verified = $1 where email = $2', [here, eve.email]);
    const subject = `of ${eve.email}`;
    acme.accounts.set(subject, { email: eve.email, ...(there === undefined ? {} : { email_verified: there }) });
    const answer = await signInBy(acme, "acme", subject);
    if (opens) expect(signedIn(answer).user.email).toBe(eve.email);
    else expect(codeOf(answer)).toBe("CONFLICT");
    const linked = await atrium.database.query("select 1 from linked_identity where subject = $1", [subject]);
    expect(linked).toHaveLength(opens ? 1 : 0);
  });

  test("I4 an address of which the issuer is not sure makes an account that is not verified", async () => {
    const { subject } = newcomer(acme, false);
    expect(signedIn(await signInBy(acme, "acme", subject)).user.isVerified).toBe(false);
    // "true" as a text is what a careless issuer says, and not what the standard does.
    rogue.claims = { sub: "text", email: "text@rogue.example", email_verified: "true" };
    const begun = await start("rogue");
    expect(signedIn(await complete(rogue.visit(begun.authorizationUrl), begun)).user.isVerified).toBe(false);
  });

  test("I4 an issuer that tells no address, or none that is one, is told apart from an error", async () => {
    for (const [subject, said] of Object.entries({ silent: {}, odd: { email: "no address", email_verified: true } })) {
      acme.accounts.set(subject, said);
      const answer = await signInBy(acme, "acme", subject);
      expect(codeOf(answer)).toBe("CONFLICT");
      expect(answer.errors?.[0]?.message).toContain("tells no e-mail address");
    }
  });

  test("I4 a deactivated account stays closed", async () => {
    const { subject, email } = newcomer(acme);
    signedIn(await signInBy(acme, "acme", subject));
    await atrium.database.query('update "user" set is_active = false where email = $1', [email]);
    expect(codeOf(await signInBy(acme, "acme", subject))).toBe("UNAUTHENTICATED");
  });
});

describe("linking", () => {
  test("I4 an identity belongs to one account", async () => {
    const [eve, mallory] = [await atrium.signUp(), await atrium.signUp()];
    const { subject } = newcomer(acme);
    await link(eve, acme, "acme", subject);
    expect(codeOf(await link(mallory, acme, "acme", subject))).toBe("CONFLICT");
    expect(codeOf(await link(eve, acme, "acme", subject))).toBe("CONFLICT");
  });

  test("I4 nobody can be made to link what another has brought, nor to sign in by what was begun to link", async () => {
    const [eve, mallory] = [await atrium.signUp(), await atrium.signUp()];
    const { subject } = newcomer(acme);
    const begun = await startLink(mallory, "acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, subject);
    const input = { callbackUrl, bindingSecret: begun.bindingSecret };
    expect(codeOf(await as(eve, linkDocument, { input }))).toBe("UNAUTHENTICATED");
    expect(codeOf(await complete(callbackUrl, begun))).toBe("UNAUTHENTICATED");
    const toSignIn = await start("acme");
    const other = await acme.visit(toSignIn.authorizationUrl, subject);
    const foreign = { callbackUrl: other, bindingSecret: toSignIn.bindingSecret };
    expect(codeOf(await as(eve, linkDocument, { input: foreign }))).toBe("UNAUTHENTICATED");
    expect((await as(mallory, linkDocument, { input })).errors).toBeUndefined();
  });

  const unlinkDocument = "mutation ($id: ID!) { unlinkOAuth(id: $id) { id } }";
  const identitiesOf = async (person: Person) =>
    (await as(person, "{ linkedIdentities { id provider } }")).data?.linkedIdentities as { id: string }[];

  test("I4 the last way in stays, also when two are taken away at once", async () => {
    const { subject } = newcomer(acme);
    const eve = personOf(signedIn(await signInBy(acme, "acme", subject)));
    const [only] = await identitiesOf(eve);
    expect(codeOf(await as(eve, unlinkDocument, { id: only?.id }))).toBe("CONFLICT");
    await link(eve, other, "other", newcomer(other).subject);
    const both = await identitiesOf(eve);
    expect(both).toHaveLength(2);
    const answers = await Promise.all(both.map(({ id }) => as(eve, unlinkDocument, { id })));
    expect(answers.map(codeOf).sort()).toEqual(["CONFLICT", undefined]);
    // With a password there is another way.
    const set = await as(eve, 'mutation { changePassword(input: { newPassword: "a bridge of green cheese" }) { id } }');
    expect(set.errors).toBeUndefined();
    const [last] = await identitiesOf(eve);
    expect((await as(eve, unlinkDocument, { id: last?.id })).errors).toBeUndefined();
    expect(await identitiesOf(eve)).toEqual([]);
  });

  test("I4 an identity of somebody else is like one that does not exist", async () => {
    const [eve, mallory] = [await atrium.signUp(), await atrium.signUp()];
    await link(eve, acme, "acme", newcomer(acme).subject);
    const [identity] = await identitiesOf(eve);
    const foreign = await as(mallory, unlinkDocument, { id: identity?.id });
    const unknown = await as(mallory, unlinkDocument, { id: "linked_identity_01h455vb4pex5vsknk084sn02q" });
    expect(codeOf(foreign)).toBe("NOT_FOUND");
    expect(codeOf(unknown)).toBe("NOT_FOUND");
    expect(await identitiesOf(mallory)).toEqual([]);
  });

  test("I4 linking needs a sign-in of the last ten minutes", async () => {
    const eve = await atrium.signUp();
    const begun = await startLink(eve, "acme");
    const callbackUrl = await acme.visit(begun.authorizationUrl, newcomer(acme).subject);
    clock.pass(10 * minute + 1_000);
    const input = { callbackUrl, bindingSecret: begun.bindingSecret };
    for (const answer of [
      await as(eve, linkDocument, { input }),
      await as(eve, startLinkDocument, { input: { provider: "acme", redirectUri: redirectUri("acme") } }),
    ])
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN", reauthenticate: true });
  });
});

describe("settings", () => {
  const problemsOf = (env: Record<string, string>): string => {
    try {
      readConfig({ ATRIUM_OAUTH_REDIRECT_URIS: "https://app.example.com/{provider}", ...env });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const complete = { ATRIUM_OAUTH_ACME_ISSUER: "https://acme.example", ATRIUM_OAUTH_ACME_CLIENT_ID: "atrium" };

  test("I4 presets need nothing but the client", () => {
    const { oauth } = readConfig({
      ATRIUM_OAUTH_PROVIDERS: "google, github, microsoft",
      ATRIUM_OAUTH_REDIRECT_URIS: "https://app.example.com/{provider},com.example.app:/{provider}",
      ATRIUM_OAUTH_GOOGLE_CLIENT_ID: "g",
      ATRIUM_OAUTH_GITHUB_CLIENT_ID: "h",
      ATRIUM_OAUTH_GITHUB_CLIENT_SECRET: "s",
      ATRIUM_OAUTH_MICROSOFT_CLIENT_ID: "m",
    });
    expect(oauth.clients.map(({ name, label, issuer }) => [name, label, issuer])).toEqual([
      ["google", "Google", "https://accounts.google.com"],
      ["github", "GitHub", "https://github.com"],
      ["microsoft", "Microsoft", "https://login.microsoftonline.com/common/v2.0"],
    ]);
  });

  test.each([
    ["no client", { ATRIUM_OAUTH_PROVIDERS: "google" }, "ATRIUM_OAUTH_GOOGLE_CLIENT_ID is missing"],
    [
      "no issuer",
      { ATRIUM_OAUTH_PROVIDERS: "acme", ATRIUM_OAUTH_ACME_CLIENT_ID: "atrium" },
      "ATRIUM_OAUTH_ACME_ISSUER is missing",
    ],
    [
      "GitHub without a secret",
      { ATRIUM_OAUTH_PROVIDERS: "github", ATRIUM_OAUTH_GITHUB_CLIENT_ID: "h" },
      "ATRIUM_OAUTH_GITHUB_CLIENT_SECRET is missing",
    ],
    [
      "http to another machine",
      { ATRIUM_OAUTH_PROVIDERS: "acme", ...complete, ATRIUM_OAUTH_ACME_ISSUER: "http://acme.example" },
      "ATRIUM_OAUTH_ACME_ISSUER must be an https address",
    ],
    [
      "no scope openid",
      { ATRIUM_OAUTH_PROVIDERS: "acme", ...complete, ATRIUM_OAUTH_ACME_SCOPES: "email" },
      "ATRIUM_OAUTH_ACME_SCOPES must have the scope openid",
    ],
    ["a name that is none", { ATRIUM_OAUTH_PROVIDERS: "Acme Inc" }, "ATRIUM_OAUTH_PROVIDERS must be a list of names"],
    ["a name twice", { ATRIUM_OAUTH_PROVIDERS: "acme,acme", ...complete }, "ATRIUM_OAUTH_PROVIDERS must name each"],
    ["an issuer that nobody named", complete, "ATRIUM_OAUTH_ACME_ISSUER is not a setting"],
    [
      "no redirect address",
      { ATRIUM_OAUTH_PROVIDERS: "acme", ...complete, ATRIUM_OAUTH_REDIRECT_URIS: "" },
      "ATRIUM_OAUTH_REDIRECT_URIS is missing",
    ],
    [
      "one redirect address for several issuers",
      {
        ATRIUM_OAUTH_PROVIDERS: "acme,google",
        ...complete,
        ATRIUM_OAUTH_GOOGLE_CLIENT_ID: "g",
        ATRIUM_OAUTH_REDIRECT_URIS: "https://app.example.com/back",
      },
      "ATRIUM_OAUTH_REDIRECT_URIS must have {provider}",
    ],
    [
      "a redirect address over http",
      { ATRIUM_OAUTH_REDIRECT_URIS: "http://app.example.com" },
      "ATRIUM_OAUTH_REDIRECT_URIS",
    ],
    [
      "a redirect address with a query",
      { ATRIUM_OAUTH_REDIRECT_URIS: "https://a.example/?x" },
      "ATRIUM_OAUTH_REDIRECT",
    ],
    ["a redirect address that is a script", { ATRIUM_OAUTH_REDIRECT_URIS: "javascript:x" }, "ATRIUM_OAUTH_REDIRECT"],
  ])("I4 %s stops the start and names the variable", (_name, env, problem) => {
    expect(problemsOf(env as Record<string, string>)).toContain(problem);
    expect(problemsOf(env as Record<string, string>)).not.toContain("a secret");
  });
});
