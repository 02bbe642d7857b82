import { Index } from "@mikro-orm/decorators/legacy";
import { Upload } from "#src/files/upload.js";
import { User } from "#src/identity/user.js";
import { PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { Quote } from "#src/quotes/quote.js";
import { Transcript, VoiceRecording } from "./voice-recording.js";

@Stored({
  table: "voice_quote",
  description: "How a quote came of what somebody said: one job, from the upload to the quote.",
  visible: visibleToSharers(),
})
@Index({ name: "voice_quote_created", properties: ["workspaceId", "createdAt", "id"] })
export class VoiceQuote extends OwnedRow {
  @Reference(() => Job, { field: "job", description: "The job that goes through all of it.", index: true })
  jobId!: string;

  @Reference(() => Upload, {
    field: "upload",
    description: "What was sent; null when the recording was there already.",
    nullable: true,
    index: true,
  })
  uploadId!: string | null;

  @Reference(() => VoiceRecording, {
    field: "recording",
    description: "The recording; null until the upload has been checked.",
    nullable: true,
    index: true,
  })
  recordingId!: string | null;

  @Reference(() => Transcript, {
    field: "transcript",
    description: "What was said; null until the transcription begins.",
    nullable: true,
    index: true,
  })
  transcriptId!: string | null;

  @Reference(() => Quote, {
    field: "quote",
    description: "The quote; null until it is written.",
    nullable: true,
    index: true,
  })
  quoteId!: string | null;

  /** Asked for when the words are known. */
  @PrivateColumn({ sql: "text", nullable: true })
  generationId!: string | null;

  @Reference(() => User, { field: "createdBy", description: "Who asked for it; null once that person has left." })
  createdById!: string;
}
