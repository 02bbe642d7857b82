// Answers of a provider that streams at a set pace, asked for directly and through all that Atrium puts before it, fifty at a time.
import "reflect-metadata";
import { createApp } from "../../dist/src/app.js";
import { readConfig } from "../../dist/src/platform/config.js";
import { createLogger } from "../../dist/src/platform/logger.js";

const { BENCH_STUB: stub, DATABASE_URL: databaseUrl } = process.env;
const rounds = Number(process.env.BENCH_ROUNDS);
const calls = Number(process.env.BENCH_CALLS);
const inParallel = 50;
let asked = 0;
const newMessages = () => {
  asked += 1;
  return [
    { role: "system", text: "Write one original quote." },
    { role: "user", text: `Topic: courage ${asked}` },
  ];
};

const config = readConfig({
  DATABASE_URL: databaseUrl,
  ATRIUM_SECRET: "a secret of the bench that is long enough",
  ATRIUM_AI_SERVERS: "stub",
  ATRIUM_AI_STUB_BASE_URL: `${stub}/v1`,
  ATRIUM_AI_STUB_MODELS: "model-a",
});
const app = await createApp(config, { databaseUrl, logger: createLogger({ level: "silent", pretty: false }) });
const pipeline = app.generations.routed;

const throughAtrium = async (messages) => {
  let text = "";
  const request = { model: "default", messages, maxTokens: 400, temperature: 1 };
  for await (const chunk of pipeline.generate(request, new AbortController().signal))
    if (chunk.type === "text") text += chunk.text;
  return text;
};

const direct = async (messages) => {
  const body = {
    model: "model-a",
    messages: messages.map(({ role, text }) => ({ role, content: text })),
    max_tokens: 400,
    temperature: 1,
    stream: true,
    stream_options: { include_usage: true },
  };
  const headers = { "content-type": "application/json", authorization: "Bearer none" };
  const answer = await fetch(`${stub}/v1/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
  let held = "";
  let text = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (held + piece).split("\n\n");
    held = lines.pop();
    for (const line of lines) {
      if (line !== "data: [DONE]") text += JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "";
    }
  }
  return text;
};

/** What calls took, in milliseconds, by their message. So many are always under way, and they do not begin all at once. */
const time = async (call, expected) => {
  const taken = {};
  let begun = 0;
  await Promise.all(
    Array.from({ length: inParallel }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 15));
      while (begun < calls) {
        begun += 1;
        const messages = newMessages();
        const from = performance.now();
        const text = await call(messages);
        taken[messages[1].text] = performance.now() - from;
        if (text !== expected) throw new Error(`The answer was ${JSON.stringify(text)}.`);
      }
    }),
  );
  return taken;
};

/** What each call took beyond the stub, and what it cost the processor, which other work on the machine does not change. */
const timed = async (call, expected) => {
  const before = process.cpuUsage();
  const taken = await time(call, expected);
  const { user, system } = process.cpuUsage(before);
  const ofStub = await (await fetch(stub)).json();
  const beyond = Object.entries(taken).map(([message, ms]) => ms - ofStub[message]);
  return { beyond, cpuMs: (user + system) / 1000 / beyond.length };
};

const expected = await direct(newMessages());
await time(throughAtrium, expected);
const measured = [];
for (let round = 0; round < rounds; round += 1)
  measured.push({ direct: await timed(direct, expected), provider: await timed(throughAtrium, expected) });
await app.close();
process.stdout.write(JSON.stringify(measured));
process.exit(0);
