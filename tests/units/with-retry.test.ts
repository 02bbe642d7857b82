import { restOf, Seam } from "#src/ai/continue-answer.js";
import { type GenerateChunk, type GenerateRequest, type Provider, ProviderError } from "#src/ai/provider.js";
import { withRetry } from "#src/ai/with-retry.js";

const request: GenerateRequest = { model: "m", messages: [{ role: "user", text: "Say something." }], maxTokens: 100 };
const schema = { name: "s", schema: {} };
const end: GenerateChunk = { type: "end", finishReason: "stop", model: "m", usage: null };
const text = (said: string): GenerateChunk => ({ type: "text", text: said });

/** A provider of which each request does the next thing: what it says, then how it fails. */
const scripted = (...script: { says?: GenerateChunk[]; error?: unknown }[]) => {
  const admitted: string[] = [];
  let requests = 0;
  const provider = {
    name: "p",
    async *generate() {
      const { says = [], error } = script[requests] ?? {};
      requests += 1;
      yield* says;
      if (error !== undefined) throw error;
    },
  } as unknown as Provider;
  const run = async (
    changes: Partial<GenerateRequest> = {},
    { attempts = 3, baseDelayMs = 0, signal = new AbortController().signal } = {},
  ) => {
    const chunks: GenerateChunk[] = [];
    const admit = async ({ provider, model }: { provider: string; model: string }) => {
      admitted.push(`${provider}/${model}`);
    };
    const asked = withRetry(provider, () => ({ attempts, baseDelayMs })).generate(
      { ...request, ...changes, admit },
      signal,
    );
    let error: unknown;
    try {
      for await (const chunk of asked) chunks.push(chunk);
    } catch (thrown) {
      error = thrown;
    }
    return { chunks, error, requests, admitted };
  };
  return { run };
};
const fault = (name: ConstructorParameters<typeof ProviderError>[1], retryAfterMs?: number) =>
  new ProviderError("p", name, retryAfterMs === undefined ? {} : { retryAfterMs });

test.each(["timeout", "rate_limited", "unavailable", "cut", "invalid_answer"] as const)(
  "O4 %s before the first text is tried again, and each request is admitted for itself",
  async (name) => {
    const { chunks, error, requests, admitted } = await scripted(
      { error: fault(name) },
      { says: [text("Hi."), end] },
    ).run();
    expect(error).toBeUndefined();
    expect(chunks).toEqual([text("Hi."), end]);
    expect(requests).toBe(2);
    expect(admitted).toEqual(["p/m", "p/m"]);
  },
);

test("O4 a failure is tried again only so often as the policy says", async () => {
  const always = Array.from({ length: 9 }, () => ({ error: fault("unavailable") }));
  const { error, requests } = await scripted(...always).run({}, { attempts: 4 });
  expect(error).toMatchObject({ fault: "unavailable" });
  expect(requests).toBe(4);
});

test.each([
  ["credentials", fault("credentials")],
  ["a refused request", fault("rejected")],
  ["an open circuit", fault("circuit_open", 10)],
  ["being asked to wait for long", fault("rate_limited", 10_001)],
  ["what is no provider's failure", new Error("Spent.")],
])("O4 %s is not tried again", async (_name, error) => {
  const done = await scripted({ error }, { says: [text("Hi."), end] }).run();
  expect(done).toMatchObject({ error, requests: 1, chunks: [] });
});

test("O4 nothing is tried again once text was let out", async () => {
  const done = await scripted({ says: [text("Half")], error: fault("cut") }, { says: [text("Whole."), end] }).run();
  expect(done).toMatchObject({ chunks: [text("Half")], requests: 1, error: { fault: "cut" } });
});

test("O4 of JSON and tool calls nothing is let out before they are whole, so a cut begins anew", async () => {
  const cut = { says: [text('{"a":')], error: fault("cut") };
  const done = await scripted(cut, { says: [text('{"a":'), text("1}"), end] }).run({ schema });
  expect(done).toMatchObject({ requests: 2, error: undefined, chunks: [text('{"a":'), text("1}"), end] });
});

test("O4 a short Retry-After is waited for, and whoever gives up meanwhile does not wait", async () => {
  const script = [{ error: fault("rate_limited", 900) }, { says: [text("Hi."), end] }];
  const started = performance.now();
  expect((await scripted(...script).run()).requests).toBe(2);
  expect(performance.now() - started).toBeGreaterThan(850);

  const stop = new AbortController();
  const reason = new Error("No more of it.");
  setTimeout(() => stop.abort(reason), 20);
  const done = await scripted({ error: fault("rate_limited", 9_000) }).run({}, { signal: stop.signal });
  expect(done.error).toBe(reason);
  expect(done.requests).toBe(1);
});

describe("O4 the rest of an answer", () => {
  const said = "The tide comes back to those who wait";
  const joined = (...pieces: string[]) => {
    const seam = new Seam(said);
    return said + pieces.map((piece) => seam.push(piece)).join("") + seam.end();
  };

  test("goes on where the answer was cut", () => {
    expect(joined(" by", " the", " shore.")).toBe(`${said} by the shore.`);
  });

  test("that repeats the end of it, or all of it, is not said twice", () => {
    expect(joined("to those who", " wait by the", " shore.")).toBe(`${said} by the shore.`);
    expect(joined("The tide comes back", " to those who wait", " by the shore.")).toBe(`${said} by the shore.`);
  });

  test("that only looks like it keeps its words", () => {
    expect(joined(" wait", " for it.")).toBe(`${said} wait for it.`);
    expect(joined(" tide")).toBe(`${said} tide`);
  });

  test("is asked for with what was said, and with what is left of its length", () => {
    const { messages, maxTokens } = restOf(request, said);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]?.text).toBe(said);
    expect(maxTokens).toBeLessThan(100);
    expect(maxTokens).toBeGreaterThanOrEqual(16);
  });
});
