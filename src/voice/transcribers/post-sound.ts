import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface SoundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file: { readonly path: string; readonly name: string; readonly contentType: string };
  /** Aborting it closes the connection. */
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** The connection broke after the answer had begun. */
export class AnswerCut extends Error {
  constructor(cause: unknown) {
    super("The connection ended in the middle of the answer.", { cause });
    this.name = "AnswerCut";
  }
}

/** More than an answer about one chunk can be. */
const mostBytes = 32 * 1024 * 1024;

/**
 * Posts a form with a file, which goes from the disk to the socket without being in memory. Of Node's own HTTP, since its
 * `fetch` gives up on answers that begin after five minutes, and long sound takes longer on slow machines.
 * @throws AnswerCut, the signal's reason, or what Node throws before an answer
 */
export const postSound = async ({ url, headers, fields, file, signal }: SoundPost): Promise<PostAnswer> => {
  const boundary = `atrium-${randomBytes(18).toString("hex")}`;
  const part = (name: string, more = "") =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n`;
  const before = Buffer.from(
    fields.map(([name, value]) => `${part(name)}\r\n${value}\r\n`).join("") +
      `${part("file", `; filename="${file.name}"`)}Content-Type: ${file.contentType}\r\n\r\n`,
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { size } = await stat(file.path);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const request = send(url, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/json",
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": before.length + size + after.length,
    },
    // A connection of its own, gone with the request.
    agent: false,
    signal,
  });
  request.on("response", resolve).on("error", reject);
  async function* form() {
    yield before;
    yield* createReadStream(file.path, { end: Math.max(0, size - 1) });
    yield after;
  }
  const sent = pipeline(Readable.from(form()), request);
  // Who answers early, to refuse, need not have read all of it.
  sent.catch(reject);
  try {
    return await read(await promise);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    request.destroy();
    await sent.catch(() => {});
  }
};

const read = async (answer: IncomingMessage): Promise<PostAnswer> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > mostBytes) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw new AnswerCut(error);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces).toString("utf8") };
};
