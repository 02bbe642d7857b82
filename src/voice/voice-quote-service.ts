import { sql } from "kysely";
import { z } from "zod";
import type { Generation } from "#src/ai/generation.js";
import type { GenerationService } from "#src/ai/generation-service.js";
import { salientPhrase } from "#src/ai/offline/salient-phrase.js";
import { type Upload, UploadStatus } from "#src/files/upload.js";
import type { UploadCheck } from "#src/files/upload-check.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { newId, parseId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { defineList } from "#src/platform/lists/list.js";
import { Parameters } from "#src/platform/lists/statement.js";
import type { Run } from "#src/platform/run.js";
import type { Quote } from "#src/quotes/quote.js";
import type { QuoteService } from "#src/quotes/quote-service.js";
import type { ChosenTranscriber } from "./configured-transcribers.js";
import { addRecording, findOwnUpload, recordingOf } from "./recording-service.js";
import { TranscriptStatus } from "./transcript-status.js";
import type { VoiceToQuoteInput } from "./transcription-inputs.js";
import { apiKeyOf, type TranscriptionService, voiceTimeoutMs } from "./transcription-service.js";
import { mostToldCharacters, voicePrompt } from "./voice-prompt.js";
import { VoiceQuote } from "./voice-quote.js";
import { type Transcript, VoiceRecording } from "./voice-recording.js";

const { select, read } = rowReader(VoiceQuote);

export const voiceQuoteList = defineList(VoiceQuote, { plural: "voiceQuotes" });

const voiceToQuotePayload = z.object({
  voiceQuoteId: z.string(),
  apiKeyId: z.string().nullable(),
  title: z.string().nullish(),
  language: z.string().nullish(),
  transcriber: z.string(),
  transcriptionModel: z.string(),
  tone: z.string().nullish(),
  audience: z.string().nullish(),
  /** Of those who write quotes; the prompt's own when left out. */
  model: z.string().optional(),
});
type VoiceToQuotePayload = z.infer<typeof voiceToQuotePayload>;

export const VoiceToQuote = defineJob("voice.to_quote", voiceToQuotePayload, {
  lane: "media",
  timeoutMs: voiceTimeoutMs,
});

/** Share of the job that is done when a step ends. */
const shares = { check: 0.05, transcription: 0.8 } as const;

interface Deps {
  readonly database: Database;
  readonly uploadCheck: UploadCheck;
  readonly transcriptions: TranscriptionService;
  readonly quotes: QuoteService;
  readonly generations: GenerationService;
}

/**
 * From an upload to a quote, by one job in three steps. Each leaves what it made in a commit of its own, and its row says
 * so: whatever ends an attempt, the next one begins with the step that is missing.
 */
export class VoiceQuoteService {
  constructor(private readonly deps: Deps) {}

  async request(actor: Actor, input: VoiceToQuoteInput): Promise<Job> {
    const { transcriptions, generations, database } = this.deps;
    const { transcriptionModel, provider, model, modelClass } = input;
    const chosen = chooseBy(() => transcriptions.choose({ transcriber: input.transcriber, model: transcriptionModel }));
    const named = provider || model || modelClass ? generations.modelFor(provider, model, modelClass) : undefined;
    return database.write(actor, async (change) => {
      const source = await findSource(change, input);
      const id = newId("voice_quote");
      const payload: VoiceToQuotePayload = {
        ...{ voiceQuoteId: id, apiKeyId: apiKeyOf(actor), title: input.title, language: input.language },
        ...{ transcriber: chosen.transcriber.name, transcriptionModel: chosen.model },
        ...{ tone: input.tone, audience: input.audience, ...(named === undefined ? {} : { model: named }) },
      };
      const job = change.enqueue(VoiceToQuote, payload, source.visibility);
      change.create(VoiceQuote, {
        ...{ id, jobId: job.id, visibility: source.visibility, createdById: actor.userId },
        uploadId: source instanceof VoiceRecording ? null : source.id,
        recordingId: source instanceof VoiceRecording ? source.id : null,
      });
      return job;
    });
  }

  /** What these quotes were made of, as far as the actor may see it, by the id of the quote. */
  async ofQuotes(actor: Actor, quoteIds: readonly string[]): Promise<ReadonlyMap<string, VoiceQuote>> {
    const parameters = new Parameters(actor);
    const columns = select("t", parameters);
    const text = `select ${columns.join(", ")} from voice_quote t
      where t.quote_id = any(${parameters.add(quoteIds)}) and ${shapeOf(VoiceQuote).visible("t", parameters)}`;
    const rows = await this.deps.database.read(actor, { text, values: parameters.values, width: columns.length });
    return new Map(rows.map(read).map((row) => [row.quoteId ?? "", row]));
  }

  /** Gives the quote; of a cancelled job the transcript or the generation, as far as they came. */
  async write(run: Run, wish: VoiceToQuotePayload): Promise<Quote | Generation | Transcript> {
    const recordingId = await this.#check(run, wish);
    run.step("check");
    run.progress(shares.check);
    const { transcriptions } = this.deps;
    const transcriptId = await this.#begin(run, wish, recordingId);
    const { apiKeyId, language } = wish;
    await transcriptions.write(run, { transcriptId, apiKeyId, language }, (share) =>
      run.progress(shares.check + (shares.transcription - shares.check) * share),
    );
    if (run.cancelled) return run.finish((change) => transcriptions.end(change, run, transcriptId));
    const { text } = await run.keep((change) => transcriptions.end(change, run, transcriptId));
    run.step("transcription");
    run.progress(shares.transcription);
    if (text === "")
      throw badInput(
        "Nobody speaks in the recording, as far as the transcriber hears: there is nothing to make a quote of.",
      );
    const topic = salientPhrase(text)?.slice(0, 200) ?? null;
    const generationId = await this.#ask(run, wish, { text, topic });
    const { tone, audience } = wish;
    return this.deps.quotes.generate(
      run,
      { generationId, judge: false, topic, tone, audience },
      async (change, quote) => {
        (await findLink(change, wish)).quoteId = quote.id;
      },
    );
  }

  /** The recording: that of the upload, once its bytes have been looked at. */
  async #check(run: Run, wish: VoiceToQuotePayload): Promise<string> {
    const { database, uploadCheck } = this.deps;
    const link = await database.row(sql<{ uploadId: string | null; recordingId: string | null }>`
      select upload_id as "uploadId", recording_id as "recordingId" from voice_quote
      where id = ${wish.voiceQuoteId} and workspace_id = ${run.actor.workspaceId}`);
    if (link?.recordingId) return link.recordingId;
    const uploadId = link?.uploadId;
    if (!uploadId) throw new DomainError("NOT_FOUND", "The recording is gone.");
    const verdict = await uploadCheck.examine(run.actor, uploadId, run.signal);
    await uploadCheck.during(verdict, () => run.keep((change) => uploadCheck.settle(change, verdict)));
    return run.keep(async (change) => {
      const made = await findLink(change, wish);
      const upload = await findOwnUpload(change, uploadId, "input.uploadId");
      requireUsable(upload);
      made.recordingId = (await recordingOf(change, upload)) ?? (await addRecording(change, upload, wish)).id;
      return made.recordingId;
    });
  }

  /** The transcript that this job writes. */
  #begin(run: Run, wish: VoiceToQuotePayload, recordingId: string): Promise<string> {
    return run.keep(async (change) => {
      const made = await findLink(change, wish);
      if (made.transcriptId !== null) return made.transcriptId;
      const recording = await change.find(VoiceRecording, { id: recordingId });
      if (recording === null) throw new DomainError("NOT_FOUND", "The recording is gone.");
      const id = newId("transcript");
      this.deps.transcriptions.add(change, {
        ...{ id, recording, jobId: run.job.id, status: TranscriptStatus.PROCESSING },
        language: wish.language ?? recording.language,
        chosen: { transcriber: { name: wish.transcriber }, model: wish.transcriptionModel },
      });
      made.transcriptId = id;
      return id;
    });
  }

  /** Asks for the text, and sets aside what it may cost. */
  async #ask(
    run: Run,
    wish: VoiceToQuotePayload,
    { text, topic }: { readonly text: string; readonly topic: string | null },
  ): Promise<string> {
    const { quotes, generations } = this.deps;
    const { tone, audience, apiKeyId } = wish;
    const values = { transcript: text.slice(0, mostToldCharacters).toWellFormed(), topic, tone, audience };
    const asked = await quotes.askWith(run.actor, voicePrompt, values, wish.model);
    return run.keep(async (change) => {
      const made = await findLink(change, wish);
      if (made.generationId !== null) return made.generationId;
      const id = newId("generation");
      generations.ask(change, run.job, { id, purpose: VoiceToQuote.kind, ...asked, apiKeyId });
      made.generationId = id;
      return id;
    });
  }
}

const findLink = async (change: Change, { voiceQuoteId }: VoiceToQuotePayload): Promise<VoiceQuote> => {
  const made = await change.find(VoiceQuote, { id: voiceQuoteId });
  if (made === null) throw new DomainError("NOT_FOUND", "What was asked for is gone.");
  return made;
};

/** What is to be listened to. */
const findSource = async (change: Change, input: VoiceToQuoteInput): Promise<Upload | VoiceRecording> => {
  const { uploadId, recordingId } = input;
  if (recordingId && !uploadId)
    return findOwned(
      change,
      VoiceRecording,
      parseId(recordingId, "voice_recording", "input.recordingId"),
      AccessLevel.READ,
    );
  if (!uploadId || recordingId) throw badInput("Name an upload or a recording, one of the two.", "input.uploadId");
  const upload = await findOwnUpload(change, uploadId, "input.uploadId");
  if (upload.status !== UploadStatus.CHECKING) requireUsable(upload);
  return upload;
};

const requireUsable = ({ status, received, size, problem }: Upload): void => {
  if (status === UploadStatus.READY) return;
  if (status === UploadStatus.RECEIVING)
    throw new DomainError(
      "CONFLICT",
      `${received} of ${size ?? "an unknown number of"} bytes are there: send the rest first.`,
      {
        field: "input.uploadId",
      },
    );
  throw badInput(`The upload is ${status}${problem === null ? "." : `: ${problem}`}`, "input.uploadId");
};

/** Here the transcriber's model has another name than the one who writes. */
const chooseBy = (choose: () => ChosenTranscriber): ChosenTranscriber => {
  try {
    return choose();
  } catch (error) {
    if (!(error instanceof DomainError) || error.details.field !== "input.model") throw error;
    throw badInput(error.message, "input.transcriptionModel");
  }
};
