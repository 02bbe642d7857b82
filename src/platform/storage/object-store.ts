import type { Readable } from "node:stream";

/** A part of an object: `start` and `end` are bytes, both included, as in a Range header (RFC 9110, 14.1). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where bytes lie: a folder, or a bucket. Keys are chosen by the server alone (`newObjectKey`); nothing that a client said
 * is ever part of one.
 */
export interface ObjectStore {
  /** What the operator calls it, such as `folder` or `S3`. */
  readonly name: string;
  /** Stores all of it under the key, or nothing: an object that can be read is whole. Takes the place of one before it. */
  put(key: string, content: Readable, signal?: AbortSignal): Promise<{ readonly size: number }>;
  /** Throws `NoSuchObject`. */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** Bytes of the object; undefined when there is none. */
  sizeOf(key: string): Promise<number | undefined>;
  /** Ends well when there is none. */
  remove(key: string): Promise<void>;
  /** Writes, reads and removes a small object; throws with what the operator has to do. */
  probe(): Promise<void>;
  close(): void;
}

export class NoSuchObject extends Error {
  constructor(key: string, options?: ErrorOptions) {
    super(`There is no object ${key}.`, options);
    this.name = "NoSuchObject";
  }
}
