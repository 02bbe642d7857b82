import type { ExecutionResult } from "graphql";
import type { Audience } from "#src/platform/audiences.js";

/** One result of a subscription, serialised once for all who get it. */
export class Frame {
  readonly #json: string;
  #message: Buffer | undefined;
  #event: Buffer | undefined;

  constructor(
    /** Of the entry that it tells, in its log. */
    readonly place: bigint,
    result: ExecutionResult,
    /** Who alone may see it; everybody when left out. */
    readonly audience?: Audience,
  ) {
    this.#json = JSON.stringify(result);
  }

  /** A `next` message of graphql-transport-ws from behind its operation's id on. */
  get message(): Buffer {
    this.#message ??= Buffer.from(`,"type":"next","payload":${this.#json}}`);
    return this.#message;
  }

  /** A `next` event of an event stream. */
  get event(): Buffer {
    this.#event ??= Buffer.from(`event: next\ndata: ${this.#json}\n\n`);
    return this.#event;
  }

  /** At least the characters of its payload. */
  get size(): number {
    return this.#json.length;
  }
}

/** Cut into pieces of about so many characters: a connection gets time to send one before it gets the next. */
const pieceSize = 128 * 1024;

export function* piecesOf(frames: readonly Frame[]): Generator<readonly Frame[]> {
  let piece: Frame[] = [];
  let size = 0;
  for (const frame of frames) {
    piece.push(frame);
    size += frame.size;
    if (size < pieceSize) continue;
    yield piece;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) yield piece;
}
