import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Float, Int } from "type-graphql";
import { StoredFile } from "#src/files/stored-file.js";
import { User } from "#src/identity/user.js";
import { Collection, Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, type Visibility, visibleToSharers } from "#src/platform/owned-row.js";
import { Row } from "#src/platform/row.js";
import { ChunkStatus, TranscriptStatus } from "./transcript-status.js";
import { chunkSpends, jobTranscripts, transcriptVisibility } from "./transcript-triggers.js";

@Stored({
  table: "voice_recording",
  description: "Sound in which somebody speaks.",
  visible: visibleToSharers(),
})
@Index({ name: "voice_recording_created", properties: ["workspaceId", "createdAt", "id"] })
export class VoiceRecording extends OwnedRow {
  @Column(() => String, {
    sql: "varchar(200)",
    description: "What it is called, 1 to 200 characters.",
    filter: true,
    sort: true,
  })
  title!: string;

  @Reference(() => StoredFile, { field: "file", description: "Its sound.", index: true })
  fileId!: string;

  @Column(() => Int, {
    sql: "integer",
    description: "Milliseconds, counted in the sound itself.",
    filter: true,
    sort: true,
  })
  duration!: number;

  @Column(() => String, {
    sql: "varchar(50)",
    description: "How the sound is encoded, such as `MPEG 1 Layer 3`.",
    filter: true,
    group: true,
  })
  codec!: string;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Samples a second; null when its format has none.",
  })
  sampleRate!: number | null;

  @Column(() => Int, { sql: "integer", nullable: true, description: "Channels; null when its format does not say." })
  channels!: number | null;

  @Column(() => String, {
    sql: "varchar(35)",
    nullable: true,
    description: "What is spoken, as a BCP 47 tag such as `en`; null when nobody has said.",
    filter: true,
    group: true,
  })
  language!: string | null;

  @Reference(() => User, { field: "createdBy", description: "Who recorded it; null once that person has left." })
  createdById!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last changed.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;

  @Collection(() => Transcript, { by: "recordingId", description: "What was written down of it, each time." })
  readonly transcripts?: never;
}

@Stored({
  table: "transcript",
  description: "The words of a recording, with the times at which they are spoken.",
  visible: visibleToSharers(),
  triggers: { job_transcripts: { on: "job", sql: jobTranscripts }, transcript_visibility: transcriptVisibility },
  alsoWrites: ["transcript_chunk", "transcript_segment", "provider_call"],
})
@Index({ name: "transcript_recording", properties: ["recordingId", "id"] })
@Index({ name: "transcript_created", properties: ["workspaceId", "createdAt", "id"] })
export class Transcript extends OwnedRow {
  @Reference(() => VoiceRecording, { field: "recording", description: "What is spoken.", deleteRule: "cascade" })
  recordingId!: string;

  @Reference(() => Job, { field: "job", description: "The job that writes it.", index: true })
  jobId!: string;

  @EnumColumn("TranscriptStatus", TranscriptStatus, { description: "How far it is.", filter: true, group: true })
  status!: TranscriptStatus;

  @Column(() => String, { sql: "text", description: "All words so far, in their order." })
  text!: string;

  @Column(() => String, {
    sql: "varchar(50)",
    description: "Who listens: the name of the configured transcriber.",
    filter: true,
    group: true,
  })
  transcriber!: string;

  @Column(() => String, { sql: "varchar(100)", description: "The model that listens.", filter: true, group: true })
  model!: string;

  @Column(() => String, {
    sql: "varchar(35)",
    nullable: true,
    description: "What is spoken, as a BCP 47 tag such as `en`; null until it is known.",
    filter: true,
    group: true,
  })
  language!: string | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description:
      "How sure the words are, 0 to 1, over all segments by their length; null when the transcriber does not say.",
    filter: true,
  })
  confidence!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description:
      "Milliseconds of sound that were sent to the transcriber: all but the silence. Null until that is known.",
  })
  spokenMs!: number | null;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it failed, as a code; null unless FAILED." })
  errorCode!: string | null;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it failed, in words; null unless FAILED." })
  errorMessage!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When a worker began." })
  startedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When it ended." })
  finishedAt!: Date | null;

  @Reference(() => User, { field: "createdBy", description: "Who asked for it; null once that person has left." })
  createdById!: string;

  @Collection(() => TranscriptSegment, { by: "transcriptId", description: "Its words, piece by piece." })
  readonly segments?: never;

  @Collection(() => TranscriptChunk, {
    by: "transcriptId",
    description: "The stretches of sound that are sent to the transcriber one by one.",
  })
  readonly chunks?: never;
}

/** A request to a transcriber whose end nobody has seen yet. */
export interface PendingSound {
  readonly provider: string;
  readonly model: string;
  /** ISO 8601 time. */
  readonly at: string;
  readonly apiKeyId: string | null;
  readonly purpose: string;
  /** What it costs, in micro-dollars; null when that is not known. */
  readonly micros: number | null;
}

@Stored({
  table: "transcript_chunk",
  description: "A stretch of a recording that is sent to the transcriber by itself, and repeated by itself.",
  visible: visibleToSharers({ subject: "transcript_id", owner: "created_by_id" }),
  triggers: { chunk_spends: chunkSpends },
  alsoWrites: ["budget"],
})
@Index({
  name: "transcript_chunk_pending",
  expression: "create index transcript_chunk_pending on transcript_chunk (workspace_id) where pending is not null",
})
@Unique({ name: "transcript_chunk_place", properties: ["transcriptId", "position"] })
export class TranscriptChunk extends Row {
  @Reference(() => Transcript, { field: "transcript", description: "What it is a part of.", deleteRule: "cascade" })
  transcriptId!: string;

  /** That of the transcript. */
  @PrivateColumn({ sql: "text" })
  createdById!: string;

  /** That of the transcript. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;

  @Column(() => Int, { sql: "integer", description: "Its place among them, from 0.", sort: true })
  position!: number;

  @Column(() => Int, { sql: "integer", description: "Milliseconds from the beginning of the recording." })
  startMs!: number;

  @Column(() => Int, { sql: "integer", description: "Milliseconds from the beginning of the recording." })
  endMs!: number;

  @EnumColumn("ChunkStatus", ChunkStatus, { description: "How far it is.", filter: true, group: true })
  status!: ChunkStatus;

  @Column(() => Int, { sql: "integer", description: "How often it was sent." })
  attempts!: number;

  /** What is upstream now; null as soon as the ledger has it. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  pending!: PendingSound | null;

  @Column(() => String, { sql: "text", nullable: true, description: "What the last failure was; null without one." })
  errorMessage!: string | null;
}

@Stored({
  table: "transcript_segment",
  description: "Some words of a transcript, and when they are spoken.",
  visible: visibleToSharers({ subject: "transcript_id", owner: "created_by_id" }),
})
@Unique({ name: "transcript_segment_place", properties: ["transcriptId", "startMs", "position"] })
export class TranscriptSegment extends Row {
  @Reference(() => Transcript, { field: "transcript", description: "What it is a part of.", deleteRule: "cascade" })
  transcriptId!: string;

  /** That of the transcript. */
  @PrivateColumn({ sql: "text" })
  createdById!: string;

  /** That of the transcript. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;

  /** Its place in its chunk, from 0. */
  @PrivateColumn({ sql: "integer" })
  position!: number;

  @Column(() => Int, {
    sql: "integer",
    description: "When it begins, in milliseconds from the beginning of the recording.",
    filter: true,
    sort: true,
  })
  startMs!: number;

  @Column(() => Int, {
    sql: "integer",
    description: "When it ends, in milliseconds from the beginning of the recording.",
    filter: true,
  })
  endMs!: number;

  @Column(() => String, { sql: "text", description: "The words.", filter: true })
  text!: string;

  @Column(() => String, { sql: "varchar(35)", nullable: true, description: "The language; null when not known." })
  language!: string | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How sure the words are, 0 to 1; null when the transcriber does not say.",
  })
  confidence!: number | null;
}
