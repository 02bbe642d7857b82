import { errorOf, eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, textOf } from "./support/follow.js";
import { joinWorkspace, type Member, signUpMember } from "./support/members.js";
import { scriptedProvider } from "./support/scripted-provider.js";

/** Slow enough that something can happen while it speaks. */
const words = Array.from({ length: 30 }, (_, n) => `w${n} `);

let atrium: TestAtrium;
let ann: Member;
let bob: Member;
let vera: Member;
const members: Member[] = [];

beforeAll(async () => {
  atrium = await startAtrium({ providers: [scriptedProvider({ words, delayMs: 80 }).provider] });
  ann = await signUpMember(atrium);
  bob = await joinWorkspace(atrium, ann.workspaceId, "ADMIN");
  vera = await joinWorkspace(atrium, ann.workspaceId, "VIEWER");
  members.push(bob, vera);
});
afterAll(async () => {
  for (const member of members) await member.close();
  await atrium.close();
});

const grant = (by: Member, resourceId: string, { userId }: Pick<Member, "userId">, level = "READ") =>
  by.query<{ grantAccess: { id: string; level: string } }>(
    `mutation ($resourceId: ID!, $userId: ID!) { grantAccess(resourceId: $resourceId, userId: $userId, level: ${level}) { id level } }`,
    { resourceId, userId },
  );
const revoke = (by: Member, resourceId: string, { userId }: Pick<Member, "userId">) =>
  by.query(
    "mutation ($resourceId: ID!, $userId: ID!) { revokeAccess(resourceId: $resourceId, userId: $userId) { id } }",
    {
      resourceId,
      userId,
    },
  );
const createPrivate = async (by: Member, text: string) => {
  const { createQuote } = await by.query<{ createQuote: { id: string } }>(
    `mutation ($text: String!) { createQuote(input: { text: $text, author: "Ann", visibility: PRIVATE }) { id } }`,
    { text },
  );
  return createQuote.id;
};
const update = (by: Member, id: string, input: object) =>
  by.query<{ updateQuote: { text: string } }>(
    "mutation ($id: ID!, $input: UpdateQuoteInput!) { updateQuote(id: $id, input: $input) { text } }",
    { id, input },
  );

/** Everything in which a quote could show, as one member sees it. */
const sightings = async (who: Member, id: string) => {
  const seen = await who.query<{
    quote: object | null;
    node: object | null;
    nodes: (object | null)[];
    quotes: { totalCount: number; nodes: object[] };
    quotesAggregate: { count: number }[];
    quoteFavourites: { totalCount: number };
    events: object[];
  }>(
    `query ($id: ID!) {
      quote(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id }
      quotes(filter: { id: { eq: $id } }) { totalCount nodes { id } }
      quotesAggregate(filter: { id: { eq: $id } }) { count }
      quoteFavourites(filter: { quote: { id: { eq: $id } } }) { totalCount }
    }`,
    { id },
  );
  const { events } = await who.query<{ events: { subjectId: string }[] }>("{ events(first: 1000) { subjectId } }");
  return [
    seen.quote !== null,
    seen.node !== null,
    seen.nodes[0] !== null,
    seen.quotes.totalCount === 1,
    seen.quotes.nodes.length === 1,
    seen.quotesAggregate[0]?.count === 1,
    seen.quoteFavourites.totalCount > 0,
    events.some(({ subjectId }) => subjectId === id),
  ];
};
const all = Array(8).fill(true);
const none = Array(8).fill(false);

test("I7 a private quote is seen by whoever made it, and nobody's role sees more", async () => {
  const id = await createPrivate(ann, "Mine alone.");
  await ann.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id });
  expect(await sightings(ann, id)).toEqual(all);
  for (const other of [bob, vera]) {
    expect(await sightings(other, id)).toEqual(none);
    expect(await errorOf(update(other, id, { text: "Taken." }))).toMatchObject({
      code: other === vera ? "FORBIDDEN" : "NOT_FOUND",
    });
  }
});

test("I7 a grant makes it appear everywhere at once, and a revoke removes it again", async () => {
  const id = await createPrivate(ann, "Shared and taken back.");
  await ann.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id });
  for (let round = 0; round < 3; round += 1) {
    expect(await sightings(vera, id)).toEqual(none);
    await grant(ann, id, vera);
    expect(await sightings(vera, id)).toEqual(all);
    expect(await sightings(bob, id)).toEqual(none);
    await revoke(ann, id, vera);
  }
  expect(await sightings(vera, id)).toEqual(none);
  expect(await errorOf(revoke(ann, id, vera))).toMatchObject({ code: "NOT_FOUND" });
});

test("I7 a level says what may be done, whatever the role", async () => {
  const id = await createPrivate(ann, "Levels.");
  const attempts = (who: Member) => [
    update(who, id, { text: "Changed." }),
    grant(who, id, bob.userId === who.userId ? vera : bob),
    update(who, id, { visibility: "PRIVATE", text: "Changed." }),
  ];
  const outcomes = async (who: Member) =>
    Promise.all(
      (await Promise.allSettled(attempts(who))).map((each) =>
        each.status === "fulfilled" ? "done" : (each.reason as { code: string }).code,
      ),
    );
  await grant(ann, id, vera, "READ");
  await grant(ann, id, bob, "READ");
  expect(await outcomes(vera)).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
  // An admin may write quotes, but not those that others keep for themselves.
  expect(await outcomes(bob)).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
  await grant(ann, id, vera, "WRITE");
  expect(await outcomes(vera)).toEqual(["done", "FORBIDDEN", "done"]);
  expect(await errorOf(update(vera, id, { visibility: "WORKSPACE" }))).toMatchObject({ code: "FORBIDDEN" });
  const remove = (who: Member) => who.query("mutation ($id: ID!) { deleteQuote(id: $id) { id } }", { id });
  expect(await errorOf(remove(vera))).toMatchObject({ code: "FORBIDDEN" });
  await grant(ann, id, vera, "MANAGE");
  expect(await outcomes(vera)).toEqual(["done", "done", "done"]);
  const granted = await vera.query<{ accessGrants: { nodes: { level: string; user: { id: string } }[] } }>(
    "query ($id: ID!) { accessGrants(filter: { resourceId: { eq: $id } }) { nodes { level user { id } } } }",
    { id },
  );
  expect(granted.accessGrants.nodes).toHaveLength(2);
  const bobs = await bob.query<typeof granted>(
    "query ($id: ID!) { accessGrants(filter: { resourceId: { eq: $id } }) { nodes { level user { id } } } }",
    { id },
  );
  expect(bobs.accessGrants.nodes).toMatchObject([{ level: "READ", user: { id: bob.userId } }]);
  await remove(vera);
  expect(await atrium.database.query("select 1 from access_grant where resource_id = $1", [id])).toEqual([]);
});

test("I7 a grant is given by who may, to members alone, and unknown people look like strangers", async () => {
  const id = await createPrivate(ann, "To whom.");
  const stranger = await signUpMember(atrium);
  const unknown = "user_01jd7z5m3fexampaeexampae00";
  const [foreign, missing] = await Promise.all(
    [stranger.userId, unknown].map((userId) => errorOf(grant(ann, id, { userId }))),
  );
  expect(foreign?.code).toBe("NOT_FOUND");
  expect(foreign?.message.replace(stranger.userId, "X")).toBe(missing?.message.replace(unknown, "X"));
  expect(await errorOf(grant(stranger, id, ann))).toMatchObject({ code: "NOT_FOUND" });
  expect(await errorOf(grant(bob, id, vera))).toMatchObject({ code: "NOT_FOUND" });
  expect(await errorOf(grant(ann, id, ann))).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "userId" } });
  expect(await errorOf(grant(ann, ann.userId, vera))).toMatchObject({ code: "BAD_USER_INPUT" });
  expect(await errorOf(grant(ann, "nonsense", vera))).toMatchObject({ code: "BAD_USER_INPUT" });
  await Promise.all(Array.from({ length: 30 }, (_, n) => grant(ann, id, vera, n % 2 === 0 ? "READ" : "WRITE")));
  expect(await atrium.database.query("select 1 from access_grant where resource_id = $1", [id])).toHaveLength(1);
  // Whoever was given access may give it up, and no more.
  expect(await errorOf(revoke(vera, id, bob))).toMatchObject({ code: "FORBIDDEN" });
  await revoke(vera, id, vera);
  expect(await sightings(vera, id)).toEqual(none);
});

test("I7 what becomes private takes its past along, with the job and the text that it streamed", async () => {
  const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "secrets" } });
  await collect(ann, job.id);
  const { job: made } = await ann.query<{ job: { result: { id: string; generation: { id: string } } } }>(
    "query ($id: ID!) { job(id: $id) { result { ... on Quote { id generation { id } } } } }",
    { id: job.id },
  );
  const quote = made.result.id;
  const things = [quote, made.result.generation.id, job.id];
  await bob.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id: quote });
  const sees = async (who: Member) => {
    const { nodes } = await who.query<{ nodes: (object | null)[] }>(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      {
        ids: things,
      },
    );
    const { events } = await who.query<{ events: { subjectId: string; data: object }[] }>(
      "{ events(first: 1000) { subjectId data } }",
    );
    const { quoteFavourites } = await who.query<{ quoteFavourites: { totalCount: number } }>(
      "query ($id: ID!) { quoteFavourites(filter: { quote: { id: { eq: $id } } }) { totalCount } }",
      { id: quote },
    );
    return {
      nodes: nodes.filter(Boolean).length,
      events: events.filter(({ subjectId }) => things.includes(subjectId)).length > 0,
      favourites: quoteFavourites.totalCount,
    };
  };
  expect(await errorOf(update(bob, quote, { visibility: "PRIVATE" }))).toMatchObject({ code: "FORBIDDEN" });
  expect(await sees(bob)).toEqual({ nodes: 3, events: true, favourites: 1 });
  await update(ann, quote, { visibility: "PRIVATE" });
  expect(await sees(bob)).toEqual({ nodes: 0, events: false, favourites: 0 });
  expect(await sees(ann)).toEqual({ nodes: 3, events: true, favourites: 1 });
  expect(await errorOf(collect(bob, job.id))).toMatchObject({ code: "NOT_FOUND" });
  await update(ann, quote, { visibility: "WORKSPACE" });
  expect(await sees(bob)).toEqual({ nodes: 3, events: true, favourites: 1 });
});

test("I7 whoever leaves the workspace finds no grant on coming back", async () => {
  const id = await createPrivate(ann, "Not for ever.");
  const guest = await joinWorkspace(atrium, ann.workspaceId, "VIEWER");
  members.push(guest);
  await grant(ann, id, guest, "MANAGE");
  await atrium.database.query("delete from membership where workspace_id = $1 and user_id = $2", [
    ann.workspaceId,
    guest.userId,
  ]);
  expect(await atrium.database.query("select 1 from access_grant where resource_id = $1", [id])).toEqual([]);
});

test("I7 events about a private thing reach those who see it, and nobody after a revoke", async () => {
  const heard = new Map<Member, string[]>();
  for (const who of [ann, bob, vera]) {
    const texts: string[] = [];
    heard.set(who, texts);
    void (async () => {
      const stream = who.subscribe<{ events: { data: { text?: string }; kind: string } }>(
        "subscription { events { kind data } }",
      );
      for await (const { events } of stream) if (events.data.text !== undefined) texts.push(events.data.text);
    })().catch(() => {});
  }
  await eventually(
    async () => atrium.app.live.followers,
    (followers) => followers > 0,
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const id = await createPrivate(ann, "One.");
  await update(ann, id, { text: "Two." });
  await grant(ann, id, vera);
  await update(ann, id, { text: "Three." });
  await revoke(ann, id, vera);
  await update(ann, id, { text: "Four." });
  await ann.sdk.CreateQuote({ input: { text: "For all.", author: "Ann" } });
  await eventually(
    async () => [...heard.values()],
    (lists) => lists.every((texts) => texts.includes("For all.")),
  );
  expect(heard.get(ann)).toEqual(["One.", "Two.", "Three.", "Four.", "For all."]);
  // Who may see an entry is asked when it is handed on: the third was made while it was shared.
  expect(heard.get(vera)?.filter((text) => text !== "Three.")).toEqual(["For all."]);
  expect(heard.get(bob)).toEqual(["For all."]);
});

test("I7 a private job is followed by those who see it, and a revoke ends their stream within a second", async () => {
  const { generateQuote: job } = await ann.query<{ generateQuote: { id: string } }>(
    `mutation { generateQuote(input: { topic: "secrets", visibility: PRIVATE }) { id } }`,
  );
  expect(await errorOf(collect(vera, job.id))).toMatchObject({ code: "NOT_FOUND" });
  await grant(ann, job.id, vera);
  const texts: string[] = [];
  const ended = (async () => {
    const stream = vera.subscribe<{ jobEvents: { text?: string } }>(
      "subscription ($jobId: ID!) { jobEvents(jobId: $jobId) { ... on TextChunk { text } } }",
      { jobId: job.id },
    );
    for await (const { jobEvents } of stream) if (jobEvents.text !== undefined) texts.push(jobEvents.text);
    return undefined;
  })().catch((error: { code: string }) => error);
  await eventually(
    async () => texts.length,
    (length) => length > 0,
  );
  const revokedAt = performance.now();
  await revoke(ann, job.id, vera);
  expect(await ended).toMatchObject({ code: "NOT_FOUND" });
  expect(performance.now() - revokedAt).toBeLessThan(1_000);
  expect(textOf(await collect(ann, job.id))).toContain("w29");
  expect(texts.join("")).not.toContain("w29");
  const result = await bob.query<{ jobs: { nodes: { id: string }[] }; jobCounts: { count: number }[] }>(
    "{ jobs { nodes { id } } jobCounts { count } }",
  );
  expect(result.jobs.nodes.map(({ id }) => id)).not.toContain(job.id);
  expect(result.jobCounts.reduce((sum, { count }) => sum + count, 0)).toBe(result.jobs.nodes.length);
});
