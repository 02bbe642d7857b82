import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { type Coding, codingFor } from "./accept-encoding.js";

/** Smaller answers fit into one packet as they are, in bytes. */
const threshold = 1024;

// Answers are made once and read once. A smaller window than brotli's 4 MiB is quicker to lay out.
const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 };
const [toBrotli, toGzip] = [promisify(brotliCompress), promisify(gzip)];

interface Coded {
  readonly coding: Coding;
  readonly body: Buffer;
}

/**
 * An answer as its client takes it best; nothing when that is as it is. Only for what may be compressed: event streams must
 * flow, and an answer that holds a secret must not tell of it by its length (docs/decisions/008-compression.md).
 */
export const compressed = (text: string, accepted: string | undefined): Promise<Coded> | undefined => {
  const coding = text.length < threshold ? "identity" : codingFor(accepted);
  if (coding === "identity") return undefined;
  const body = coding === "br" ? toBrotli(text, { params: brotliParams }) : toGzip(text, { level: 1 });
  return body.then((body) => ({ coding, body }));
};
