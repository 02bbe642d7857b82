import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "#src/ai/provider.js";
import { DomainError } from "#src/platform/errors.js";
import { answeringProvider } from "./support/answering-provider.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { collect, endOf, follow } from "./support/follow.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { spawnAtrium } from "./support/processes.js";
import { startTeam } from "./support/team.js";
import { createTestDatabase } from "./support/test-database.js";

interface Batch {
  id: string;
  total: number;
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  job: { id: string; status: string; progress: number };
  generations: {
    nodes: {
      batchPosition: number;
      status: string;
      text: string;
      isComplete: boolean;
      errorCode: string | null;
      batch: { id: string };
    }[];
  };
}

const counts = "id total open succeeded failed cancelled job { id status progress }";
const request = async (person: Person, input: object) =>
  (
    await person.query<{ generateBatch: Batch }>(
      `mutation ($input: GenerateBatchInput!) { generateBatch(input: $input) { ${counts} } }`,
      { input },
    )
  ).generateBatch;
const read = async (person: Person, id: string) => {
  const { generationBatch } = await person.query<{ generationBatch: Batch | null }>(
    `query ($id: ID!) { generationBatch(id: $id) { ${counts} generations(first: 100) {
      nodes { batchPosition status text isComplete errorCode batch { id } } } } }`,
    { id },
  );
  generationBatch?.generations.nodes.sort((a, b) => a.batchPosition - b.batchPosition);
  return generationBatch;
};
const texts = (count: number) => Array.from({ length: count }, (_, index) => ({ text: `Item ${index}` }));

describe("a batch", () => {
  let atrium: TestAtrium;
  let ann: Person;
  let running = 0;
  let most = 0;
  const { provider, requests } = answeringProvider(async (text, signal) => {
    running += 1;
    most = Math.max(most, running);
    try {
      await sleep(text.startsWith("Slow") ? 60_000 : 20, undefined, { signal });
    } finally {
      running -= 1;
    }
    if (text === "reject") throw new ProviderError("answering", "rejected");
    if (text === "broke") throw new DomainError("BUDGET_EXCEEDED", "Nothing is left.");
    if (text === "bug") throw new TypeError("undefined is not a function");
    return `Answer to ${text}.`;
  });

  beforeAll(async () => {
    atrium = await startAtrium({ providers: [provider] });
    ann = await atrium.signUp();
  });
  afterAll(() => atrium.close());

  test("O12 n inputs give n results, one failure fails one, and four are written at a time", async () => {
    const items = texts(12).map((item, index) => ({ text: { 3: "reject", 5: "broke", 8: "bug" }[index] ?? item.text }));
    const batch = await request(ann, { items });
    expect(batch).toMatchObject({ total: 12, failed: 0, cancelled: 0 });
    const events = await collect(ann, batch.job.id);
    expect(endOf(events)).toMatchObject({ status: "SUCCEEDED", result: { __typename: "GenerationBatch" } });
    expect(events.filter(({ __typename }) => __typename === "TextChunk")).toEqual([]);
    const steps = events.flatMap((event) => (event.__typename === "JobProgressed" ? [event.progress] : []));
    expect(steps.length).toBeGreaterThan(3);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));

    const ended = await read(ann, batch.id);
    expect(ended).toMatchObject({ total: 12, open: 0, succeeded: 9, failed: 3, cancelled: 0, job: { progress: 1 } });
    const codes: Record<number, string> = { 3: "PROVIDER_UNAVAILABLE", 5: "BUDGET_EXCEEDED", 8: "INTERNAL" };
    expect(ended?.generations.nodes).toEqual(
      items.map(({ text }, batchPosition) => ({
        batchPosition,
        status: batchPosition in codes ? "FAILED" : "SUCCEEDED",
        text: batchPosition in codes ? "" : `Answer to ${text}.`,
        isComplete: !(batchPosition in codes),
        errorCode: codes[batchPosition] ?? null,
        batch: { id: batch.id },
      })),
    );
    expect(most).toBeLessThanOrEqual(4);
    const { generationBatches } = await ann.query<{ generationBatches: { nodes: Batch[]; totalCount: number } }>(
      `{ generationBatches { totalCount nodes { ${counts} } } }`,
    );
    expect(generationBatches).toMatchObject({ totalCount: 1, nodes: [{ id: batch.id, succeeded: 9 }] });
  });

  test("O7 O12 items are prompts as well, and a wrong one refuses all before anything is stored", async () => {
    const { createPrompt } = await ann.query<{ createPrompt: { versions: { nodes: { id: string }[] } } }>(
      `mutation { createPrompt(input: { name: "greet", template: "Hi {{who}}", variables: [{ name: "who" }] }) {
        versions(first: 1) { nodes { id } } } }`,
    );
    const promptVersionId = createPrompt.versions.nodes[0]?.id;
    const greet = (who: string) => ({ promptVersionId, variables: { who } });
    const batch = await request(ann, { items: [greet("Bea"), greet("Cy")] });
    await collect(ann, batch.job.id);
    const ended = await read(ann, batch.id);
    expect(ended?.generations.nodes.map(({ text }) => text)).toEqual(["Answer to Hi Bea.", "Answer to Hi Cy."]);

    const stored = () =>
      atrium.database.query(
        "select 1 from generation union all select 1 from job union all select 1 from generation_batch",
      );
    const before = await stored();
    const wrong: [object[], string][] = [
      [[], "input.items"],
      [texts(101), "input.items"],
      [[{ text: "x" }, { text: "x", maxTokens: 0 }], "input.items.1.maxTokens"],
      [[{ text: "x" }, { text: " " }], "input.items.1.text"],
      [[{ text: "x" }, {}], "input.items.1"],
      [[greet("Bea"), { promptVersionId }], "input.items.1.variables.who"],
    ];
    for (const [items, field] of wrong)
      expect({ field, error: await errorOf(request(ann, { items })) }).toMatchObject({
        field,
        error: { code: "BAD_USER_INPUT", details: { field } },
      });
    expect(await stored()).toEqual(before);
  });

  test("O12 cancelling its job keeps what is written and cancels the rest, which nobody is asked for", async () => {
    const items = [...texts(3), ...Array.from({ length: 9 }, (_, index) => ({ text: `Slow ${index}` }))];
    const before = requests.length;
    const batch = await request(ann, { items });
    await eventually(
      () => read(ann, batch.id),
      (now) => now?.succeeded === 3 && running === 4,
    );
    await ann.sdk.CancelJob({ id: batch.job.id });
    expect(endOf(await collect(ann, batch.job.id))).toMatchObject({
      status: "CANCELLED",
      result: { __typename: "GenerationBatch" },
    });
    expect(await read(ann, batch.id)).toMatchObject({ total: 12, open: 0, succeeded: 3, failed: 0, cancelled: 9 });
    expect(requests.length - before).toBe(7);
    expect(most).toBe(4);
  });

  test("I7 I11 O12 a batch is seen by whom its visibility says, and by no other workspace", async () => {
    const team = await startTeam(atrium);
    const editor = await team.join("EDITOR");
    const open = await request(team.owner, { items: texts(2) });
    const closed = await request(team.owner, { items: texts(2), visibility: "PRIVATE" });
    for (const { job } of [open, closed]) await collect(team.owner, job.id);
    expect(await read(editor, open.id)).toMatchObject({ succeeded: 2 });
    expect(await read(editor, closed.id)).toBeNull();
    expect((await read(team.owner, closed.id))?.generations.nodes).toHaveLength(2);
    const dan = await atrium.signUp();
    expect(await read(dan, open.id)).toBeNull();
  });
});

test("O12 a worker that dies in the middle of a batch loses nothing: another goes on, and asks for nothing twice", async () => {
  const stub = await startOpenAiStub();
  const database = await createTestDatabase();
  const env = {
    ...testEnv(database),
    OPENAI_BASE_URL: `${stub.url}/v1`,
    OPENAI_API_KEY: "none",
    OPENAI_MODELS: "model-a",
  };
  const api = await startAtrium({ database, env, withWorkers: false });
  const worker = await spawnAtrium("worker", env);
  let second: TestAtrium | undefined;
  try {
    const ann = await api.signUp();
    const whole = { kind: "text", text: "Well said." } as const;
    // Signs of life are asked for beside, and get their answer.
    const asked = () => stub.requests.filter(({ method }) => method === "POST");
    stub.byDefault = ({ method }) => (method === "POST" && [5, 6].includes(asked().length) ? { kind: "hang" } : whole);
    const batch = await request(ann, { items: texts(6) });
    await eventually(
      () => read(ann, batch.id),
      (now) => now?.succeeded === 4 && asked().length === 6,
      30_000,
    );
    await worker.kill("SIGKILL");
    second = await startAtrium({ database, env });
    for await (const event of follow(ann, batch.job.id)) if (event.__typename === "JobEnded") break;
    expect(await read(ann, batch.id)).toMatchObject({ open: 0, succeeded: 6, job: { status: "SUCCEEDED" } });
    const times = new Map<string, number>();
    for (const { body } of asked()) {
      const { messages } = body as unknown as { messages: { content: string }[] };
      const text = messages.at(-1)?.content ?? "";
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    expect([...times.values()].sort()).toEqual([1, 1, 1, 1, 2, 2]);
  } finally {
    await worker.kill("SIGKILL");
    await second?.close();
    await api.close();
    await database.drop();
    await stub.close();
  }
}, 60_000);
