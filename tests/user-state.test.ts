import { connect } from "#schema/connect.js";
import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
let operator: Person;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  operator = await atrium.signUpOperator();
});
afterAll(() => atrium.close());

const send = (person: Person, query: string, variables: object = {}): Promise<Answer> =>
  ask(atrium.url, { query, variables }, bearer(person));
const deactivate = (by: Person, id: string) =>
  send(by, "mutation ($id: ID!) { deactivateUser(id: $id) { id isActive } }", { id });
const reactivate = (by: Person, id: string) =>
  send(by, "mutation ($id: ID!) { reactivateUser(id: $id) { id isActive } }", { id });
const idOf = async (person: Person) => (await person.sdk.Me()).me.id;
const signIn = ({ email, password }: Person) => atrium.stranger.sdk.SignIn({ input: { email, password } });

test("I9 a deactivated user is out within a second: sessions, refresh tokens, API keys, sockets, links", async () => {
  const sockets: WebSocket[] = [];
  const ann = await atrium.signUp({ onSocket: (socket) => sockets.push(socket) });
  const id = await idOf(ann);
  const { data } = await send(
    ann,
    'mutation { createApiKey(input: { name: "mine", scopes: ["quote:read"] }) { secret } }',
  );
  const { secret } = (data as { createApiKey: { secret: string } }).createApiKey;
  const program = connect(atrium.url, { accessToken: () => secret });
  await program.sdk.Quotes({});
  const following = ann
    .subscribe("subscription { events { id } }")
    .next()
    .catch(() => undefined);
  const socket = await eventually(async () => sockets[0], Boolean);
  const closed = new Promise<number>((resolve) => socket?.addEventListener("close", ({ code }) => resolve(code)));

  const begun = performance.now();
  expect((await deactivate(operator, id)).data?.deactivateUser).toEqual({ id, isActive: false });
  expect(await closed).toBe(4401);
  await following;
  for (const client of [ann, program]) {
    await eventually(
      () =>
        client.sdk.Quotes({}).then(
          () => "in",
          () => "out",
        ),
      (state) => state === "out",
      1_000 - (performance.now() - begun),
    );
    expect(await errorOf(client.sdk.Quotes({}))).toMatchObject({ code: "UNAUTHENTICATED" });
  }
  expect(performance.now() - begun).toBeLessThan(1_000);
  const unknown = await errorOf(atrium.stranger.sdk.SignIn({ input: { email: "nobody@example.com", password: "x" } }));
  expect(await errorOf(signIn(ann))).toMatchObject({ code: "UNAUTHENTICATED", message: unknown.message });
  expect(await errorOf(atrium.stranger.sdk.RefreshSession({ refreshToken: ann.refreshToken }))).toMatchObject({
    code: "UNAUTHENTICATED",
  });
  const links = await atrium.database.query("select 1 from single_use_token where user_id = $1", [id]);
  expect(links).toEqual([]);

  // Opened again, the account is there with its data; what had ended stays ended.
  expect((await reactivate(operator, id)).data?.reactivateUser).toEqual({ id, isActive: true });
  expect(await errorOf(ann.sdk.Me())).toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await errorOf(program.sdk.Quotes({}))).toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await idOf(personAt(atrium.url, { ...ann, ...(await signIn(ann)).signIn }))).toBe(id);
  await program.close();
});

test("I9 sign-ins that race with a deactivation leave nobody in", async () => {
  const ann = await atrium.signUp();
  const id = await idOf(ann);
  const attempts = Array.from({ length: 20 }, () => signIn(ann).catch(() => undefined));
  await deactivate(operator, id);
  const pairs = (await Promise.all(attempts)).filter((pair) => pair !== undefined);
  for (const pair of pairs) {
    const inside = personAt(atrium.url, { ...ann, ...pair.signIn });
    await eventually(
      () =>
        inside.sdk.Me().then(
          () => "in",
          () => "out",
        ),
      (state) => state === "out",
      1_500,
    );
  }
  const live = await atrium.database.query("select 1 from session where user_id = $1 and revoked_at is null", [id]);
  expect(live).toEqual([]);
});

test("I9 operators alone do so, not to themselves, and unknown ids are not found", async () => {
  const [ann, bob] = [await atrium.signUp(), await atrium.signUp()];
  const [annId, operatorId] = [await idOf(ann), await idOf(operator)];
  for (const answer of [await deactivate(bob, annId), await reactivate(bob, annId), await deactivate(ann, annId)])
    expect(codeOf(answer)).toBe("FORBIDDEN");
  expect(codeOf(await deactivate(operator, operatorId))).toBe("CONFLICT");
  expect(codeOf(await deactivate(operator, `user_${"0".repeat(26)}`))).toBe("NOT_FOUND");
  expect(codeOf(await deactivate(operator, "nonsense"))).toBe("BAD_USER_INPUT");
  const find = (by: Person, email: string) =>
    send(by, "query ($email: String!) { userByEmail(email: $email) { id } }", { email });
  expect((await find(operator, ann.email.toUpperCase())).data?.userByEmail).toEqual({ id: annId });
  expect((await find(operator, "nobody@example.com")).data?.userByEmail).toBeNull();
  expect(codeOf(await find(bob, ann.email))).toBe("FORBIDDEN");
  const twice = await Promise.all(Array.from({ length: 10 }, () => deactivate(operator, annId)));
  expect(twice.filter(({ errors }) => errors !== undefined)).toEqual([]);
  const events = await atrium.database.query(
    "select 1 from event where kind = 'user.deactivated' and subject_id = $1",
    [annId],
  );
  expect(events).toHaveLength(1);
});
