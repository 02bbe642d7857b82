import { generateSync } from "otplib";
import { ask, bearer, codeOf, dataOf } from "./support/ask.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { Authenticator } from "./support/authenticator.js";
import { type Issuer, startIssuer } from "./support/issuer.js";
import { type Mailboxes, startMailboxes } from "./support/mailbox.js";

const redirectUri = "http://127.0.0.1:9/signed-in/acme";
const newPassword = "a bridge of green cheese";

let acme: Issuer;
let mailboxes: Mailboxes;
let atrium: TestAtrium;

beforeAll(async () => {
  acme = await startIssuer({ redirectUris: [redirectUri] });
  mailboxes = await startMailboxes();
  atrium = await startAtrium({
    env: {
      ...mailboxes.env,
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
  await mailboxes.close();
  await acme.close();
});

const send = (query: string, variables: object = {}, person?: Pick<Person, "accessToken">) =>
  ask(atrium.url, { query, variables }, person === undefined ? {} : bearer(person as Person));
const here = () => atrium.url.replace("127.0.0.1", "localhost");

const signInAtAcme = async (subject: string) => {
  const started = await send(
    `mutation { startOAuth(input: { provider: "acme", redirectUri: "${redirectUri}" }) { authorizationUrl bindingSecret } }`,
  );
  const { authorizationUrl, bindingSecret } = dataOf<Record<string, string>>(started, "startOAuth");
  const callbackUrl = await acme.visit(authorizationUrl ?? "", subject);
  return send("mutation ($input: CompleteOAuthInput!) { completeOAuth(input: $input) { accessToken user { id } } }", {
    input: { callbackUrl, bindingSecret },
  });
};

const addPasskey = async (person: Pick<Person, "accessToken">) => {
  const key = new Authenticator(here());
  const started = await send("mutation { startPasskeyRegistration { options } }", {}, person);
  const { options } = dataOf<{ options: Parameters<Authenticator["make"]>[0] }>(started, "startPasskeyRegistration");
  const document =
    "mutation ($input: FinishPasskeyRegistrationInput!) { finishPasskeyRegistration(input: $input) { id } }";
  dataOf(
    await send(document, { input: { credential: key.make(options), name: "key" } }, person),
    "finishPasskeyRegistration",
  );
  return key;
};
const signInByPasskey = async (key: Authenticator) => {
  const started = await send("mutation { startPasskeySignIn { options } }");
  const { options } = dataOf<{ options: Parameters<Authenticator["sign"]>[0] }>(started, "startPasskeySignIn");
  return send("mutation ($input: FinishPasskeySignInInput!) { finishPasskeySignIn(input: $input) { accessToken } }", {
    input: { credential: key.sign(options) },
  });
};

const turnOnTotp = async (person: Pick<Person, "accessToken">) => {
  const { secret } = dataOf<{ secret: string }>(
    await send("mutation { startTotp { secret } }", {}, person),
    "startTotp",
  );
  const confirmed = "mutation ($code: String!) { confirmTotp(input: { code: $code }) { codes } }";
  const answer = await send(confirmed, { code: generateSync({ secret }) }, person);
  return dataOf<{ codes: string[] }>(answer, "confirmTotp").codes;
};

const resetPassword = async (email: string) => {
  dataOf(
    await send("mutation ($email: String!) { requestPasswordReset(email: $email) { sentTo } }", { email }),
    "requestPasswordReset",
  );
  const token = await mailboxes.token(email, "Reset your password");
  const document = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }";
  dataOf(await send(document, { input: { token, newPassword } }), "resetPassword");
};
const signIn = (email: string, code?: string) =>
  send("mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }", {
    input: { email, password: newPassword, code },
  });

test("I4 a mailed link sets a new password, and leaves second factor, passkeys and identities as they are", async () => {
  const email = "eve@issuer.example";
  acme.accounts.set("eve", { email, email_verified: true });
  const eve = dataOf<{ accessToken: string }>(await signInAtAcme("eve"), "completeOAuth");
  const key = await addPasskey(eve);
  const codes = await turnOnTotp(eve);
  await resetPassword(email);
  expect((await signIn(email)).errors?.[0]?.extensions.secondFactor).toEqual(["TOTP", "RECOVERY_CODE", "PASSKEY"]);
  expect((await signIn(email, codes[0])).errors).toBeUndefined();
  expect((await signInByPasskey(key)).errors).toBeUndefined();
  expect((await signInAtAcme("eve")).errors?.[0]?.extensions.secondFactor).toContain("TOTP");
});

test("I4 who makes an account with somebody else's address keeps no way into it once its owner comes", async () => {
  const email = "victim@issuer.example";
  // The issuer lets Mallory name any address, and says so.
  acme.accounts.set("mallory", { email, email_verified: false });
  const mallory = dataOf<{ accessToken: string; user: { id: string } }>(await signInAtAcme("mallory"), "completeOAuth");
  const key = await addPasskey(mallory);
  await turnOnTotp(mallory);
  await resetPassword(email);
  expect(codeOf(await send("{ me { id } }", {}, mallory))).toBe("UNAUTHENTICATED");
  expect(codeOf(await signInByPasskey(key))).toBe("UNAUTHENTICATED");
  expect(codeOf(await signInAtAcme("mallory"))).toBe("CONFLICT");
  const owner = dataOf<{ accessToken: string }>(await signIn(email), "signIn");
  const { data } = await send("{ me { id isVerified } passkeys { id } linkedIdentities { id } }", {}, owner);
  expect(data).toEqual({ me: { id: mallory.user.id, isVerified: true }, passkeys: [], linkedIdentities: [] });
});
