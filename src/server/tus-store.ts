import type { Readable } from "node:stream";
import { DataStore, type Lock, type Locker, Upload as TusUpload } from "@tus/server";
import type { UploadIntake } from "#src/files/upload-intake.js";
import type { UploadLease } from "#src/files/upload-lease.js";
import { DomainError } from "#src/platform/errors.js";

/** The store behind one request of the tus protocol: pieces of an upload, for the request that holds its lease. */
export class TusStore extends DataStore implements Locker {
  override extensions = ["creation", "creation-with-upload", "creation-defer-length", "termination", "expiration"];
  #lease: UploadLease | undefined;

  constructor(
    private readonly intake: UploadIntake,
    private readonly unfinishedMs: number,
    private readonly requestId: string,
  ) {
    super();
  }

  newLock(id: string): Lock {
    const lease = this.intake.lease(id);
    this.#lease = lease;
    return { lock: (signal, cancel) => lease.take(cancel, signal), unlock: () => lease.release() };
  }

  override async getUpload(id: string): Promise<TusUpload> {
    const { received, size, fileName, expiresAt } = await this.intake.state(id);
    // The protocol counts from the beginning, and we from the last byte.
    const begins =
      expiresAt === null ? {} : { creation_date: new Date(expiresAt.getTime() - this.unfinishedMs).toISOString() };
    const known = size === null ? {} : { size };
    return new TusUpload({ id, offset: received, metadata: { filename: fileName }, ...known, ...begins });
  }

  override write(content: Readable, id: string, offset: number): Promise<number> {
    return this.intake.append(id, content, offset, this.#held, this.requestId);
  }

  override declareUploadLength(id: string, size: number): Promise<void> {
    return this.intake.declareSize(id, size, this.#held, this.requestId);
  }

  override remove(id: string): Promise<void> {
    return this.intake.cancel(id, this.requestId);
  }

  override getExpiration(): number {
    return this.unfinishedMs;
  }

  get #held(): UploadLease {
    if (this.#lease === undefined) throw new DomainError("CONFLICT", "Nothing is written without a lease.");
    return this.#lease;
  }
}
