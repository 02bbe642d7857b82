import { once } from "node:events";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import type { Run } from "#src/platform/run.js";
import type { SealedObjects } from "#src/platform/storage/sealed-objects.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import type { FileService, StoredBytes } from "./file-service.js";
import type { SoundFacts } from "./stored-file.js";
import type { TemporaryCopies } from "./temporary-copies.js";
import { Upload, type UploadPiece, type UploadPurpose, UploadStatus } from "./upload.js";
import type { Inspect } from "./upload-rules.js";
import { dropPieces, shown } from "./upload-service.js";

interface Deps {
  readonly database: Database;
  readonly vault: Vault;
  readonly objects: SealedObjects;
  readonly files: FileService;
  readonly copies: TemporaryCopies;
  readonly rules: Readonly<Record<UploadPurpose, Inspect>>;
}

/** What a look at an upload came to. Nothing of it is true before `settle`. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly uploadId: string;
      readonly bytes: StoredBytes;
      readonly contentType: string;
      readonly sound: SoundFacts;
    }
  | { readonly kind: "refused"; readonly uploadId: string; readonly problem: string }
  /** Somebody has settled it already, or it was given up. */
  | { readonly kind: "settled"; readonly uploadId: string };

/** Looks at what was uploaded before anybody can read it, and makes a file of it or refuses it. */
export class UploadCheck {
  constructor(private readonly deps: Deps) {}

  async check(run: Run, uploadId: string): Promise<Upload | undefined> {
    const verdict = await this.examine(run.actor, uploadId, run.signal);
    return this.during(verdict, () => run.finish((change) => this.settle(change, verdict)));
  }

  /** Runs the commit that settles a verdict. Without that commit its bytes go again. */
  async during<T>(verdict: Verdict, commit: () => Promise<T>): Promise<T> {
    try {
      return await commit();
    } catch (error) {
      if (verdict.kind === "accepted") await this.deps.files.discard(verdict.bytes.objectKey);
      throw error;
    }
  }

  /** Looks at an upload whose bytes are all there, and stores them as one object if they are what its purpose allows. */
  async examine({ workspaceId }: Actor, uploadId: string, signal: AbortSignal): Promise<Verdict> {
    const { database, files, copies, rules } = this.deps;
    const row = await database.row(sql<Row>`select status, purpose, pieces, file_key as "fileKey" from upload
      where id = ${uploadId} and workspace_id = ${workspaceId}`);
    if (row?.status !== UploadStatus.CHECKING) return { kind: "settled", uploadId };
    const place = placeOf(Object.assign(new Upload(), { id: uploadId, workspaceId }), "fileKey");
    const key = Buffer.from(await this.deps.vault.open(row.fileKey, place), "base64url");
    const whole = Readable.from(this.#pieces(row.pieces, key, signal), { objectMode: false });
    return copies.with(whole, async (path) => {
      const inspection = await rules[row.purpose](path, signal);
      if ("problem" in inspection) return { kind: "refused", uploadId, problem: inspection.problem };
      const content = createReadStream(path);
      await once(content, "open");
      const bytes = await files.store(content, signal);
      return { kind: "accepted", uploadId, bytes, ...inspection };
    });
  }

  /** Puts a verdict into the upload's row, in a commit of whoever asked for it. The first one counts. */
  async settle(change: Change, verdict: Verdict): Promise<Upload | undefined> {
    const upload = (await change.find(Upload, { id: verdict.uploadId })) ?? undefined;
    if (upload?.status !== UploadStatus.CHECKING || verdict.kind === "settled") {
      if (verdict.kind === "accepted") await this.deps.objects.discardIn(change, [verdict.bytes.objectKey]);
      return upload;
    }
    if (verdict.kind === "refused") {
      upload.status = UploadStatus.REFUSED;
      upload.problem = verdict.problem;
      await dropPieces(change, upload, this.deps.objects);
      change.record("upload.refused", upload, { ...shown(upload), problem: verdict.problem });
      return upload;
    }
    const { bytes, contentType, sound } = verdict;
    const { fileName: name, visibility, createdById } = upload;
    const file = await this.deps.files.add(change, bytes, { name, contentType, visibility, createdById, sound });
    upload.status = UploadStatus.READY;
    upload.fileId = file.id;
    await dropPieces(change, upload, this.deps.objects);
    change.record("upload.ready", upload, { ...shown(upload), fileId: file.id });
    return upload;
  }

  async *#pieces(pieces: readonly UploadPiece[], key: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
    for (const { key: objectKey, size } of pieces) {
      signal.throwIfAborted();
      yield* await this.deps.objects.open({ objectKey, size }, key);
    }
  }
}

interface Row {
  readonly status: UploadStatus;
  readonly purpose: UploadPurpose;
  readonly pieces: readonly UploadPiece[];
  readonly fileKey: string;
}
