import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { FinishReason, Provider, Usage } from "#src/ai/provider.js";
import type { Timeouts } from "#src/ai/providers/langchain-provider.js";

interface Pace {
  /** Milliseconds before the first token. */
  readonly firstTokenDelayMs?: number;
  /** Milliseconds before each further token. */
  readonly tokenDelayMs?: number;
  /** Tokens reported at the end; null reports none. Default: 11 in, one out per token. */
  readonly usage?: Usage | null;
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
  | { readonly kind: "embeddings"; readonly vectors: readonly (readonly number[])[] }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Takes the request and stays silent, after `tokens` tokens (default none, not even headers). */
  | { readonly kind: "hang"; readonly tokens?: number }
  /** Ends the response after `tokens` tokens, with nothing said about its end. */
  | { readonly kind: "cutAfter"; readonly tokens: number }
  /** Resets the connection: at once, or after `tokens` tokens. */
  | { readonly kind: "resetConnection"; readonly tokens?: number }
  /** A web page, an event stream of broken JSON, or bytes that are not HTTP. */
  | { readonly kind: "garbage"; readonly form?: "page" | "events" | "bytes" }
  /** An answer of the protocol, finished, with nothing in it. */
  | { readonly kind: "empty" }
  /** An error told inside a stream that began well. */
  | { readonly kind: "errorEvent"; readonly error: Readonly<Record<string, unknown>> };

/** How a request ended: `client` when the other side closed the connection before its answer was complete. */
type Ending = "answered" | "broken" | "client";

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
  purpose(path: string): "generate" | "embed" | undefined;
  /** The event stream of an answer, with at least three tokens for `cutAfter` and its kind to break. */
  frames(reply: Answer, request: StubRequest): Frame[];
  embeddings(vectors: readonly (readonly number[])[], request: StubRequest): unknown;
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
  byDefault: Reply;
  /** Queues answers for the next requests. */
  script(...replies: Reply[]): void;
  close(): Promise<void>;
}

/** A provider that can be pointed at a stub of its protocol. */
export interface StubbedVendor {
  readonly name: string;
  startStub(): Promise<WireStub>;
  /** The provider with the models `model-a` and `embedding-a`. */
  open(stubUrl: string, timeouts?: Timeouts): Provider;
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
    const talk = new Talk(response, end);
    const purpose = protocol.purpose(path);
    if (!purpose)
      return talk.whole(404, { "content-type": "application/json" }, `{"error":{"message":"No such path."}}`);
    const reply = scripted.shift() ?? stub.byDefault;
    if (await misbehave(talk, reply)) return;
    if (purpose === "embed") {
      const vectors = reply.kind === "embeddings" ? reply.vectors : (body.input ?? []).map(vectorOf);
      return talk.whole(
        200,
        { "content-type": "application/json" },
        JSON.stringify(protocol.embeddings(vectors, request)),
      );
    }
    await stream(talk, reply, request);
  }

  async function stream(talk: Talk, reply: Reply, request: StubRequest) {
    talk.begin();
    const normal: Answer = isAnswer(reply) ? reply : { kind: "text", text: "one two three four five six" };
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

/** The answers that need no protocol. False when the reply is not one of them. */
async function misbehave(talk: Talk, reply: Reply): Promise<boolean> {
  if (reply.kind === "hang") return reply.tokens === undefined;
  if (reply.kind === "resetConnection" && reply.tokens === undefined) talk.reset();
  else if (reply.kind === "status") talk.whole(reply.status, reply.headers ?? {}, reply.body ?? "");
  else if (reply.kind !== "garbage") return false;
  else if (reply.form === "bytes") talk.bytes("NOT HTTP AT ALL\r\n\r\n");
  else if (reply.form === "events") {
    talk.begin();
    talk.finish('event: message_start\ndata: {"choices": [{"del\n\n');
  } else talk.whole(200, { "content-type": "text/html" }, "<html><body>Welcome to the proxy.</body></html>");
  return true;
}

/** One response: what is said in it, and how it ends. */
class Talk {
  private readonly over = new AbortController();
  private broken = false;

  constructor(
    private readonly response: ServerResponse,
    end: (ending: Ending) => void,
  ) {
    response
      .on("error", () => {})
      .on("close", () => {
        this.over.abort();
        end(this.broken ? "broken" : response.writableFinished ? "answered" : "client");
      });
  }

  begin() {
    this.response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    this.response.flushHeaders();
  }

  say(data: string) {
    this.response.write(data);
  }

  finish(data?: string) {
    this.response.end(data);
  }

  whole(status: number, headers: Record<string, string>, body: string) {
    this.response.writeHead(status, headers).end(body);
  }

  bytes(data: string) {
    this.broken = true;
    this.response.socket?.end(data);
  }

  reset() {
    this.broken = true;
    this.response.socket?.resetAndDestroy();
  }

  /** Ends at once, by throwing, when the client is gone. */
  async pause(ms = 0) {
    if (ms > 0) await delay(ms, undefined, { signal: this.over.signal });
  }
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

export const usageOf = (reply: Answer): Usage | null =>
  reply.usage === undefined ? { inputTokens: 11, outputTokens: tokensOf(textOf(reply)).length } : reply.usage;
