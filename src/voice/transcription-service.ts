import { z } from "zod";
import type { Prices } from "#src/ai/prices.js";
import { ProviderError } from "#src/ai/provider.js";
import type { FileService } from "#src/files/file-service.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { DomainError } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { newId, parseId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Run } from "#src/platform/run.js";
import { ChunkListener } from "./chunk-listener.js";
import { type ChosenTranscriber, chooseTranscriber } from "./configured-transcribers.js";
import type { Ffmpeg } from "./ffmpeg.js";
import { type PreparedSound, prepareSound } from "./listen.js";
import { sideBySide, stopUnlessCancelled } from "./side-by-side.js";
import {
  findTranscript,
  type Listening,
  readChunks,
  readTranscript,
  readWords,
  type StoredChunk,
  storePlan,
} from "./stored-transcript.js";
import type { Transcriber } from "./transcriber.js";
import { ChunkStatus, TranscriptStatus } from "./transcript-status.js";
import type { TranscribeRecordingInput } from "./transcription-inputs.js";
import { Transcript, TranscriptChunk, TranscriptSegment, VoiceRecording } from "./voice-recording.js";

export const transcriptList = defineList(Transcript, { plural: "transcripts" });
export const segmentList = defineList(TranscriptSegment, { plural: "transcriptSegments" });
export const chunkList = defineList(TranscriptChunk, { plural: "transcriptChunks" });

/** What a transcription is told beside what its row says. */
export const askedPayload = z.object({
  transcriptId: z.string(),
  language: z.string().nullish(),
  apiKeyId: z.string().nullable(),
});
type AskedPayload = z.infer<typeof askedPayload>;

/** Recordings may be long, and who listens slow. */
export const voiceTimeoutMs = 12 * 60 * 60_000;

export const TranscribeRecording = defineJob("voice.transcribe", askedPayload, {
  lane: "media",
  timeoutMs: voiceTimeoutMs,
});

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly prices: Prices;
  readonly files: Pick<FileService, "withCopy">;
  readonly ffmpeg: Ffmpeg;
  /** The default first. */
  readonly transcribers: readonly Transcriber[];
  /** Stretches of one recording that are sent side by side. */
  readonly parallel: number;
}

/**
 * Writes down what is spoken. The sound is cut where nobody speaks; each stretch is sent, repeated and stored by itself, so
 * that an attempt after a crash sends only what is missing.
 */
export class TranscriptionService {
  constructor(private readonly deps: Deps) {}

  choose(asked: { transcriber?: string | null | undefined; model?: string | null | undefined }): ChosenTranscriber {
    return chooseTranscriber(this.deps.transcribers, asked);
  }

  /** Asks for a transcript. There may be several of one recording, and under way at the same time. */
  async request(actor: Actor, input: TranscribeRecordingInput): Promise<Job> {
    const recordingId = parseId(input.recordingId, "voice_recording", "input.recordingId");
    const chosen = this.choose(input);
    return this.deps.database.write(actor, async (change) => {
      const recording = await findOwned(change, VoiceRecording, recordingId, AccessLevel.READ);
      const id = newId("transcript");
      const language = input.language ?? recording.language;
      const payload = { transcriptId: id, language, apiKeyId: apiKeyOf(actor) };
      const job = change.enqueue(TranscribeRecording, payload, recording.visibility);
      this.add(change, { id, recording, chosen, language, jobId: job.id, status: TranscriptStatus.PENDING });
      return job;
    });
  }

  /** Adds a transcript without words to the change that asks for them. */
  add(
    change: Change,
    asked: Pick<Transcript, "id" | "jobId" | "status" | "language"> & {
      readonly recording: VoiceRecording;
      readonly chosen: { readonly transcriber: Pick<Transcriber, "name">; readonly model: string };
    },
  ): Transcript {
    const { recording, chosen, ...rest } = asked;
    return change.create(Transcript, {
      ...rest,
      recordingId: recording.id,
      visibility: recording.visibility,
      createdById: change.actor.userId,
      text: "",
      transcriber: chosen.transcriber.name,
      model: chosen.model,
      startedAt: rest.status === TranscriptStatus.PENDING ? null : change.now,
    });
  }

  /** Writes a transcript as a job of its own. A cancelled one keeps what it has. */
  async transcribe(run: Run, asked: AskedPayload): Promise<Transcript> {
    await this.write(run, asked, (share) => run.progress(share));
    return run.finish((change) => this.end(change, run, asked.transcriptId));
  }

  /** The transcript's end, in a commit of its job; of a cancelled job it is told by the job's own row. */
  async end(change: Change, run: Run, id: string): Promise<Transcript> {
    const transcript = await findTranscript(change, id);
    if (run.cancelled || transcript.status === TranscriptStatus.DONE) return transcript;
    transcript.status = TranscriptStatus.DONE;
    transcript.finishedAt = change.now;
    const { recordingId, transcriber, model, language } = transcript;
    change.announce("transcript.done", transcript, { id, recordingId, transcriber, model, language });
    return transcript;
  }

  /**
   * Sends what is not heard yet, and streams the words in their order. Resolves when all is stored, and of a cancelled run
   * with what is. Throws when a stretch could not be heard; what came of the others stays.
   */
  async write(run: Run, asked: AskedPayload, progress: (share: number) => void): Promise<void> {
    const { database, files, transcribers, clock, prices } = this.deps;
    const transcript = await readTranscript(database, run.actor.workspaceId, asked.transcriptId);
    if (transcript.status === TranscriptStatus.DONE) return run.text(transcript.text);
    const transcriber = transcribers.find(({ name }) => name === transcript.transcriber);
    if (transcriber === undefined)
      throw new DomainError(
        "PROVIDER_UNAVAILABLE",
        `The transcriber ${transcript.transcriber} is not configured any more.`,
      );
    const { apiKeyId } = asked;
    const listener = new ChunkListener({ clock, prices }, run, {
      ...{ transcriber, transcript, apiKeyId, language: asked.language ?? undefined },
    });
    const planned = transcript.spokenMs === null ? undefined : await readChunks(database, transcript.id);
    await listener.recover(planned ?? []);
    if (run.signal.aborted) return stopUnlessCancelled(run);
    const open = planned?.filter(({ status }) => status !== ChunkStatus.DONE);
    if (planned !== undefined && open?.length === 0) return this.#tell(run, transcript.id, planned);
    try {
      await files.withCopy(transcript.fileId, transcript.workspaceId, (path) =>
        this.#listen(run, { path, transcript, transcriber, listener, progress }),
      );
    } catch (error) {
      if (!run.cancelled) throw error;
    }
  }

  async #tell(run: Run, id: string, chunks: readonly StoredChunk[]): Promise<void> {
    const words = await readWords(this.deps.database, id);
    for (const piece of inOrder(chunks, words)) run.text(piece);
  }

  async #listen(
    run: Run,
    {
      path,
      transcript,
      transcriber,
      listener,
      progress,
    }: {
      readonly path: string;
      readonly transcript: Listening;
      readonly transcriber: Transcriber;
      readonly listener: ChunkListener;
      readonly progress: (share: number) => void;
    },
  ): Promise<void> {
    const { database, ffmpeg, parallel } = this.deps;
    const { id, contentType, durationMs } = transcript;
    await using sound = await prepareSound(
      { path, contentType, durationMs },
      {
        ...{ ffmpeg, limits: transcriber.limits, signal: run.signal },
      },
    );
    if (transcript.spokenMs === null) await run.keep((change) => storePlan(change, id, sound.chunks));
    const chunks = await readChunks(database, id);
    const heard = await readWords(database, id);
    const pieces = inOrder(chunks, heard);
    const all = chunks.reduce((sum, chunk) => sum + lengthOf(chunk), 0);
    const tell = () => {
      for (const piece of pieces) run.text(piece);
      const done = chunks.reduce((sum, chunk) => sum + (heard.has(chunk.position) ? lengthOf(chunk) : 0), 0);
      progress(all === 0 ? 1 : done / all);
    };
    tell();
    const open = chunks.filter(({ status }) => status !== ChunkStatus.DONE);
    await sideBySide(run, { open, parallel }, async (chunk) => {
      const words = await this.#listenTo(run, { chunk, sound, listener });
      heard.set(chunk.position, words);
      tell();
    });
  }

  async #listenTo(
    run: Run,
    { chunk, sound, listener }: { chunk: StoredChunk; sound: PreparedSound; listener: ChunkListener },
  ): Promise<string> {
    await using cut = await sound.soundOf(chunk, run.signal);
    try {
      return await listener.listen(chunk, cut);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const stretch = `${clockOf(chunk.startMs)} to ${clockOf(chunk.endMs)}`;
      throw new DomainError(
        error.code,
        `The stretch from ${stretch} could not be heard. ${error.message}`,
        error.details,
        {
          cause: error,
        },
      );
    }
  }
}

/** The words of the chunks that can be told: up to the first that has not been heard. May be gone through again later. */
const inOrder = (chunks: readonly StoredChunk[], words: ReadonlyMap<number, string>): Iterable<string> => {
  let next = 0;
  let hasText = false;
  return {
    *[Symbol.iterator]() {
      for (let text = words.get(next); next < chunks.length && text !== undefined; text = words.get(next)) {
        next += 1;
        if (text === "") continue;
        yield hasText ? ` ${text}` : text;
        hasText = true;
      }
    },
  };
};

const lengthOf = ({ startMs, endMs }: StoredChunk) => endMs - startMs;

/** `1:02:03` or `2:03`. */
const clockOf = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, ...rest] = parts;
  const shown = hours > 0 ? parts : rest;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
};

/** The API key on whose behalf a job is asked for. */
export const apiKeyOf = ({ credential }: Actor): string | null =>
  credential?.kind === "API_KEY" ? credential.id : null;
