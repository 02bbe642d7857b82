import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { FinishReason, Provider } from "#src/ai/provider.js";
import type { Timeouts } from "#src/ai/providers/langchain-provider.js";
import type { Clock } from "#src/platform/clock.js";
import { type Ending, StubTalk } from "./stub-talk.js";

interface Pace {
  /** Milliseconds before the first token. */
  readonly firstTokenDelayMs?: number;
  /** Milliseconds before each further token. */
  readonly tokenDelayMs?: number;
  /** Tokens reported at the end, right or wrong; null reports none. Default: 11 in, one out per token. */
  readonly usage?: ToldUsage | null;
  /** Further headers of the answer. */
  readonly headers?: Record<string, string>;
}

/** Numbers, when the stub means well. */
interface ToldUsage {
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  /** Of the output, what a model of OpenAI's thought and did not say. */
  readonly hiddenTokens?: unknown;
}

/** What the stub answers to one request. */
export type Reply =
  | (Pace & { readonly kind: "text"; readonly text: string; readonly finishReason?: FinishReason })
  /** The JSON text of `value`. */
  | (Pace & { readonly kind: "json"; readonly value: unknown })
  /** `arguments` as a string goes out as it is, so that it can be broken. */
  | (Pace & {
      readonly kind: "toolCall";
      readonly text?: string;
      readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[];
    })
  /** One vector a text. Default: vectors made from the texts. */
  | {
      readonly kind: "embeddings";
      readonly vectors?: readonly (readonly number[])[];
      readonly usage?: ToldUsage | null;
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Takes the request and stays silent, after `tokens` tokens (default none, not even headers). */
  | { readonly kind: "hang"; readonly tokens?: number; readonly text?: string }
  /** Ends the response after `tokens` tokens, with nothing said about its end. */
  | { readonly kind: "cutAfter"; readonly tokens: number; readonly text?: string }
  /** Resets the connection: at once, or after `tokens` tokens. */
  | { readonly kind: "resetConnection"; readonly tokens?: number; readonly text?: string }
  /** A web page, an event stream of broken JSON, or bytes that are not HTTP; with `tokens`, broken JSON after so many. */
  | { readonly kind: "garbage"; readonly form?: "page" | "events" | "bytes"; readonly tokens?: number }
  /** An answer of the protocol, finished, with nothing in it. */
  | { readonly kind: "empty" }
  /** An error told inside a stream that began well. */
  | { readonly kind: "errorEvent"; readonly error: Readonly<Record<string, unknown>>; readonly text?: string };

/** The parsed JSON of a request: what the stubs themselves read of it, and the rest. */
interface StubBody {
  readonly model: string;
  readonly input?: readonly string[];
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly [key: string]: unknown;
}

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: StubBody;
  /** Milliseconds of `performance.now()` at its arrival. */
  readonly at: number;
  readonly ended: Promise<Ending>;
}

export interface Frame {
  readonly data: string;
  readonly isToken?: boolean;
}

/** One vendor's side of the wire. */
export interface Protocol {
  /** What a path asks for; undefined is answered with 404. */
  purpose(path: string): "generate" | "embed" | "list" | undefined;
  /** The event stream of an answer, with at least three tokens for `cutAfter` and its kind to break. */
  frames(reply: Answer, request: StubRequest): Frame[];
  embeddings(
    vectors: readonly (readonly number[])[],
    request: StubRequest,
    usage: ToldUsage | null | undefined,
  ): unknown;
  errorFrame(error: Readonly<Record<string, unknown>>): string;
}

export type Answer = Extract<Reply, { kind: "text" | "json" | "toolCall" }>;

export interface WireStub {
  /** Where it listens, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /**
   * Connections that are open now, of those that brought a request: Node's fetch opens spare ones after an abort. Each
   * serves one request, so this is also the number of unfinished requests.
   */
  readonly openSockets: number;
  /** The answer to every request that nothing was scripted for. */
  byDefault: Reply | ((request: StubRequest) => Reply);
  /** Queues answers for the next requests. */
  script(...replies: Reply[]): void;
  close(): Promise<void>;
}

/** A provider that can be pointed at a stub of its protocol. */
export interface StubbedVendor {
  readonly name: string;
  startStub(): Promise<WireStub>;
  /** The provider with the models `model-a` and `embedding-a`. */
  open(stubUrl: string, timeouts?: Timeouts, clock?: Clock): Provider;
}

/** The key of every stubbed vendor that wants one. */
export const stubKey = "key-that-must-never-be-told";

export async function startWireStub(protocol: Protocol): Promise<WireStub> {
  const requests: StubRequest[] = [];
  const scripted: Reply[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  // A connection that is reused would still be open after its request, and hide one that was left open.
  server.maxRequestsPerSocket = 1;
  server.on("connection", (socket) => {
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse) {
    sockets.add(incoming.socket);
    const { pathname: path, searchParams: query } = new URL(incoming.url ?? "/", "http://stub");
    const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
    const body = parsed(await text(incoming));
    const { method = "", headers } = incoming;
    const request: StubRequest = { method, path, query, headers, body, at: performance.now(), ended };
    requests.push(request);
    const talk = new StubTalk(response, end);
    const purpose = protocol.purpose(path);
    if (!purpose)
      return talk.whole(404, { "content-type": "application/json" }, `{"error":{"message":"No such path."}}`);
    const { byDefault } = stub;
    const reply = scripted.shift() ?? (typeof byDefault === "function" ? byDefault(request) : byDefault);
    if (await misbehave(talk, reply)) return;
    const json = (value: unknown) => talk.whole(200, { "content-type": "application/json" }, JSON.stringify(value));
    if (purpose === "list") return json({ object: "list", data: [{ id: "model-a" }] });
    if (purpose === "embed") {
      const { vectors, usage } = reply.kind === "embeddings" ? reply : {};
      return json(protocol.embeddings(vectors ?? (body.input ?? []).map(vectorOf), request, usage));
    }
    await stream(talk, reply, request);
  }

  async function stream(talk: StubTalk, reply: Reply, request: StubRequest) {
    talk.begin(isAnswer(reply) ? reply.headers : {});
    const told = "text" in reply ? reply.text : undefined;
    const normal: Answer = isAnswer(reply) ? reply : { kind: "text", text: told ?? "one two three four five six" };
    const pace: Pace = isAnswer(reply) ? reply : {};
    const limit = "tokens" in reply ? (reply.tokens ?? 0) : Number.POSITIVE_INFINITY;
    let tokens = 0;
    for (const frame of protocol.frames(reply.kind === "empty" ? { kind: "text", text: "" } : normal, request)) {
      if (frame.isToken && tokens === limit) break;
      if (frame.isToken) await talk.pause(tokens === 0 ? pace.firstTokenDelayMs : pace.tokenDelayMs);
      if (frame.isToken) tokens += 1;
      talk.say(frame.data);
      if (reply.kind === "errorEvent" && frame.isToken) return talk.finish(protocol.errorFrame(reply.error));
    }
    if (reply.kind === "hang") return;
    if (reply.kind === "garbage") return talk.finish(brokenEvent);
    if (reply.kind === "resetConnection") {
      // A reset also throws away what has arrived and was not read yet.
      await talk.pause(20);
      return talk.reset();
    }
    talk.finish();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: WireStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get openSockets() {
      return sockets.size;
    },
    byDefault: { kind: "text", text: "The stub answers in a few words." },
    script: (...replies) => void scripted.push(...replies),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return stub;
}

/** What is not JSON is recorded as an empty body: a request to nowhere must show, too. */
function parsed(body: string): StubBody {
  try {
    return JSON.parse(body);
  } catch {
    return { model: "" };
  }
}

const brokenEvent = 'event: message_start\ndata: {"choices": [{"del\n\n';

/** The answers that need no protocol. False when the reply is not one of them. */
async function misbehave(talk: StubTalk, reply: Reply): Promise<boolean> {
  if (reply.kind === "hang") return reply.tokens === undefined;
  if (reply.kind === "resetConnection" && reply.tokens === undefined) talk.reset();
  else if (reply.kind === "status") talk.whole(reply.status, reply.headers ?? {}, reply.body ?? "");
  else if (reply.kind !== "garbage" || reply.tokens !== undefined) return false;
  else if (reply.form === "bytes") talk.bytes("NOT HTTP AT ALL\r\n\r\n");
  else if (reply.form === "events") {
    talk.begin();
    talk.finish(brokenEvent);
  } else talk.whole(200, { "content-type": "text/html" }, "<html><body>Welcome to the proxy.</body></html>");
  return true;
}

const isAnswer = (reply: Reply): reply is Answer =>
  reply.kind === "text" || reply.kind === "json" || reply.kind === "toolCall";

/** Words with the space before them: their concatenation is the text. */
export const tokensOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** A text in pieces that respect nothing, as vendors cut the JSON of arguments. */
export const piecesOf = (text: string): string[] => text.match(/.{1,7}/gs) ?? [];

/** Three numbers that tell texts apart. */
const vectorOf = (text: string): number[] => [
  text.length,
  [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) / 1000,
  text.includes("\n") ? 1 : 0,
];

export const textOf = (reply: Answer): string =>
  reply.kind === "json" ? JSON.stringify(reply.value) : (reply.text ?? "");

export const argumentsOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export const usageOf = (reply: Answer): ToldUsage | null =>
  reply.usage === undefined ? { inputTokens: 11, outputTokens: tokensOf(textOf(reply)).length } : reply.usage;
