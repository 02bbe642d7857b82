import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import type { JobEventsSubscription, QuoteQuery } from "#schema/client.js";
import { type Connection, connect } from "#schema/connect.js";
import { readEnvironment } from "../platform/config.js";

type ThreadEvent = JobEventsSubscription["jobEvents"];
type StoredQuote = NonNullable<QuoteQuery["quote"]>;

const main = fileURLToPath(new URL("../main.js", import.meta.url));
const print = (text = "") => process.stdout.write(`${text}\n`);
const step = (text: string) => print(`\n${styleText("bold", text)}`);

/**
 * The main job as a client lives it, on a temporary instance of two processes: sign up, generate, watch the words come, lose
 * the connection, go on at the other process. Exit code 1 unless the streamed text is the stored one.
 */
export const demo = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "atrium-demo-"));
  const children: ChildProcess[] = [];
  const begun = performance.now();
  try {
    step("1. A temporary instance");
    const first = await launch("start", folder, children);
    const second = await launch("api", folder, children);
    print(`   ${first} (API and workers) and ${second} (API), ready after ${seconds(begun)}`);
    await play(first, second);
  } finally {
    for (const child of children.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true });
  }
};

const play = async (first: string, second: string) => {
  step("2. Sign up");
  const email = `${randomBytes(4).toString("hex")}@example.com`;
  const { signUp } = await connect(first).sdk.SignUp({ input: { email, password: randomBytes(12).toString("hex") } });
  print(`   ${signUp.user.email} is ${signUp.user.id}`);
  const accessToken = () => signUp.accessToken;
  let socket: WebSocket | undefined;
  const here = connect(first, { accessToken, onSocket: (opened) => (socket = opened) });
  const there = connect(second, { accessToken });

  step("3. Ask for a quote and watch it being written");
  const input = { topic: "patience", tone: "hopeful", audience: "people who build things" };
  const asked = performance.now();
  const { generateQuote: job } = await here.sdk.GenerateQuote({ input });
  print(`   ${job.id}, ${job.status} after ${milliseconds(asked)}`);
  process.stdout.write("   ");
  const events: ThreadEvent[] = [];
  const cursor = await readUntilCut(here, job.id, events, () => socket?.close());
  process.stdout.write(styleText("yellow", " ✂ connection cut, resuming at the other process ✂"));
  for await (const event of follow(there, job.id, cursor)) show(event, events);
  print();

  const ended = events.at(-1);
  const result = ended?.__typename === "JobEnded" ? ended.job.result : undefined;
  if (result?.__typename !== "Quote") throw new Error(`The job ended without a quote: ${JSON.stringify(ended)}`);
  const streamed = events.map((event) => (event.__typename === "TextChunk" ? event.text : "")).join("");
  const { quote } = await there.sdk.Quote({ id: result.id });
  await here.close();
  await there.close();
  if (quote === null) throw new Error("The stored quote was not found.");

  step("4. The stored quote");
  printQuote(quote, asked);
  step("5. Streamed and stored");
  const equal = streamed === quote.text;
  const distinct = new Set(events.map(({ cursor: at }) => at)).size === events.length;
  print(`   ${events.length} events, ${distinct ? "none twice" : styleText("red", "some twice")}`);
  print(`   streamed text ${equal ? styleText("green", "equals") : styleText("red", "differs from")} the stored one`);
  print(`\n${equal && distinct ? "1 passed, 0 failed" : "0 passed, 1 failed"}`);
  if (!equal || !distinct) process.exitCode = 1;
};

const printQuote = ({ text, author, qualityScore, generation }: StoredQuote, asked: number) => {
  print(`   “${text}” — ${author}`);
  const cost = generation?.costMicros;
  const rows = {
    provider: `${generation?.provider} (${generation?.model})`,
    cost: cost === null || cost === undefined ? "unknown" : `$${(cost / 1e6).toFixed(6)}`,
    tokens: `${generation?.inputTokens ?? "?"} in, ${generation?.outputTokens ?? "?"} out`,
    timings: `first word ${generation?.firstTokenMs} ms, written in ${generation?.durationMs} ms, everything ${milliseconds(asked)}`,
    quality: String(qualityScore),
  };
  for (const [name, value] of Object.entries(rows)) print(`   ${styleText("dim", name.padEnd(9))} ${value}`);
};

/** Reads some words, then loses the connection the hard way. Returns the last cursor that was seen. */
const readUntilCut = async (connection: Connection, jobId: string, events: ThreadEvent[], cut: () => void) => {
  let words = 0;
  try {
    for await (const event of follow(connection, jobId)) {
      show(event, events);
      if (event.__typename === "TextChunk") words += 1;
      if (words === 4) cut();
      if (words === 4) break;
    }
  } catch {
    // The connection is gone, as intended.
  }
  return events.at(-1)?.cursor;
};

async function* follow(connection: Connection, jobId: string, after?: string): AsyncGenerator<ThreadEvent> {
  const stream = connection.sdk.JobEvents({
    jobId,
    after: after ?? null,
  }) as unknown as AsyncIterable<JobEventsSubscription>;
  for await (const { jobEvents } of stream) yield jobEvents;
}

const show = (event: ThreadEvent, events: ThreadEvent[]) => {
  events.push(event);
  if (event.__typename === "TextChunk") process.stdout.write(event.text);
};

/** A role of this version as a process of its own; resolves with its address. */
const launch = (role: string, folder: string, children: ChildProcess[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = {
      ...readEnvironment(),
      PORT: "0",
      HOST: "127.0.0.1",
      ATRIUM_DATA_DIR: folder,
      LOG_LEVEL: "info",
      DATABASE_URL: "",
      REDIS_URL: "",
    };
    const child = spawn(process.execPath, [main, role], { env, stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      const ready = output.split("\n").find((line) => line.includes('"msg":"ready"') && line.endsWith("}"));
      if (ready !== undefined) resolve((JSON.parse(ready) as { console: string }).console);
    });
    child.once("exit", (code) => reject(new Error(`atrium ${role} ended with ${code}:\n${output}`)));
  });

const end = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });

const milliseconds = (since: number) => `${Math.round(performance.now() - since)} ms`;
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
