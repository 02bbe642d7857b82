import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { newId } from "#src/platform/ids.js";
import { Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { SealedObjects } from "#src/platform/storage/sealed-objects.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import { cleanFileName } from "./file-name.js";
import { Upload, UploadPurpose, UploadStatus } from "./upload.js";
import type { UploadAddresses } from "./upload-addresses.js";
import type { CreateUploadInput } from "./upload-inputs.js";

export const CheckUpload = defineJob("files.check", z.object({ uploadId: z.string() }), {
  lane: "media",
  timeoutMs: 30 * 60_000,
});

export const uploadList = defineList(Upload, { plural: "uploads" });

interface Deps {
  readonly database: Database;
  readonly vault: Vault;
  readonly objects: SealedObjects;
  readonly addresses: UploadAddresses;
  readonly config: Config;
}

/** Uploads as those who send them see them: announced, completed, given up. `UploadIntake` takes their bytes. */
export class UploadService {
  constructor(private readonly deps: Deps) {}

  async create(actor: Actor, input: CreateUploadInput): Promise<Upload> {
    const { database, vault, config } = this.deps;
    const fileName = cleanFileName(input.fileName);
    const size = input.size ?? null;
    if (size !== null) requireSize(size, config.files.maxBytes, "input.size");
    const named = Object.assign(new Upload(), { id: newId("upload"), workspaceId: actor.workspaceId });
    const fileKey = await vault.seal(randomBytes(32).toString("base64url"), placeOf(named, "fileKey"));
    return database.write(actor, async (change) => {
      const upload = change.create(Upload, {
        id: named.id,
        fileName,
        purpose: input.purpose ?? UploadPurpose.RECORDING,
        status: UploadStatus.RECEIVING,
        size,
        received: 0,
        visibility: input.visibility ?? Visibility.WORKSPACE,
        createdById: actor.userId,
        expiresAt: expiryOf(change, config),
        pieces: [],
        fileKey,
      });
      change.record("upload.created", upload, shown(upload));
      return upload;
    });
  }

  /** Has the upload checked once all of its bytes are there. An upload without a size has as many as have come. */
  complete(actor: Actor, id: string): Promise<Upload> {
    return this.deps.database.write(actor, async (change) => {
      const upload = await findOwned(change, Upload, id, AccessLevel.WRITE);
      if (upload.status === UploadStatus.CANCELLED) throw new DomainError("CONFLICT", "The upload was given up.");
      const { status, received, size } = upload;
      if (status === UploadStatus.CHECKING && (await hasNoJob(change, upload))) await beginCheck(change, upload);
      if (status !== UploadStatus.RECEIVING) return upload;
      if (received === 0) throw new DomainError("CONFLICT", "No byte of it has come yet: send it to `url` first.");
      if (size !== null && received < size)
        throw new DomainError(
          "CONFLICT",
          `${received} of its ${size} bytes are there: send the rest to \`url\` first.`,
        );
      upload.size = received;
      await beginCheck(change, upload);
      return upload;
    });
  }

  /** Gives an upload up, unless a file has come of it already. */
  cancel(actor: Actor, id: string): Promise<Upload> {
    return this.deps.database.write(actor, async (change) => {
      const upload = await findOwned(change, Upload, id, AccessLevel.WRITE);
      await cancelUpload(change, upload, this.deps.objects);
      return upload;
    });
  }

  /** Where its bytes are sent, for whoever announced it and as long as they are awaited. */
  urlOf(actor: Actor, { id, status, createdById }: Upload): string | null {
    return status === UploadStatus.RECEIVING && createdById === actor.userId ? this.deps.addresses.of(id) : null;
  }
}

/** Throws unless an upload may have so many bytes. */
export const requireSize = (size: number, maxBytes: number, field?: string): void => {
  if (!Number.isSafeInteger(size) || size < 1) throw badInput("must be at least 1 byte.", field);
  if (size <= maxBytes) return;
  const message = `${size} bytes are too many: an upload has at most ${maxBytes} (ATRIUM_UPLOAD_MB).`;
  throw new DomainError("PAYLOAD_TOO_LARGE", message, { limit: maxBytes, ...(field === undefined ? {} : { field }) });
};

export const expiryOf = (change: Change, { files }: Config): Date =>
  new Date(change.now.getTime() + files.unfinishedMs);

/** All bytes are there: from here on they only wait to be looked at. */
export const beginCheck = async (change: Change, upload: Upload): Promise<void> => {
  const isNew = upload.status === UploadStatus.RECEIVING;
  upload.status = UploadStatus.CHECKING;
  upload.expiresAt = null;
  if (isNew) change.record("upload.received", upload, shown(upload));
  else change.audit("upload.checked_again", upload);
  upload.jobId = change.enqueue(CheckUpload, { uploadId: upload.id }, upload.visibility).id;
};

/** A check that failed for good, or was cancelled, can be asked for again. */
const hasNoJob = async (change: Change, { jobId }: Upload): Promise<boolean> => {
  const job = jobId === null ? null : await change.find(Job, { id: jobId });
  return job === null || job.finishedAt !== null;
};

export const cancelUpload = async (change: Change, upload: Upload, objects: SealedObjects): Promise<void> => {
  if (upload.status === UploadStatus.READY) throw new DomainError("CONFLICT", "Its bytes are a file already.");
  if (upload.status === UploadStatus.CANCELLED || upload.status === UploadStatus.REFUSED) return;
  upload.status = UploadStatus.CANCELLED;
  upload.expiresAt = null;
  await dropPieces(change, upload, objects);
  change.record("upload.cancelled", upload, shown(upload));
};

/** Lets all stored bytes of an upload go, in the commit that changes it. */
export const dropPieces = async (change: Change, upload: Upload, objects: SealedObjects): Promise<void> => {
  const keys = upload.pieces.map(({ key }) => key);
  upload.pieces = [];
  await objects.discardIn(change, keys);
};

export const shown = ({ id, fileName, purpose, status, size }: Upload) => ({ id, fileName, purpose, status, size });
