import { sql } from "kysely";
import { StoredFile } from "#src/files/stored-file.js";
import { Upload, UploadPurpose, UploadStatus } from "#src/files/upload.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { parseId } from "#src/platform/ids.js";
import { cancelTopic } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import type { CreateVoiceRecordingInput, UpdateVoiceRecordingInput } from "./recording-inputs.js";
import { shareRecording } from "./share-recording.js";
import { VoiceRecording } from "./voice-recording.js";

export const recordingList = defineList(VoiceRecording, { plural: "voiceRecordings" });

/** What a new recording is called, and what is spoken in it. */
interface Wish {
  readonly title?: string | null | undefined;
  readonly language?: string | null | undefined;
}

/** Recordings: made of uploads that were checked. */
export class RecordingService {
  constructor(private readonly database: Database) {}

  create(actor: Actor, input: CreateVoiceRecordingInput): Promise<VoiceRecording> {
    return this.database.write(actor, async (change) => {
      const upload = await findOwnUpload(change, input.uploadId, "input.uploadId");
      if (upload.status !== UploadStatus.READY)
        throw badInput(`The upload is ${upload.status}: only one that is READY becomes a recording.`, "input.uploadId");
      const known = await recordingOf(change, upload);
      if (known !== undefined)
        throw new DomainError("CONFLICT", `The upload is the recording ${known} already.`, { field: "input.uploadId" });
      return addRecording(change, upload, input);
    });
  }

  update(actor: Actor, id: string, input: UpdateVoiceRecordingInput): Promise<VoiceRecording> {
    return this.database.write(actor, async (change) => {
      const recording = await findOwned(change, VoiceRecording, id, AccessLevel.WRITE);
      if (input.title !== undefined) recording.title = filled(input.title);
      if (input.language !== undefined) recording.language = input.language;
      recording.updatedAt = change.now;
      if (input.visibility !== undefined) await shareRecording(change, recording, input.visibility);
      change.record("recording.updated", recording, shown(recording));
      return recording;
    });
  }

  /** With its transcripts and its sound; whoever still listens to it is stopped. */
  delete(actor: Actor, id: string): Promise<VoiceRecording> {
    return this.database.write(actor, async (change) => {
      const recording = await findOwned(change, VoiceRecording, id, AccessLevel.MANAGE);
      const deleted = Object.assign(new VoiceRecording(), recording);
      const transcripts = await change.systemSql(sql<{ id: string; jobId: string }>`
        select id, job_id as "jobId" from transcript where recording_id = ${recording.id}`);
      const stopped = await change.systemSql(sql<{ id: string }>`update job set cancel_requested_at = ${change.now}
        where id = any(${transcripts.map(({ jobId }) => jobId)}::text[]) and status in ('QUEUED', 'RUNNING')
          and cancel_requested_at is null returning id`);
      change.remove(recording);
      const gone = [recording.id, recording.fileId, ...transcripts.map((transcript) => transcript.id)];
      await change.systemSql(sql`delete from access_grant where resource_id = any(${gone}::text[])`);
      await change.systemSql(sql`delete from stored_file where id = ${recording.fileId}`);
      for (const job of stopped) change.wake(cancelTopic(job.id));
      change.record("recording.deleted", deleted, shown(deleted));
      return deleted;
    });
  }
}

/** The actor's own upload of sound, locked: so no second recording can come of it meanwhile. */
export const findOwnUpload = async (change: Change, uploadId: string, field: string): Promise<Upload> => {
  const upload = await change.find(Upload, { id: parseId(uploadId, "upload", field) });
  if (upload === null) throw notFound("upload", uploadId);
  if (upload.createdById !== change.actor.userId)
    throw new DomainError("FORBIDDEN", "Only who has sent an upload makes a recording of it.");
  if (upload.purpose !== UploadPurpose.RECORDING)
    throw badInput(`The upload is for ${upload.purpose}, and not for RECORDING.`, field);
  return upload;
};

/** The recording that an upload has become, whoever may see that. */
export const recordingOf = async (change: Change, { fileId }: Upload): Promise<string | undefined> => {
  const [known] = await change.systemSql(sql<{ id: string }>`select id from voice_recording where file_id = ${fileId}`);
  return known?.id;
};

/** Adds the recording of an upload that is READY. What is true of its sound was found in its bytes. */
export const addRecording = async (change: Change, upload: Upload, wish: Wish): Promise<VoiceRecording> => {
  const file = upload.fileId === null ? null : await change.find(StoredFile, { id: upload.fileId });
  if (file === null) throw new DomainError("NOT_FOUND", "The file of the upload is gone.");
  if (file.sound === null) throw badInput("The upload is no sound.", "input.uploadId");
  const { durationMs, codec, sampleRate, channels } = file.sound;
  const recording = change.create(VoiceRecording, {
    title: filled(wish.title ?? file.name.slice(0, 200)),
    fileId: file.id,
    duration: Math.round(durationMs),
    codec: codec.slice(0, 50),
    ...{ sampleRate: sampleRate ?? null, channels: channels ?? null, language: wish.language ?? null },
    visibility: file.visibility,
    createdById: change.actor.userId,
    updatedAt: change.now,
  });
  file.partOfId = recording.id;
  change.record("recording.created", recording, shown(recording));
  return recording;
};

const filled = (title: string | null): string => {
  if (title === null || title.trim() === "") throw badInput("must not be empty.", "input.title");
  return title.trim();
};

const shown = ({ id, title, duration, language }: VoiceRecording) => ({ id, title, duration, language });
