import type { Provider } from "#src/ai/provider.js";
import { azureOpenAiProvider } from "#src/ai/providers/azure-openai-provider.js";
import { openAiCompatibleProvider, openAiProvider } from "#src/ai/providers/openai-provider.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, textOf } from "./support/follow.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { type Reply, type StubRequest, stubKey, tokensOf, type WireStub } from "./support/wire-stub.js";

/** `AI_FAULTS=1000 npm test -- tests/ai-faults.test.ts` makes so many. */
const wantedFaults = Number(process.env.AI_FAULTS ?? 200);
const whole = "Patience is the river that carves its own bed and calls it home.";
const timeouts = { firstTokenMs: 500, idleMs: 500 };

/** Each goes wrong in its own way, but for the last two: those answer well, and tell nonsense about their usage. */
const faults: Readonly<Record<string, (text: string) => Reply>> = {
  "429, soon": () => ({ kind: "status", status: 429, headers: { "retry-after": "1" } }),
  "429, later": () => ({ kind: "status", status: 429, headers: { "retry-after": "60" } }),
  "500": () => ({ kind: "status", status: 500, body: "Oh no." }),
  hang: () => ({ kind: "hang" }),
  "hang in the middle": (text) => ({ kind: "hang", tokens: 3, text }),
  "slow first token": (text) => ({ kind: "text", text, firstTokenDelayMs: 3_000 }),
  "slow next token": (text) => ({ kind: "text", text, tokenDelayMs: 3_000 }),
  cut: (text) => ({ kind: "cutAfter", tokens: 4, text }),
  reset: () => ({ kind: "resetConnection" }),
  "reset in the middle": (text) => ({ kind: "resetConnection", tokens: 2, text }),
  "error in the stream": (text) => ({ kind: "errorEvent", error: { type: "server_error", message: "Oh no." }, text }),
  "a page": () => ({ kind: "garbage", form: "page" }),
  "broken events": () => ({ kind: "garbage", form: "events" }),
  "broken HTTP": () => ({ kind: "garbage", form: "bytes" }),
  empty: () => ({ kind: "empty" }),
  "too long": (text) => ({ kind: "text", text: tokensOf(text).slice(0, 3).join(""), finishReason: "length" }),
  "absurd usage": (text) => ({ kind: "text", text, usage: { inputTokens: 2 ** 40, outputTokens: -3 } }),
  "no usage": (text) => ({ kind: "text", text, usage: null }),
};

/** What is left to say: a request that brings the beginning of the answer asks for its rest. */
const restFor = ({ body }: StubRequest): string => {
  const messages = body.messages as { role: string; content: string }[];
  const begun = messages.findLast(({ role }) => role === "assistant")?.content ?? "";
  return whole.startsWith(begun) ? whole.slice(begun.length) : whole;
};

/** Vendors of which each request may go wrong, the kinds of faults in turn, until all faults were made. */
const startVendors = async () => {
  const stubs: WireStub[] = [await startOpenAiStub(), await startOpenAiStub(), await startOpenAiStub()];
  const [one, two, three] = stubs.map(({ url }) => url);
  const kinds = Object.entries(faults);
  const made: string[] = [];
  let requests = 0;
  for (const stub of stubs)
    stub.byDefault = (request) => {
      const text = restFor(request);
      requests += 1;
      if (requests % 3 === 0 || made.length >= wantedFaults) return { kind: "text", text };
      const [name, fault] = kinds[made.length % kinds.length] ?? [];
      made.push(name ?? "");
      return fault?.(text) ?? { kind: "empty" };
    };
  const azure = { endpoint: `${two}/`, apiVersion: "2024-10-21", deployments: { "gpt-4o": "our-chat" } };
  const providers: Provider[] = [
    openAiProvider({ apiKey: stubKey, baseUrl: `${one}/v1`, models: ["gpt-4o-mini"], timeouts }),
    azureOpenAiProvider({ ...azure, apiKey: stubKey, models: ["gpt-4o"], timeouts }),
    openAiCompatibleProvider({ baseUrl: `${three}/v1`, models: ["gpt-4.1"], timeouts }),
  ];
  return { stubs, providers, made };
};

let atrium: TestAtrium;
let ann: Person;
let vendors: Awaited<ReturnType<typeof startVendors>>;

beforeAll(async () => {
  vendors = await startVendors();
  atrium = await startAtrium({ providers: vendors.providers, env: { ATRIUM_CONCURRENCY: "30" } });
  const operator = await atrium.signUp();
  ann = await atrium.signUp();
  const query = "mutation ($input: UpdateAiSettingsInput!) { updateAiSettings(input: $input) { retry { attempts } } }";
  // Every fault shall be met: open circuits would keep requests away from most of them.
  const input = { retry: { attempts: 2, baseDelayMs: 20 }, breaker: { failures: 1_000, windowMs: 1_000 } };
  await operator.query(query, { input });
});
afterAll(async () => {
  await atrium.close();
  for (const stub of vendors.stubs) await stub.close();
});

interface Ended {
  id: string;
  status: string;
  text: string | null;
  isComplete: boolean | null;
  quote: string | null;
}

const openJobs = async () => {
  const { jobCounts } = await ann.query<{ jobCounts: { status: string; count: number }[] }>(
    "{ jobCounts { status count } }",
  );
  return jobCounts.filter(({ status }) => ["QUEUED", "RUNNING", "WAITING"].includes(status));
};

test(`O4 after ${wantedFaults} mixed faults no job is stuck, no short text is taken for a whole one, and every request is in the ledger once`, async () => {
  while (vendors.made.length < wantedFaults) {
    const asked = Array.from({ length: 40 }, () => ann.sdk.GenerateQuote({ input: { topic: "patience" } }));
    await Promise.all(asked);
    await eventually(openJobs, (jobs) => jobs.length === 0, 120_000);
  }
  expect(new Set(vendors.made).size).toBe(Object.keys(faults).length);

  const jobs = await atrium.database.query<Ended>(`
      select j.id, j.status, g.text, g.is_complete as "isComplete", q.text as quote from job j
        left join generation g on g.job_id = j.id left join quote q on q.generation_id = g.id`);
  const succeeded = jobs.filter(({ status }) => status === "SUCCEEDED");
  expect(jobs.filter(({ status }) => status !== "SUCCEEDED" && status !== "FAILED")).toEqual([]);
  for (const job of succeeded) expect(job).toMatchObject({ text: whole, quote: whole, isComplete: true });
  for (const job of jobs) if (job.status === "FAILED") expect(job).toMatchObject({ isComplete: false, quote: null });
  // A third of all requests is answered well, so hardly any job meets nothing but faults.
  expect(succeeded.length).toBeGreaterThan(jobs.length * 0.8);
  for (const { id } of succeeded.slice(0, 10)) expect(textOf(await collect(ann, id))).toBe(whole);

  const calls = await atrium.database.query<{ provider: string; count: number; odd: number }>(`
      select provider, count(*)::int as count,
        count(*) filter (where input_tokens < 0 or output_tokens < 0 or input_tokens > 100000)::int as odd
      from provider_call group by provider`);
  const counted = Object.fromEntries(calls.map(({ provider, count }) => [provider, count]));
  const [openai, azure, compatible] = vendors.stubs.map(
    ({ requests }) => requests.filter(({ method }) => method === "POST").length,
  );
  expect(counted).toEqual({ openai, azure, compatible });
  expect(calls.map(({ odd }) => odd)).toEqual([0, 0, 0]);
  const continued = "select count(*)::int as n from generation where routing->>'reason' = 'CONTINUED'";
  expect((await atrium.database.query<{ n: number }>(continued))[0]?.n).toBeGreaterThan(0);
}, 600_000);
