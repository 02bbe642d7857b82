import { addAbortSignal, Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Config } from "../config.js";
import { newObjectKey, requireObjectKey } from "./object-key.js";
import { type ByteRange, NoSuchObject, type ObjectStore } from "./object-store.js";
import { probeStore } from "./probe-store.js";
import { s3Error, statusOfS3 } from "./s3-error.js";
import { inParts, mostParts, partBytes } from "./s3-parts.js";
import { StorageError } from "./storage-error.js";

type Settings = NonNullable<Config["files"]["s3"]>;
type Sdk = typeof import("@aws-sdk/client-s3");

/** How long a connection may take, and how long one may be silent, in milliseconds. */
const connectMs = 5_000;
const silentMs = 60_000;
const attempts = 4;

/** Objects in a bucket of Amazon S3, or of any store that speaks its protocol. */
export class S3Store implements ObjectStore {
  readonly name = "S3";

  private constructor(
    private readonly sdk: Sdk,
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** The client is loaded here, and takes no memory where files are in a folder. */
  static async connect(settings: Settings): Promise<S3Store> {
    const { bucket, endpoint, region, accessKeyId, secretAccessKey } = settings;
    const sdk = await import("@aws-sdk/client-s3");
    const client = new sdk.S3Client({
      region,
      maxAttempts: attempts,
      requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs },
      // Many stores know nothing of the newer checksums. What was changed is noticed when it is decrypted.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
    });
    return new S3Store(sdk, client, bucket);
  }

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<{ size: number }> {
    const target = this.#target(key);
    if (signal !== undefined) addAbortSignal(signal, content);
    const parts = inParts(content);
    try {
      const first = (await parts.next()).value ?? Buffer.alloc(0);
      // A full part may be followed by others.
      if (first.length === partBytes) return { size: await this.#putInParts(target, first, parts, signal) };
      await this.#told(() =>
        this.client.send(new this.sdk.PutObjectCommand({ ...target, Body: first }), asked(signal)),
      );
      return { size: first.length };
    } finally {
      content.destroy();
    }
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const target = this.#target(key);
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
    try {
      const { Body } = await this.client.send(new this.sdk.GetObjectCommand({ ...target, Range }));
      return Body as Readable;
    } catch (error) {
      // An object that does not go so far; an empty one has no ranges at all.
      if (statusOfS3(error) === 416) return Readable.from([]);
      if (isMissing(error)) throw new NoSuchObject(key, { cause: error });
      throw s3Error(this.bucket, error);
    }
  }

  async sizeOf(key: string): Promise<number | undefined> {
    const target = this.#target(key);
    try {
      return (await this.client.send(new this.sdk.HeadObjectCommand(target))).ContentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw s3Error(this.bucket, error);
    }
  }

  async remove(key: string): Promise<void> {
    const target = this.#target(key);
    try {
      await this.client.send(new this.sdk.DeleteObjectCommand(target));
    } catch (error) {
      if (!isMissing(error)) throw s3Error(this.bucket, error);
    }
  }

  probe(): Promise<void> {
    return probeStore(this, newObjectKey());
  }

  close(): void {
    this.client.destroy();
  }

  #target(key: string) {
    return { Bucket: this.bucket, Key: requireObjectKey(key) };
  }

  /** One part after the other, so that the memory has one. Without its end, S3 shows nothing of it. */
  async #putInParts(
    target: { Bucket: string; Key: string },
    first: Buffer,
    rest: AsyncIterable<Buffer>,
    signal?: AbortSignal,
  ): Promise<number> {
    const { sdk, client } = this;
    const begin = () => client.send(new sdk.CreateMultipartUploadCommand(target), asked(signal));
    const { UploadId } = await this.#told(begin);
    const upload = { ...target, UploadId };
    const done: { ETag: string | undefined; PartNumber: number }[] = [];
    let size = 0;
    const send = async (Body: Buffer) => {
      const PartNumber = done.length + 1;
      if (PartNumber > mostParts)
        throw new StorageError("ATRIUM_UPLOAD_MB", `S3 takes at most ${mostParts} parts of ${partBytes} bytes each.`);
      const part = () => client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }), asked(signal));
      const { ETag } = await this.#told(part);
      done.push({ ETag, PartNumber });
      size += Body.length;
    };
    try {
      await send(first);
      for await (const part of rest) await send(part);
      const MultipartUpload = { Parts: done };
      const end = () =>
        client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload }), asked(signal));
      await this.#told(end);
      return size;
    } catch (error) {
      await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  /** Says what the operator has to do about what the store says. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as Error).name === "AbortError") throw error;
      throw s3Error(this.bucket, error);
    }
  }
}

const asked = (abortSignal: AbortSignal | undefined) => (abortSignal === undefined ? {} : { abortSignal });

/** HEAD has no body, and so only a status. */
const isMissing = (error: unknown) =>
  (error as Error | undefined)?.name === "NoSuchKey" || (error as Error | undefined)?.name === "NotFound";
