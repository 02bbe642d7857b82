import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseQuery } from "node:querystring";
import { parse as parseJson } from "secure-json-parse";
import type { Context } from "#resolvers/context.js";
import type { Admitted, GraphqlParams } from "#resolvers/guards/admit-document.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Arrival } from "./arrival.js";
import { compressed } from "./compression.js";
import { readGraphqlRequest, refuseForgery, requireJson } from "./graphql-request.js";

/** Most bytes of a request's body: 10,000 points of telemetry fit. */
export const bodyLimit = 4 * 1024 * 1024;

export const tooLarge = new DomainError("PAYLOAD_TOO_LARGE", "A request has at most 4 MiB.");
export const notJson = badInput("The body is not JSON, or not as long as it says.");

/** One request to `/graphql` on its way, as far as it got: what its errors and its log line need, and how it is answered. */
export class Exchange {
  readonly arrival: Arrival;
  /** Of a refusal that does not bring its own. What is wrong before the document is read is 400; then the media type decides. */
  status = 400;
  context?: Context;
  admitted?: Admitted;
  /** Of the answer, beside those that every answer has: names and values in turn. */
  readonly headers: string[] = [];

  constructor(
    readonly message: IncomingMessage,
    private readonly response: ServerResponse,
    /** Address of the client, past the proxies that are trusted. */
    readonly ip: string,
    /** Headers of every answer of this server, names and values in turn. */
    private readonly fixedHeaders: readonly string[],
    /** Of the answer. */
    readonly mediaType: string,
  ) {
    this.arrival = message.arrival;
  }

  /** The parameters of the operation. Throws a DomainError before its body is read, where its headers forbid it. */
  async read(): Promise<GraphqlParams> {
    const { headers, method = "GET", url = "" } = this.message;
    if (method !== "POST") {
      refuseForgery(headers);
      return readGraphqlRequest({ method, headers, body: undefined, search: searchOf(url) });
    }
    // No page can send JSON to another origin without a preflight: this is the CSRF prevention of a POST.
    requireJson(headers);
    const text = await readBody(this.message);
    return readGraphqlRequest({ method, headers, body: parse(text), search: {} });
  }

  /** Sends the answer as it is. */
  answer(text: string | Buffer, status = 200, vary = "Origin"): void {
    const { response, arrival } = this;
    if (response.destroyed || response.headersSent) return;
    const head = [...this.fixedHeaders, "x-request-id", arrival.requestId, "vary", vary];
    head.push("content-type", `${this.mediaType}; charset=utf-8`, "content-length", String(Buffer.byteLength(text)));
    for (const each of this.headers) head.push(each);
    response.writeHead(status, head);
    response.end(text);
  }

  /** Sends an answer that holds no secret, compressed to a client that takes it so. */
  async answerCompressed(text: string): Promise<void> {
    const coded = await compressed(text, this.message.headers["accept-encoding"]);
    if (coded !== undefined) this.headers.push("content-encoding", coded.coding);
    this.answer(coded?.body ?? text, this.status, "Origin, Accept-Encoding");
  }
}

const searchOf = (url: string) => {
  const mark = url.indexOf("?");
  return mark === -1 ? {} : parseQuery(url.slice(mark + 1));
};

const parse = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    throw notJson;
  }
};

/** The body as text. One that is too large is not read to its end: the connection has to be closed. */
const readBody = (message: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    if (Number(message.headers["content-length"]) > bodyLimit) return reject(tooLarge);
    const chunks: Buffer[] = [];
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else {
        message.removeAllListeners("data");
        reject(tooLarge);
      }
    });
    message.once("end", () =>
      resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()),
    );
    message.once("error", () => reject(notJson));
  });
