import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import type { ByteRange } from "./object-store.js";

/** Bytes of plain text in each chunk but the last one. */
export const chunkBytes = 64 * 1024;
const tagBytes = 16;
const saltBytes = 16;
const version = 1;
/** What stands before the chunks: the version and the salt. */
export const headerBytes = 1 + saltBytes;

/** An object that was cut, changed, or stored under another key. */
export class DamagedObject extends Error {
  constructor(objectKey: string, reason: string, options?: ErrorOptions) {
    super(`The object ${objectKey} does not open: ${reason}.`, options);
    this.name = "DamagedObject";
  }
}

/** How an object is encrypted: 32 bytes from which its own key follows, and the name under which alone it opens. */
export interface ObjectSeal {
  readonly objectKey: string;
  readonly key: Buffer;
}

interface Plain {
  readonly size: number;
  readonly sha256: string;
}

/**
 * The object of these bytes. Each chunk is AES-256-GCM of its own, with its number and whether it is the last one as nonce
 * (STREAM: Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so none can be cut off, moved or appended unnoticed.
 * `docs/files.md` has the format. Returns what the bytes were.
 */
export async function* sealObject(
  content: AsyncIterable<Buffer | string>,
  seal: ObjectSeal,
): AsyncGenerator<Buffer, Plain> {
  const salt = randomBytes(saltBytes);
  const key = contentKey(seal, salt);
  yield Buffer.concat([Buffer.of(version), salt]);
  const hash = createHash("sha256");
  let [size, index, waiting] = [0, 0, 0];
  let parts: Buffer[] = [];
  for await (const each of content) {
    const part = Buffer.from(each as Buffer);
    hash.update(part);
    size += part.length;
    waiting += part.length;
    parts.push(part);
    // A full chunk waits until it is known that it is not the last one.
    if (waiting <= chunkBytes) continue;
    const bytes = Buffer.concat(parts);
    let at = 0;
    for (; bytes.length - at > chunkBytes; at += chunkBytes)
      yield sealChunk(key, index++, false, bytes.subarray(at, at + chunkBytes));
    parts = [bytes.subarray(at)];
    waiting = bytes.length - at;
  }
  yield sealChunk(key, index, true, Buffer.concat(parts));
  return { size, sha256: hash.digest("hex") };
}

/** Where in an object of so many plain bytes the chunks stand that a range of them needs. */
export const sealedRange = (size: number, range: ByteRange = { start: 0, end: size - 1 }) => {
  const last = Math.max(0, Math.ceil(size / chunkBytes) - 1);
  const from = Math.floor(range.start / chunkBytes);
  const to = Math.max(0, Math.floor(range.end / chunkBytes));
  const offset = (chunk: number) => headerBytes + chunk * (chunkBytes + tagBytes);
  const endOf = (chunk: number) => offset(chunk) + plainLength(size, chunk) + tagBytes - 1;
  return {
    from,
    to,
    last,
    // One byte past the end of an object, where there must be none.
    bytes: { start: from === 0 ? 0 : offset(from), end: endOf(to) + (to === last ? 1 : 0) },
  };
};

/**
 * Gives the plain bytes of a range. It is fed the object's bytes of `sealedRange`; `header` are its first ones, left out when
 * they are among these. Fails with `DamagedObject`, at the latest before the last byte of a chunk that is not what it was.
 */
export class ObjectOpener extends Transform {
  readonly #seal: ObjectSeal;
  readonly #size: number;
  readonly #range: ByteRange;
  readonly #at: ReturnType<typeof sealedRange>;
  #key: Buffer | undefined;
  #index: number;
  #parts: Buffer[] = [];
  #waiting = 0;

  constructor(seal: ObjectSeal, size: number, range: ByteRange = { start: 0, end: size - 1 }, header?: Buffer) {
    super();
    this.#seal = seal;
    this.#size = size;
    this.#range = range;
    this.#at = sealedRange(size, range);
    this.#index = this.#at.from;
    this.#key = header === undefined ? undefined : contentKey(seal, saltOf(header, seal.objectKey));
  }

  override _transform(part: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#parts.push(part);
    this.#waiting += part.length;
    try {
      while (this.#index <= this.#at.to && this.#waiting >= this.#needed) this.#next(Buffer.concat(this.#parts));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const { objectKey } = this.#seal;
    const isShorter = this.#index <= this.#at.to;
    if (isShorter) done(new DamagedObject(objectKey, "it is shorter than it was"));
    else done(this.#waiting > 0 ? new DamagedObject(objectKey, "it is longer than it was") : null);
  }

  /** Bytes that the next step takes. */
  get #needed(): number {
    return this.#key === undefined ? headerBytes : plainLength(this.#size, this.#index) + tagBytes;
  }

  #next(bytes: Buffer): void {
    const piece = bytes.subarray(0, this.#needed);
    this.#parts = [bytes.subarray(piece.length)];
    this.#waiting -= piece.length;
    if (this.#key === undefined) {
      this.#key = contentKey(this.#seal, saltOf(piece, this.#seal.objectKey));
      return;
    }
    const { start, end } = this.#range;
    const begin = this.#index * chunkBytes;
    const plain = openChunk(this.#key, this.#index, this.#index === this.#at.last, piece, this.#seal.objectKey);
    this.push(plain.subarray(Math.max(0, start - begin), Math.min(plain.length, end - begin + 1)));
    this.#index += 1;
  }
}

const plainLength = (size: number, chunk: number) => Math.min(chunkBytes, size - chunk * chunkBytes);

const contentKey = ({ key, objectKey }: ObjectSeal, salt: Buffer) =>
  Buffer.from(hkdfSync("sha256", key, salt, `atrium object v${version} ${objectKey}`, 32));

const saltOf = (header: Buffer, objectKey: string): Buffer => {
  if (header.length < headerBytes) throw new DamagedObject(objectKey, "it is shorter than it was");
  if (header[0] !== version) throw new DamagedObject(objectKey, `its version ${header[0]} is not known`);
  return header.subarray(1, headerBytes);
};

/** Eleven bytes count the chunks, the twelfth is 1 for the last one. */
const nonceOf = (index: number, isLast: boolean): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
};

const options = { authTagLength: tagBytes };

const sealChunk = (key: Buffer, index: number, isLast: boolean, plain: Buffer): Buffer => {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(index, isLast), options);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

const openChunk = (key: Buffer, index: number, isLast: boolean, sealed: Buffer, objectKey: string): Buffer => {
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(index, isLast), options);
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch (cause) {
    throw new DamagedObject(objectKey, `its chunk ${index} is not what it was`, { cause });
  }
};
