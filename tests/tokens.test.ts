import { createPublicKey, verify } from "node:crypto";
import { ask, bearer, codeOf } from "./support/ask.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { claimsOf, forge, headerOf, partsOf, stealSigningKey } from "./support/token-forge.js";
import { tokenVectors } from "./support/token-vectors.js";

const me = { query: "{ me { id } }" };
const askWith = (url: string, token: string) => ask(url, me, { authorization: `Bearer ${token}` });

describe("access tokens", () => {
  let atrium: TestAtrium;
  let ann: Person;
  beforeAll(async () => {
    atrium = await startAtrium({ withWorkers: false });
    ann = await atrium.signUp();
  });
  afterAll(() => atrium.close());

  test("I1 an access token is an Ed25519 JWT for this installation, with an id of its own, for 15 minutes", async () => {
    const { kid } = await stealSigningKey(atrium.app, atrium.database);
    expect(headerOf(ann.accessToken)).toEqual({ alg: "EdDSA", typ: "at+jwt", kid });
    const { iat, exp, ...claims } = claimsOf(ann.accessToken) as { iat: number; exp: number };
    expect(claims).toEqual({
      iss: "atrium",
      aud: "atrium",
      sub: expect.stringMatching(/^user_/),
      sid: expect.stringMatching(/^session_/),
      jti: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(exp - iat).toBe(900);
    const ben = await atrium.signUp();
    expect(claimsOf(ben.accessToken).jti).not.toBe(claimsOf(ann.accessToken).jti);
  });

  test("I1 whoever has the published keys alone can verify a token, and learns nothing that is private", async () => {
    const answer = await fetch(`${atrium.url}/.well-known/jwks.json`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^application\/jwk-set\+json/);
    const { keys } = (await answer.json()) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    const [key = {}] = keys;
    expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(key).toMatchObject({
      kty: "OKP",
      crv: "Ed25519",
      alg: "EdDSA",
      use: "sig",
      kid: headerOf(ann.accessToken).kid,
    });
    const [header, claims, signature] = partsOf(ann.accessToken);
    const publicKey = createPublicKey({ key, format: "jwk" });
    const input = Buffer.from(`${header}.${claims}`);
    expect(verify(null, input, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  });

  test("I1 each of more than a hundred tokens with one fault is UNAUTHENTICATED, also when it is sent again", async () => {
    const key = await stealSigningKey(atrium.app, atrium.database);
    const ben = await atrium.signUp();
    // What shows that the faults below are the only ones: made by the same means, without any.
    const sound = forge(headerOf(ann.accessToken), { ...claimsOf(ann.accessToken), jti: "another" }, key.privateKey);
    expect((await askWith(atrium.url, sound)).data?.me).toBeTruthy();
    const now = Math.floor(Date.now() / 1000);
    const given = { token: ann.accessToken, otherToken: ben.accessToken, refreshToken: ann.refreshToken, key, now };
    const vectors = tokenVectors(given);
    expect(vectors.length).toBeGreaterThan(130);
    const firsts = new Map(vectors.toReversed().map(([name, token]) => [token, name]));
    expect(vectors.filter(([name, token]) => firsts.get(token) !== name).map(([name]) => name)).toEqual([]);
    const believed: string[] = [];
    for (const [name, token] of vectors) {
      for (const answer of [await askWith(atrium.url, token), await askWith(atrium.url, token)])
        if (codeOf(answer) !== "UNAUTHENTICATED" || answer.data?.me)
          believed.push(`${name}: ${JSON.stringify(answer)}`);
    }
    expect(believed).toEqual([]);
    expect((await ask(atrium.url, me, bearer(ann))).data?.me).toBeTruthy();
  }, 60_000);

  test("I1 tokens of keys that nobody knows make the process look for them four times a second and no more", async () => {
    const key = await stealSigningKey(atrium.app, atrium.database);
    const tokens = Array.from({ length: 200 }, (_, index) => {
      const kid = `${key.kid.slice(0, -3)}${String(index).padStart(3, "0")}`;
      return forge({ ...headerOf(ann.accessToken), kid }, claimsOf(ann.accessToken), key.privateKey);
    });
    const { database } = atrium.app;
    const apart = database.apart.bind(database);
    let looks = 0;
    database.apart = (query, options) => {
      looks += 1;
      return apart(query, options);
    };
    const startedAt = performance.now();
    const answers = await Promise.all(tokens.map((token) => askWith(atrium.url, token)));
    expect(new Set(answers.map(codeOf))).toEqual(new Set(["UNAUTHENTICATED"]));
    database.apart = apart;
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(3 + (performance.now() - startedAt) / 250);
    expect((await ask(atrium.url, me, bearer(ann))).data?.me).toBeTruthy();
  });
});

test("I1 a token is for the installation that made it: another PUBLIC_URL is another issuer, whatever the key", async () => {
  const one = await startAtrium({ withWorkers: false, env: { PUBLIC_URL: "https://one.example.com" } });
  const two = await startAtrium({
    withWorkers: false,
    database: one.database,
    env: { PUBLIC_URL: "https://two.example.com" },
  });
  try {
    const local = (atrium: TestAtrium, token: string) =>
      atrium.app.authentication.authenticate(token, undefined, "request-of-the-test");
    const { sdk } = one.stranger;
    expect(sdk).toBeDefined();
    const pair = await one.app.accounts.signUp(
      { email: "ann@example.com", password: "correct horse battery" },
      { requestId: "request-of-the-test", userAgent: undefined, address: "127.0.0.1" },
    );
    expect(claimsOf(pair.accessToken)).toMatchObject({
      iss: "https://one.example.com",
      aud: "https://one.example.com",
    });
    expect(await local(one, pair.accessToken)).toBeDefined();
    expect(await local(two, pair.accessToken)).toBeUndefined();
  } finally {
    await two.close();
    await one.close();
  }
});
