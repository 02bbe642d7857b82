import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { parseBuffer } from "music-metadata";
import { type Ending, StubTalk } from "./stub-talk.js";

/** A segment as Whisper tells it, in seconds. */
export interface ToldSegment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly avg_logprob?: number;
  readonly no_speech_prob?: number;
}

/** What the stub answers to one request. */
export type WhisperReply =
  /** Segments, or their words alone when the request asks for no more. Left out: one segment as long as the sound. */
  | {
      readonly kind: "heard";
      readonly segments?: readonly ToldSegment[];
      readonly language?: string;
      /** Milliseconds before the answer. */
      readonly delayMs?: number;
    }
  /** Exactly this. */
  | { readonly kind: "json"; readonly value: unknown }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Takes the sound and stays silent. */
  | { readonly kind: "hang" }
  /** Ends the connection in the middle of the answer. */
  | { readonly kind: "cut" }
  /** Resets the connection before any answer. */
  | { readonly kind: "reset" }
  /** A web page, half of some JSON, bytes that are not HTTP, or nothing at all. */
  | { readonly kind: "garbage"; readonly form: "page" | "half" | "bytes" | "empty" };

export interface WhisperRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The form without its file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly file: { readonly name: string; readonly contentType: string; readonly bytes: Buffer };
  /** Of the sound that was sent, as its bytes say. */
  readonly durationMs: number;
  /** Milliseconds of `performance.now()` at its arrival. */
  readonly at: number;
  readonly ended: Promise<Ending>;
}

export interface WhisperStub {
  /** Where it listens, such as `http://127.0.0.1:40123`; its API is at `/v1`. */
  readonly url: string;
  readonly requests: readonly WhisperRequest[];
  /** Requests that are unfinished now, and the most that ever were at once. */
  readonly open: number;
  readonly mostOpen: number;
  /** The answer to every request that nothing was scripted for. */
  byDefault: WhisperReply | ((request: WhisperRequest) => WhisperReply);
  /** Queues answers for the next requests. */
  script(...replies: WhisperReply[]): void;
  close(): Promise<void>;
}

/** A server that speaks OpenAI's audio API as whisper-1 does. */
export const startWhisperStub = async (): Promise<WhisperStub> => {
  const requests: WhisperRequest[] = [];
  const scripted: WhisperReply[] = [];
  const sockets = new Set<Socket>();
  let mostOpen = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    sockets.add(incoming.socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
    const talk = new StubTalk(response, end);
    const request = { ...(await readForm(incoming)), at: performance.now(), ended };
    requests.push(request);
    if (!request.path.endsWith("/audio/transcriptions")) return talk.whole(404, json, '{"error":{"message":"No."}}');
    const { byDefault } = stub;
    await answer(talk, scripted.shift() ?? (typeof byDefault === "function" ? byDefault(request) : byDefault), request);
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  server.maxRequestsPerSocket = 1;
  server.on("connection", (socket) => {
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: WhisperStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get open() {
      return sockets.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    byDefault: { kind: "heard" },
    script: (...replies) => void scripted.push(...replies),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return stub;
};

const json = { "content-type": "application/json" };

const readForm = async (incoming: IncomingMessage) => {
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? "/", "http://stub");
  const bytes = await buffer(incoming);
  const type = incoming.headers["content-type"] ?? "";
  const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData();
  const fields: Record<string, string> = {};
  const file = { name: "", contentType: "", bytes: Buffer.alloc(0) };
  for (const [name, value] of form) {
    if (typeof value === "string") fields[name] = value;
    else if (name === "file")
      Object.assign(file, { name: value.name, contentType: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  const { format } = await parseBuffer(file.bytes, { mimeType: file.contentType }, { duration: true });
  return {
    path,
    query,
    headers: incoming.headers,
    fields,
    file,
    durationMs: Math.round((format.duration ?? 0) * 1000),
  };
};

const answer = async (talk: StubTalk, reply: WhisperReply, request: WhisperRequest): Promise<void> => {
  if (reply.kind === "hang") return;
  if (reply.kind === "reset") return talk.reset();
  if (reply.kind === "status") return talk.whole(reply.status, reply.headers ?? {}, reply.body ?? "");
  if (reply.kind === "json") return talk.whole(200, json, JSON.stringify(reply.value));
  if (reply.kind === "cut") {
    talk.begin();
    talk.say('{"task":"transcribe","text":"These words ar');
    await talk.pause(20);
    return talk.reset();
  }
  if (reply.kind === "garbage") {
    if (reply.form === "bytes") return talk.bytes("NOT HTTP AT ALL\r\n\r\n");
    if (reply.form === "page") return talk.whole(200, { "content-type": "text/html" }, "<html>Welcome.</html>");
    return talk.whole(200, json, reply.form === "half" ? '{"text": "half' : "");
  }
  await talk.pause(reply.delayMs);
  const seconds = request.durationMs / 1000;
  const segments = reply.segments ?? [{ start: 0, end: seconds, text: ` Words of ${seconds.toFixed(1)} seconds.` }];
  const text = segments.map((each) => each.text).join("");
  const isVerbose = request.fields.response_format === "verbose_json";
  const told = isVerbose
    ? {
        ...{ task: "transcribe", language: reply.language ?? "english", duration: seconds, text },
        segments: segments.map((each, id) => ({
          ...{
            id,
            seek: 0,
            tokens: [],
            temperature: 0,
            avg_logprob: -0.2,
            compression_ratio: 1.2,
            no_speech_prob: 0.01,
          },
          ...each,
        })),
      }
    : { text };
  talk.whole(200, json, JSON.stringify(told));
};
