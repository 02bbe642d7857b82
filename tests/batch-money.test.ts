import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { answeringProvider } from "./support/answering-provider.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";

const { provider } = answeringProvider(() => "Bought.", "answering", ["gpt-4o-mini"]);
const counts = "id total open succeeded failed cancelled job { id status }";
const request = async (person: Person, items: object[]) =>
  (
    await person.query<{ generateBatch: { id: string; job: { id: string } } }>(
      `mutation ($items: [TextInput!]!) { generateBatch(input: { items: $items }) { ${counts} } }`,
      { items },
    )
  ).generateBatch;
const read = async (person: Person, id: string) =>
  (
    await person.query<{ generationBatch: { generations: { nodes: { batchPosition: number }[] } } }>(
      `query ($id: ID!) { generationBatch(id: $id) { ${counts}
        generations(first: 100) { nodes { batchPosition status errorCode costMicros attempts { outcome } } } } }`,
      { id },
    )
  ).generationBatch;

describe("the money of a batch", () => {
  let atrium: TestAtrium;
  beforeAll(async () => {
    atrium = await startAtrium({ providers: [provider, offlineProvider()] });
  });
  afterAll(() => atrium.close());

  test("O10 O12 an item for which no budget has anything left fails alone, and nothing of it is asked", async () => {
    const ann = await atrium.signUp();
    await ann.query("mutation { setBudget(input: { scope: WORKSPACE, period: DAY, limitMicros: 10 }) { id } }");
    const items = [{ text: "a", provider: "offline" }, { text: "b" }, { text: "c", provider: "offline" }];
    const batch = await request(ann, items);
    expect(endOf(await collect(ann, batch.job.id)).status).toBe("SUCCEEDED");
    const ended = await read(ann, batch.id);
    expect(ended).toMatchObject({ open: 0, succeeded: 2, failed: 1 });
    expect(ended.generations.nodes.find(({ batchPosition }) => batchPosition === 1)).toMatchObject({
      status: "FAILED",
      errorCode: "BUDGET_EXCEEDED",
      attempts: [],
    });
    expect(await atrium.database.query("select 1 from budget_hold")).toEqual([]);
  });

  test("O9 O12 each item has its own line in the ledger", async () => {
    const bea = await atrium.signUp();
    await bea.query("mutation { setBudget(input: { scope: WORKSPACE, period: DAY, limitMicros: 1000000 }) { id } }");
    const batch = await request(bea, [{ text: "a" }, { text: "b" }]);
    await collect(bea, batch.job.id);
    expect((await read(bea, batch.id)).generations.nodes).toEqual(
      expect.arrayContaining([expect.objectContaining({ costMicros: 3, attempts: [{ outcome: "OK" }] })]),
    );
    expect(await atrium.database.query("select spent from budget where spent > 0")).toEqual([{ spent: "6" }]);
    expect(await atrium.database.query("select 1 from budget_hold")).toEqual([]);
  });
});

test("O12 a batch that is cancelled before it begins is cancelled as a whole, and can be started again", async () => {
  const atrium = await startAtrium({ providers: [provider], withWorkers: false });
  const second: { close(): Promise<void> }[] = [];
  try {
    const cy = await atrium.signUp();
    const batch = await request(cy, [{ text: "a" }, { text: "b" }]);
    await cy.sdk.CancelJob({ id: batch.job.id });
    expect(await read(cy, batch.id)).toMatchObject({ open: 0, cancelled: 2, job: { status: "CANCELLED" } });
    await cy.sdk.RetryJob({ id: batch.job.id });
    expect(await read(cy, batch.id)).toMatchObject({ open: 2, cancelled: 0 });
    second.push(await startAtrium({ providers: [provider], database: atrium.database }));
    let cursorless = await collect(cy, batch.job.id);
    while (cursorless.at(-1)?.__typename !== "JobEnded") cursorless = await collect(cy, batch.job.id);
    expect(await read(cy, batch.id)).toMatchObject({ open: 0, succeeded: 2 });
  } finally {
    for (const each of second) await each.close();
    await atrium.close();
  }
});
