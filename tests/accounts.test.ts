import { hash } from "@node-rs/argon2";
import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Mailboxes, startMailboxes } from "./support/mailbox.js";
import { TestClock } from "./support/test-clock.js";

const minute = 60_000;
const subjects = {
  verify: "Confirm your e-mail address",
  reset: "Reset your password",
  changed: "Your password was changed",
  newAddress: "Confirm your new e-mail address",
};

let mailboxes: Mailboxes;
let atrium: TestAtrium;

beforeAll(async () => {
  mailboxes = await startMailboxes();
  atrium = await startAtrium({ env: mailboxes.env });
});
afterAll(async () => {
  await atrium.close();
  await mailboxes.close();
});

const send = (query: string, variables: object = {}, person?: Person): Promise<Answer> =>
  ask(atrium.url, { query, variables }, person === undefined ? {} : bearer(person));
const verify = (token: string) =>
  send("mutation ($token: String!) { verifyEmail(token: $token) { id email isVerified } }", { token });
const requestReset = (email: string) =>
  send("mutation ($email: String!) { requestPasswordReset(email: $email) { sentTo expiresAt } }", { email });
const reset = (token: string, newPassword: string) =>
  send("mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }", {
    input: { token, newPassword },
  });
const changePassword = (person: Person, currentPassword: string, newPassword: string) =>
  send(
    "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }",
    { input: { currentPassword, newPassword } },
    person,
  );
const changeEmail = (person: Person, email: string, password = person.password) =>
  send(
    "mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { sentTo } }",
    { input: { email, password } },
    person,
  );
const requestVerification = (person: Person) =>
  send("mutation { requestEmailVerification { sentTo expiresAt } }", {}, person);
const signIn = (email: string, password: string) => atrium.stranger.sdk.SignIn({ input: { email, password } });
const fieldOf = ({ errors }: Answer) => errors?.[0]?.extensions.field;
const isVerified = async (person: Person) => (await send("{ me { isVerified } }", {}, person)).data?.me;
const freshEmail = () => `${crypto.randomUUID()}@example.com`;

describe("confirming an address", () => {
  test("I9 a new account is confirmed by the link that was mailed to it", async () => {
    const ann = await atrium.signUp();
    expect(await isVerified(ann)).toEqual({ isVerified: false });
    const token = await mailboxes.token(ann.email, subjects.verify);
    expect((await verify(token)).data?.verifyEmail).toMatchObject({ email: ann.email, isVerified: true });
    expect(await isVerified(ann)).toEqual({ isVerified: true });
    expect(codeOf(await requestVerification(ann))).toBe("CONFLICT");
  });

  test("I9 of twenty parallel uses of one link one succeeds, and none after it", async () => {
    const ann = await atrium.signUp();
    const token = await mailboxes.token(ann.email, subjects.verify);
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    const refused = answers.filter(({ errors }) => errors !== undefined);
    expect(new Set(refused.map(codeOf))).toEqual(new Set(["BAD_USER_INPUT"]));
    expect(codeOf(await verify(token))).toBe("BAD_USER_INPUT");
  });

  test("I9 a link ends after its time, when the next one is made, and is no link of another kind", async () => {
    const clock = new TestClock();
    const alone = await startAtrium({ clock, withWorkers: false });
    try {
      const at = (query: string, variables: object, person?: Person) =>
        ask(alone.url, { query, variables }, person === undefined ? {} : bearer(person));
      const confirm = (token: string) =>
        at("mutation ($token: String!) { verifyEmail(token: $token) { id } }", { token });
      const again = (person: Person) => at("mutation { requestEmailVerification { sentTo } }", {}, person);
      const lastToken = async () => /#verify=(\S+)/.exec((await alone.app.mails.last(1))[0]?.text ?? "")?.[1] ?? "";
      const ann = await alone.signUp();
      const first = await lastToken();
      const early = await again(ann);
      expect(codeOf(early)).toBe("RATE_LIMITED");
      expect(early.errors?.[0]?.extensions.retryAfter).toBe(60);
      clock.pass(minute + 1_000);
      expect((await again(ann)).data?.requestEmailVerification).toEqual({ sentTo: ann.email });
      const second = await lastToken();
      expect(second).not.toBe(first);
      expect(codeOf(await confirm(first))).toBe("BAD_USER_INPUT");
      const misused = await at("mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }", {
        input: { token: second, newPassword: "a password of one's own" },
      });
      expect(fieldOf(misused)).toBe("input.token");
      for (const nonsense of ["", "x".repeat(10_000), `${second}=`, second.toUpperCase()])
        expect(codeOf(await confirm(nonsense))).toBe("BAD_USER_INPUT");
      clock.pass(24 * 60 * minute);
      expect(codeOf(await confirm(second))).toBe("BAD_USER_INPUT");
    } finally {
      await alone.close();
    }
  });

  test("I9 a dry run and a refused sign-up mail nobody", async () => {
    const email = freshEmail();
    const query = "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }";
    const input = { email, password: "a password of one's own" };
    const rehearsed = await ask(atrium.url, { query, variables: { input } }, { "dry-run": "true" });
    expect(rehearsed.data?.signUp).toBeDefined();
    expect(codeOf(await send(query, { input: { ...input, password: "password123" } }))).toBe("BAD_USER_INPUT");
    const ann = await atrium.signUp();
    await mailboxes.token(ann.email, subjects.verify);
    expect(mailboxes.lettersTo(email)).toEqual([]);
  });
});

describe("resetting a password", () => {
  test("I9 a mailed link sets a new password, ends every session, and tells the owner", async () => {
    const ann = await atrium.signUp();
    const elsewhere = personAt(atrium.url, { ...ann, ...(await signIn(ann.email, ann.password)).signIn });
    const { data } = await requestReset(ann.email.toUpperCase());
    expect(data?.requestPasswordReset).toMatchObject({ sentTo: ann.email.toUpperCase() });
    const token = await mailboxes.token(ann.email, subjects.reset);
    expect((await reset(token, "a password of one's own")).errors).toBeUndefined();
    for (const person of [ann, elsewhere])
      expect(await errorOf(person.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await errorOf(atrium.stranger.sdk.RefreshSession({ refreshToken: ann.refreshToken }))).toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect(await errorOf(signIn(ann.email, ann.password))).toMatchObject({ code: "UNAUTHENTICATED" });
    const { signIn: pair } = await signIn(ann.email, "a password of one's own");
    await mailboxes.letter(ann.email, subjects.changed);
    // Reading the mail has shown that the address is theirs.
    expect(await isVerified(personAt(atrium.url, { ...ann, ...pair }))).toEqual({ isVerified: true });
    expect(codeOf(await reset(token, "another of one's own"))).toBe("BAD_USER_INPUT");
  });

  test("I9 who made an account with somebody else's address has no way back in after the owner's reset", async () => {
    const squatter = await atrium.signUp();
    const query = 'mutation { createApiKey(input: { name: "back door", scopes: ["quote:read"] }) { secret } }';
    const { secret } = ((await send(query, {}, squatter)).data as { createApiKey: { secret: string } }).createApiKey;
    const read = () => ask(atrium.url, { query: "{ quotes { totalCount } }" }, { authorization: `Bearer ${secret}` });
    expect((await read()).errors).toBeUndefined();
    await requestReset(squatter.email);
    await reset(await mailboxes.token(squatter.email, subjects.reset), "a password of one's own");
    await eventually(read, (answer) => codeOf(answer) === "UNAUTHENTICATED", 1_000);
    expect(await errorOf(squatter.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("I9 twenty parallel resets with one link set one password", async () => {
    const ann = await atrium.signUp();
    await requestReset(ann.email);
    const token = await mailboxes.token(ann.email, subjects.reset);
    const passwords = Array.from({ length: 20 }, (_, index) => `a password numbered ${index}`);
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    const winners = passwords.filter((_, index) => answers[index]?.errors === undefined);
    expect(winners).toHaveLength(1);
    await signIn(ann.email, winners[0] ?? "");
  });

  test("I9 nobody learns from a reset whether an address has an account: not by the answer, its time, or SQL", async () => {
    const ann = await atrium.signUp();
    const measure = async (email: string) => {
      const begun = performance.now();
      const answer = await requestReset(email);
      return { answer, ms: performance.now() - begun };
    };
    await measure(freshEmail());
    const known = [];
    const unknown = [];
    for (let round = 0; round < 15; round += 1) {
      known.push(await measure(ann.email));
      unknown.push(await measure(freshEmail()));
    }
    const median = (all: { ms: number }[]) => all.map(({ ms }) => ms).sort((a, b) => a - b)[7] ?? 0;
    expect(median(known) / median(unknown)).toBeGreaterThan(0.5);
    expect(median(known) / median(unknown)).toBeLessThan(2);
    for (const { answer } of [...known, ...unknown]) {
      expect(answer.errors).toBeUndefined();
      expect(Object.keys(answer.data?.requestPasswordReset ?? {})).toEqual(["sentTo", "expiresAt"]);
    }
    // Fifteen wishes within a minute are one mail.
    await mailboxes.letter(ann.email, subjects.reset);
    await eventually(
      () => atrium.database.query("select 1 from single_use_token where purpose = 'ask-for-reset'"),
      ({ length }) => length === 0,
    );
    expect(mailboxes.lettersTo(ann.email).filter(({ subject }) => subject === subjects.reset)).toHaveLength(1);
  });

  test("I9 what is stored and what jobs carry holds neither address nor secret", async () => {
    const ann = await atrium.signUp();
    await requestReset(ann.email);
    const token = await mailboxes.token(ann.email, subjects.reset);
    for (const table of ["job", "event", "single_use_token", "mail"]) {
      const stored = JSON.stringify(await atrium.database.query(`select * from ${table}`));
      expect(stored.length).toBeGreaterThan(100);
      for (const secret of [token, ann.email, ann.password]) expect(stored).not.toContain(secret);
    }
  });

  test("I9 a sign-in that was under way with the old password opens no session after the reset", async () => {
    const ann = await atrium.signUp();
    await requestReset(ann.email);
    const token = await mailboxes.token(ann.email, subjects.reset);
    const attempts = Array.from({ length: 20 }, () => signIn(ann.email, ann.password).catch(() => undefined));
    const [pairs] = await Promise.all([Promise.all(attempts), reset(token, "a password of one's own")]);
    for (const pair of pairs.filter((each) => each !== undefined)) {
      const thief = personAt(atrium.url, { ...ann, ...pair.signIn });
      await eventually(
        () =>
          thief.sdk.Me().then(
            () => "in",
            () => "out",
          ),
        (state) => state === "out",
        1_500,
      );
    }
  });
});

describe("changing password and address", () => {
  test("I9 a password changes by the old one, and other sessions end", async () => {
    const ann = await atrium.signUp();
    const elsewhere = personAt(atrium.url, { ...ann, ...(await signIn(ann.email, ann.password)).signIn });
    expect(fieldOf(await changePassword(ann, "not the password", "a password of one's own"))).toBe(
      "input.currentPassword",
    );
    expect((await changePassword(ann, ann.password, "a password of one's own")).errors).toBeUndefined();
    await ann.sdk.Me();
    expect(await errorOf(elsewhere.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
    await mailboxes.letter(ann.email, subjects.changed);
  });

  test("I9 a new address counts once it is confirmed; the old one hears of it, and its links end", async () => {
    const ann = await atrium.signUp();
    const email = freshEmail();
    await requestReset(ann.email);
    const oldReset = await mailboxes.token(ann.email, subjects.reset);
    expect(fieldOf(await changeEmail(ann, email, "not the password"))).toBe("input.password");
    expect((await changeEmail(ann, email.toUpperCase())).data?.changeEmail).toEqual({ sentTo: email.toUpperCase() });
    await mailboxes.letter(ann.email, "Your e-mail address is about to change");
    await signIn(ann.email, ann.password);
    const token = await mailboxes.token(email, subjects.newAddress);
    expect((await verify(token)).data?.verifyEmail).toMatchObject({ email, isVerified: true });
    await mailboxes.letter(ann.email, "Your e-mail address was changed");
    await signIn(email, ann.password);
    expect(await errorOf(signIn(ann.email, ann.password))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(codeOf(await reset(oldReset, "a password of one's own"))).toBe("BAD_USER_INPUT");
  });

  test("I9 two accounts that want one address get it once", async () => {
    const [ann, bob] = [await atrium.signUp(), await atrium.signUp()];
    expect(await changeEmail(ann, bob.email)).toMatchObject({ errors: [{ extensions: { code: "CONFLICT" } }] });
    const email = freshEmail();
    for (const person of [ann, bob]) expect((await changeEmail(person, email)).errors).toBeUndefined();
    await eventually(
      async () => mailboxes.lettersTo(email),
      ({ length }) => length === 2,
    );
    const tokens = mailboxes.lettersTo(email).map(({ text }) => /#verify=(\S+)/.exec(text)?.[1] ?? "");
    const answers = await Promise.all(tokens.map(verify));
    expect(answers.map(({ errors }) => errors?.[0]?.extensions.code).sort()).toEqual(["CONFLICT", undefined]);
  });
});

describe("passwords", () => {
  test("I9 passwords that everybody guesses, or that say who one is, are refused at their field", async () => {
    const refused = [
      "password",
      "Password1",
      "p4ssw0rd!",
      "12345678",
      "87654321",
      "aaaaaaaa",
      "qwertyuiop",
      "1qaz2wsx",
      "iloveyou2024",
      "Dragon99!",
      "abcabcabc",
      "passwordpassword",
      "letmein123",
      "margarethe-77",
      "margarethe",
      "atrium12",
    ];
    for (const password of refused) {
      const answer = await errorOf(
        atrium.stranger.sdk.SignUp({ input: { email: `margarethe@${crypto.randomUUID()}.example`, password } }),
      );
      expect([password, answer.code, answer.details]).toEqual([
        password,
        "BAD_USER_INPUT",
        expect.objectContaining({ field: "input.password" }),
      ]);
    }
    for (const password of [
      "correct horse battery",
      "tall-green-lamp",
      "x7 Kq9 vTz",
      "ünïcödé wörks",
      "        lamp      ",
    ])
      await atrium.stranger.sdk.SignUp({ input: { email: freshEmail(), password } });
  });

  test("I1 a hash of an older policy is made anew by the next sign-in", async () => {
    const ann = await atrium.signUp();
    const old = await hash(ann.password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await atrium.database.query('update "user" set password_hash = $1 where email = $2', [old, ann.email]);
    expect(await errorOf(signIn(ann.email, "a wrong password"))).toMatchObject({ code: "UNAUTHENTICATED" });
    const stored = async () =>
      (
        await atrium.database.query<{ hash: string }>('select password_hash as hash from "user" where email = $1', [
          ann.email,
        ])
      )[0]?.hash;
    expect(await stored()).toBe(old);
    await signIn(ann.email, ann.password);
    const renewed = await stored();
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await signIn(ann.email, ann.password);
    expect(await stored()).toBe(renewed);
  });
});

describe("usernames", () => {
  test("I9 a chosen name is taken once, whatever its case; one that nobody chose makes way", async () => {
    const name = `Zoë-${crypto.randomUUID().slice(0, 8)}`;
    const input = { password: "correct horse battery", username: name };
    await atrium.stranger.sdk.SignUp({ input: { ...input, email: freshEmail() } });
    const again = { ...input, username: name.toUpperCase(), email: freshEmail() };
    expect(await errorOf(atrium.stranger.sdk.SignUp({ input: again }))).toMatchObject({
      code: "CONFLICT",
      details: { field: "input.username" },
    });
    const local = crypto.randomUUID();
    const made = await Promise.all(
      ["one", "two", "three", "four"].map((host) =>
        atrium.stranger.sdk.SignUp({ input: { email: `${local}@${host}.example`, password: input.password } }),
      ),
    );
    const names = made.map(({ signUp }) => signUp.user.username);
    expect(new Set(names).size).toBe(4);
    for (const each of names) expect(each.startsWith(local)).toBe(true);
  });
});
