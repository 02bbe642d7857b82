import { Readable } from "node:stream";
import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { isId } from "#src/platform/ids.js";
import type { SealedObjects } from "#src/platform/storage/sealed-objects.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import { Upload, UploadStatus } from "./upload.js";
import type { UploadAddresses } from "./upload-addresses.js";
import { isBeingSent, UploadLease } from "./upload-lease.js";
import { beginCheck, cancelUpload, dropPieces, expiryOf, requireSize } from "./upload-service.js";

/** Bytes that are stored at once: what a process that is killed loses at most. */
const pieceBytes = 4 * 1024 * 1024;

interface Deps {
  readonly database: Database;
  readonly objects: SealedObjects;
  readonly vault: Vault;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly addresses: UploadAddresses;
  readonly config: Config;
}

/** How far an upload is, as its sender sees it. */
export interface UploadState {
  readonly id: string;
  readonly fileName: string;
  readonly status: UploadStatus;
  readonly received: number;
  readonly size: number | null;
  readonly expiresAt: Date | null;
}

/** An address that leads to no upload, or to one that is over. */
export const noSuchUpload = () =>
  new DomainError("NOT_FOUND", "There is no upload at this address that awaits bytes: it is over, or was given up.");

/** The bytes sent are not those that come next. */
export const wrongOffset = (received: number, offset: number) =>
  new DomainError("CONFLICT", `These bytes begin at ${offset}, and the next one that is missing is ${received}.`);

/** Takes the bytes of uploads, from whoever knows the signed address, in whatever process they arrive. */
export class UploadIntake {
  constructor(private readonly deps: Deps) {}

  get maxBytes(): number {
    return this.deps.config.files.maxBytes;
  }

  isSigned(uploadId: string, signature: string): boolean {
    return isId(uploadId, "upload") && this.deps.addresses.isSigned(uploadId, signature);
  }

  addressOf(uploadId: string): string {
    return this.deps.addresses.of(uploadId);
  }

  lease(uploadId: string): UploadLease {
    return new UploadLease(this.deps.database, this.deps.bus, uploadId);
  }

  /** Throws NOT_FOUND once it is over. */
  async state(id: string): Promise<UploadState> {
    const row = await this.deps.database.row(sql<
      UploadState & { expiresAt: string | null; received: string; size: string | null }
    >`
      select id, file_name as "fileName", status, received, size, expires_at as "expiresAt" from upload where id = ${id}`);
    if (row === undefined || row.status === UploadStatus.CANCELLED) throw noSuchUpload();
    const expiresAt = row.expiresAt === null ? null : new Date(row.expiresAt);
    if (expiresAt !== null && expiresAt <= this.deps.clock.now()) throw noSuchUpload();
    return { ...row, received: Number(row.received), size: row.size === null ? null : Number(row.size), expiresAt };
  }

  /**
   * Stores what follows at this place, piece by piece, and resolves with how many bytes are there then. Whatever ends the
   * content well ends the last piece. An error of it loses the piece under way, and no other.
   */
  async append(id: string, content: AsyncIterable<Buffer>, offset: number, lease: UploadLease, requestId: string) {
    const { objects } = this.deps;
    const { actor, key } = await this.#open(id, requestId);
    const source = new Pieces(content);
    let received = offset;
    while (await source.hasMore()) {
      const object = await objects.put(key, Readable.from(source.next(), { objectMode: false }));
      try {
        received = await this.#change(actor, id, lease, async (change, upload) => {
          if (upload.received !== received) throw wrongOffset(upload.received, received);
          const most = upload.size ?? this.maxBytes;
          if (received + object.size > most) throw tooMany(most);
          await objects.keep(change, object.objectKey);
          upload.pieces = [...upload.pieces, { key: object.objectKey, size: object.size }];
          upload.received = received + object.size;
          upload.expiresAt = expiryOf(change, this.deps.config);
          if (upload.received === upload.size) await beginCheck(change, upload);
          return upload.received;
        });
      } catch (error) {
        await objects.discard(object.objectKey);
        throw error;
      }
    }
    return received;
  }

  /** Says how many bytes there will be, of an upload that began without. With what has come already it may be complete. */
  async declareSize(id: string, size: number, lease: UploadLease, requestId: string): Promise<void> {
    requireSize(size, this.maxBytes);
    const { actor } = await this.#open(id, requestId);
    await this.#change(actor, id, lease, async (change, upload) => {
      if (upload.size === size) return;
      if (upload.size !== null)
        throw new DomainError("CONFLICT", `The upload was announced with ${upload.size} bytes.`);
      if (size < upload.received) throw new DomainError("CONFLICT", `${upload.received} bytes are there already.`);
      upload.size = size;
      if (upload.received === size) await beginCheck(change, upload);
    });
  }

  /** Begins again from the first byte. */
  async restart(id: string, lease: UploadLease, requestId: string): Promise<void> {
    const { actor } = await this.#open(id, requestId);
    await this.#change(actor, id, lease, async (change, upload) => {
      await dropPieces(change, upload, this.deps.objects);
      upload.received = 0;
    });
  }

  async cancel(id: string, requestId: string): Promise<void> {
    const { actor } = await this.#open(id, requestId);
    await this.deps.database.write(actor, async (change) => {
      const upload = await change.find(Upload, { id });
      if (upload !== null) await cancelUpload(change, upload, this.deps.objects);
    });
  }

  /** On behalf of whoever announced it: the address is theirs, and proves it. */
  async #open(id: string, requestId: string): Promise<{ actor: Actor; key: Buffer }> {
    const row = await this.deps.database.row(sql<{ workspaceId: string; createdById: string; fileKey: string }>`
      select workspace_id as "workspaceId", created_by_id as "createdById", file_key as "fileKey" from upload
      where id = ${id}`);
    if (row === undefined) throw noSuchUpload();
    const { workspaceId, createdById, fileKey } = row;
    const place = placeOf(Object.assign(new Upload(), { id, workspaceId }), "fileKey");
    const key = Buffer.from(await this.deps.vault.open(fileKey, place), "base64url");
    return { actor: { workspaceId, userId: createdById, permissions: new Set(), requestId }, key };
  }

  /** Changes an upload that awaits bytes, for the one request that holds it. */
  #change<T>(
    actor: Actor,
    id: string,
    lease: UploadLease,
    work: (change: Change, upload: Upload) => Promise<T>,
  ): Promise<T> {
    return this.deps.database.write(actor, async (change) => {
      const upload = await change.find(Upload, { id });
      if (upload === null) throw notFound("upload", id);
      if (upload.status !== UploadStatus.RECEIVING) throw noSuchUpload();
      if (upload.heldBy !== lease.token) throw isBeingSent();
      return work(change, upload);
    });
  }
}

/** More bytes than were announced, or than any upload may have. */
export const tooMany = (most: number) =>
  new DomainError("PAYLOAD_TOO_LARGE", `More than ${most} bytes came: the upload has at most so many.`, {
    limit: most,
  });

/** A stream that is read in pieces of at most 4 MiB. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer | undefined;

  constructor(content: AsyncIterable<Buffer>) {
    this.#source = content[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest === undefined || this.#rest.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }

  async *next(): AsyncGenerator<Buffer> {
    for (let left = pieceBytes; left > 0 && (await this.hasMore()); ) {
      const rest = this.#rest ?? Buffer.alloc(0);
      const part = rest.subarray(0, left);
      this.#rest = rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}
