import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { registerEnumType } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Column, EnumColumn, PrivateColumn, Reference, SealedColumn, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { discardOnDelete } from "#src/platform/storage/discarded-object.js";
import { StoredFile } from "./stored-file.js";

export enum UploadPurpose {
  RECORDING = "RECORDING",
}

registerEnumType(UploadPurpose, {
  name: "UploadPurpose",
  description: "What an upload is for, which decides what it may be.",
  valuesConfig: {
    RECORDING: { description: "Sound with speech: WAV, MP3, M4A, Ogg, WebM or FLAC." },
  },
});

export enum UploadStatus {
  RECEIVING = "RECEIVING",
  CHECKING = "CHECKING",
  READY = "READY",
  REFUSED = "REFUSED",
  CANCELLED = "CANCELLED",
}

registerEnumType(UploadStatus, {
  name: "UploadStatus",
  description: "How far an upload is.",
  valuesConfig: {
    RECEIVING: { description: "Bytes are awaited. One that rests too long is deleted: `expiresAt`." },
    CHECKING: { description: "All bytes are there; a worker looks at them. Nobody can read them yet." },
    READY: { description: "`file` has it." },
    REFUSED: { description: "It is not what its purpose allows; `problem` says why. Its bytes are gone." },
    CANCELLED: { description: "It was given up. Its bytes are gone." },
  },
});

@Stored({
  table: "upload",
  description: "Bytes on their way in: sent in pieces, resumed after a cut, checked, and then a file.",
  visible: visibleToSharers(),
  triggers: {
    upload_discards: discardOnDelete("upload", "select piece ->> 'key' from jsonb_array_elements(old.pieces) piece"),
  },
})
@Index({ name: "upload_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({ name: "upload_expires", properties: ["expiresAt"] })
export class Upload extends OwnedRow {
  @Column(() => String, { sql: "varchar(255)", description: "The name that the file will have." })
  fileName!: string;

  @EnumColumn("UploadPurpose", UploadPurpose, { description: "What it is for.", filter: true, group: true })
  purpose!: UploadPurpose;

  @EnumColumn("UploadStatus", UploadStatus, { description: "How far it is.", filter: true, group: true })
  status!: UploadStatus;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    nullable: true,
    description: "Bytes that it will have; null until that is known.",
  })
  size!: number | null;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "Bytes that are stored: the offset to go on from." })
  received!: number;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it was refused." })
  problem!: string | null;

  @Reference(() => StoredFile, {
    field: "file",
    description: "What came of it; null until it is READY.",
    nullable: true,
    index: true,
  })
  fileId!: string | null;

  @Reference(() => Job, {
    field: "job",
    description: "The job that checks it; null until all bytes are there.",
    nullable: true,
    index: true,
  })
  jobId!: string | null;

  @Reference(() => User, { field: "createdBy", description: "Who sends it; null once that person has left." })
  createdById!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it is deleted unless further bytes come; null once all are there.",
  })
  expiresAt!: Date | null;

  /** Where each stored piece begins and how long it is, in bytes, in their order. */
  @PrivateColumn({ sql: "jsonb", defaultRaw: "'[]'" })
  pieces!: readonly UploadPiece[];

  /** 32 bytes in base64url, from which the keys of its pieces follow. */
  @SealedColumn()
  fileKey!: string;

  /** The request that may add pieces now, in whatever process, and until when it is believed to go on. */
  @PrivateColumn({ sql: "text", nullable: true })
  heldBy!: string | null;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  heldUntil!: Date | null;

  /** The request that others wait for: the one in `heldBy`, as long as it is to end. */
  @PrivateColumn({ sql: "text", nullable: true })
  wantedFrom!: string | null;
}

/** Bytes that arrived together, as an object of their own. */
export interface UploadPiece {
  readonly key: string;
  readonly size: number;
}
