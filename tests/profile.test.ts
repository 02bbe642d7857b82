import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
});
afterAll(() => atrium.close());

const send = (person: Person, query: string, variables: object = {}): Promise<Answer> =>
  ask(atrium.url, { query, variables }, bearer(person));
const profile = "id username displayName bio locale timeZone";
const update = (person: Person, input: object) =>
  send(person, `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${profile} } }`, { input });
const patch = (person: Person, value: unknown) =>
  send(person, "mutation ($patch: JSONObject!) { updatePreferences(patch: $patch) { preferences } }", { patch: value });
const preferences = async (person: Person) =>
  ((await send(person, "{ me { preferences } }")).data as { me: { preferences: unknown } }).me.preferences;
const again = async (person: Person) => {
  const { signIn } = await atrium.stranger.sdk.SignIn({ input: { email: person.email, password: person.password } });
  return personAt(atrium.url, { ...person, ...signIn });
};

test("I8 what one says of oneself and how one likes things is there in a new session", async () => {
  const ann = await atrium.signUp();
  const name = `ann-${crypto.randomUUID()}`;
  const input = {
    username: ` ${name} `,
    displayName: "Ann Lee",
    bio: "Builds bridges.",
    locale: "de-at",
    timeZone: "europe/vienna",
  };
  const shown = {
    username: name,
    displayName: "Ann Lee",
    bio: "Builds bridges.",
    locale: "de-AT",
    timeZone: "Europe/Vienna",
  };
  expect((await update(ann, input)).data?.updateProfile).toMatchObject(shown);
  await patch(ann, { theme: "dark", editor: { font: 14, wrap: true } });
  const elsewhere = await again(ann);
  expect((await send(elsewhere, `{ me { ${profile} } }`)).data?.me).toMatchObject(shown);
  expect(await preferences(elsewhere)).toEqual({ theme: "dark", editor: { font: 14, wrap: true } });
  // What is left out stays, what is null goes.
  expect((await update(elsewhere, { bio: null, displayName: "  " })).data?.updateProfile).toMatchObject({
    ...shown,
    bio: null,
    displayName: null,
  });
});

test("I8 preferences are changed by merge patches, as RFC 7396 has it", async () => {
  const ann = await atrium.signUp();
  expect(await preferences(ann)).toEqual({});
  for (const [given, expected] of [
    [{ a: "b" }, { a: "b" }],
    [{ a: "c" }, { a: "c" }],
    [{ b: { c: [1, null], d: 1 } }, { a: "c", b: { c: [1, null], d: 1 } }],
    [{ a: null, b: { d: null, e: { f: null } } }, { b: { c: [1, null], e: {} } }],
    [{ b: "flat" }, { b: "flat" }],
    [{ b: { x: 1 } }, { b: { x: 1 } }],
    [{ missing: null }, { b: { x: 1 } }],
  ] as const) {
    expect((await patch(ann, given)).errors).toBeUndefined();
    expect(await preferences(ann)).toEqual(expected);
  }
});

test("I8 thirty parallel patches are all kept", async () => {
  const ann = await atrium.signUp();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => patch(ann, { [`key${index}`]: index })));
  expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  expect(Object.keys((await preferences(ann)) as object)).toHaveLength(30);
});

test("I8 preferences are bounded, and change nothing but themselves", async () => {
  const ann = await atrium.signUp();
  await patch(ann, { a: "x".repeat(10_000) });
  const tooMuch = await patch(ann, { b: "ü".repeat(4_000) });
  expect([codeOf(tooMuch), tooMuch.errors?.[0]?.extensions.field]).toEqual(["BAD_USER_INPUT", "patch"]);
  let deep: unknown = 1;
  for (let level = 0; level < 40; level += 1) deep = { deep };
  expect(codeOf(await patch(ann, deep))).toBe("BAD_USER_INPUT");
  const query = "mutation ($patch: JSONObject!) { updatePreferences(patch: $patch) { preferences } }";
  const raw = `{"query":${JSON.stringify(query)},"variables":{"patch":{"__proto__":{"isOperator":true}}}}`;
  const answer = await fetch(`${atrium.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(ann) },
    body: raw,
  });
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
  expect(({} as { isOperator?: boolean }).isOperator).toBeUndefined();
  const written = await send(ann, "mutation { updatePreferences(patch: { __proto__: { isOperator: true } }) { id } }");
  expect(codeOf(written)).toBe("BAD_USER_INPUT");
  for (const wrong of [[1], "text", 5, null]) expect(codeOf(await patch(ann, wrong))).toBe("BAD_USER_INPUT");
  expect(await preferences(ann)).toEqual({ a: "x".repeat(10_000) });
});

test("I8 a patch may stand in the document as well", async () => {
  const ann = await atrium.signUp();
  await patch(ann, { tea: { green: true, black: true } });
  const { errors } = await send(ann, "mutation { updatePreferences(patch: { tea: { black: null }, n: 1 }) { id } }");
  expect(errors).toBeUndefined();
  expect(await preferences(ann)).toEqual({ tea: { green: true }, n: 1 });
});

test("I9 what is wrong with a profile is said at its field", async () => {
  const [ann, bob] = [await atrium.signUp(), await atrium.signUp()];
  for (const [input, code, field] of [
    [{ username: bob.email.split("@")[0]?.toUpperCase() }, "CONFLICT", "input.username"],
    [{ username: "" }, "BAD_USER_INPUT", "input.username"],
    [{ username: null }, "BAD_USER_INPUT", "input.username"],
    [{ username: "   " }, "BAD_USER_INPUT", "input.username"],
    [{ username: "x".repeat(101) }, "BAD_USER_INPUT", "input.username"],
    [{ displayName: "x".repeat(101) }, "BAD_USER_INPUT", "input.displayName"],
    [{ bio: "x".repeat(1_001) }, "BAD_USER_INPUT", "input.bio"],
    [{ locale: "not a language" }, "BAD_USER_INPUT", "input.locale"],
    [{ locale: "" }, "BAD_USER_INPUT", "input.locale"],
    [{ timeZone: "Middle-earth/Shire" }, "BAD_USER_INPUT", "input.timeZone"],
    [{ timeZone: "+02:00" }, "BAD_USER_INPUT", "input.timeZone"],
    [{ timeZone: null }, "BAD_USER_INPUT", "input.timeZone"],
  ] as const) {
    const answer = await update(ann, input);
    expect([input, codeOf(answer), answer.errors?.[0]?.extensions.field]).toEqual([input, code, field]);
  }
});

test("I9 one name is given once, however many ask for it at a time", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => atrium.signUp()));
  const username = `wanted-${crypto.randomUUID()}`;
  const answers = await Promise.all(people.map((person) => update(person, { username })));
  expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  expect(new Set(answers.filter(({ errors }) => errors !== undefined).map(codeOf))).toEqual(new Set(["CONFLICT"]));
});

test("I8 nobody reads the preferences of somebody else, not even in the same workspace", async () => {
  const [ann, bob] = [await atrium.signUp(), await atrium.signUp()];
  await patch(ann, { diary: "a secret of mine" });
  const [home] = await atrium.database.query<{ workspace_id: string; user_id: string }>(
    'select m.* from membership m join "user" u on u.id = m.user_id where u.email = $1',
    [ann.email],
  );
  await atrium.database.query(
    `insert into membership (id, workspace_id, created_at, user_id, role)
     select 'membership_' || right(id, 26), $1, now(), id, 'EDITOR' from "user" where email = $2`,
    [home?.workspace_id, bob.email],
  );
  await send(ann, 'mutation { createQuote(input: { text: "Mine.", author: "Ann" }) { id } }');
  const seen = await ask(
    atrium.url,
    { query: "{ quotes { nodes { createdBy { id username preferences isOperator } } } }" },
    bearer(bob, { "x-workspace-id": home?.workspace_id ?? "" }),
  );
  expect(seen.data?.quotes).toMatchObject({
    nodes: [{ createdBy: { id: home?.user_id, preferences: null, isOperator: null } }],
  });
  const stranger = atrium.stranger.sdk.SignIn({ input: { email: ann.email, password: "wrong" } });
  expect(await errorOf(stranger)).toMatchObject({ code: "UNAUTHENTICATED" });
});
