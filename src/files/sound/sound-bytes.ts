import type { FileHandle } from "node:fs/promises";

const windowSize = 1024 * 1024;

/** Most parts, such as chunks or boxes, that are gone through: sound has no use for more. */
const maxParts = 100_000_000;

/** Why bytes are not the sound that they say they are, in words for whoever sent them. */
export class UnfitSound extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnfitSound";
  }
}

/** What the bytes themselves say, counted to the last of them. */
export interface Measured {
  readonly contentType: string;
  readonly durationMs: number;
  /** Its headers were written before its end was known, so what they say of its length is no lie. */
  readonly isStreamed?: boolean;
}

/** A file that is read here and there, through one window. */
export class SoundBytes {
  #window: Buffer = Buffer.alloc(0);
  #start = 0;
  #parts = 0;

  constructor(
    private readonly file: FileHandle,
    readonly size: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** To be called for each part, so that no file of tiny ones keeps a worker busy for hours. */
  nextPart(most = maxParts): void {
    this.#parts += 1;
    if (this.#parts > most) throw new UnfitSound("It is in more parts than sound has.");
  }

  /** So many bytes from a place on; what is not there means that the sound is cut off. */
  async at(position: number, length: number): Promise<Buffer> {
    if (position + length > this.size)
      throw new UnfitSound(`It is cut off: ${position + length - this.size} bytes are missing at its end.`);
    return this.some(position, length);
  }

  /** The same, or as many as there are. */
  async some(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const inside = position >= this.#start && position + wanted <= this.#start + this.#window.length;
    if (!inside) await this.#load(position, wanted);
    const from = position - this.#start;
    return this.#window.subarray(from, from + wanted);
  }

  async #load(position: number, wanted: number): Promise<void> {
    this.signal?.throwIfAborted();
    const length = Math.min(Math.max(windowSize, wanted), this.size - position);
    // A new one each time: what was given out before stays as it is.
    const fresh = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.file.read(fresh, filled, length - filled, position + filled);
      if (bytesRead === 0) throw new Error("The file became shorter while it was read.");
      filled += bytesRead;
    }
    this.#window = fresh;
    this.#start = position;
  }
}
