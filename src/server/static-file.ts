import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Coding, codingFor } from "./accept-encoding.js";

/** Up to here the strongest brotli is worth its time, in bytes; beyond, it takes seconds for a few per cent. */
const strongestUpTo = 256 * 1024;
const strongest = 11;
const strong = 5;
/** Smaller files gain nothing, in bytes. */
const leastBytes = 512;

export const contentHash = (body: Buffer): string => createHash("sha256").update(body).digest("hex").slice(0, 10);

/** A file in memory, in every coding. Each is compressed once, off the main thread, when it is first asked for. */
export class StaticFile {
  readonly hash: string;
  readonly #body: Buffer;
  readonly #coded = new Map<Coding, Promise<Buffer>>();

  constructor(
    body: string | Buffer,
    private readonly type: string,
    private readonly cacheControl: string,
  ) {
    this.#body = Buffer.from(body);
    this.hash = contentHash(this.#body);
  }

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const asked = codingFor(request.headers["accept-encoding"]);
    const coding = this.#body.length < leastBytes ? "identity" : asked;
    const etag = coding === "identity" ? `"${this.hash}"` : `"${this.hash}-${coding}"`;
    reply.headers({ etag, vary: "Origin, Accept-Encoding", "cache-control": this.cacheControl });
    if (names(request.headers["if-none-match"], etag)) return reply.code(304).send();
    if (coding !== "identity") reply.header("content-encoding", coding);
    return reply.type(this.type).send(await this.#in(coding));
  }

  #in(coding: Coding): Promise<Buffer> {
    const known = this.#coded.get(coding);
    if (known !== undefined) return known;
    const coded = compress(this.#body, coding);
    this.#coded.set(coding, coded);
    return coded;
  }
}

const compress = async (body: Buffer, coding: Coding): Promise<Buffer> => {
  if (coding === "gzip") return promisify(gzip)(body, { level: body.length <= strongestUpTo ? 9 : 6 });
  if (coding === "identity") return body;
  const quality = body.length <= strongestUpTo ? strongest : strong;
  return promisify(brotliCompress)(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  });
};

/** Whether `If-None-Match` names this representation (RFC 9110, section 13.1.2). */
const names = (header: string | undefined, etag: string): boolean =>
  header?.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag) ?? false;
