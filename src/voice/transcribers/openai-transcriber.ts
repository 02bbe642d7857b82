import { ProviderError } from "#src/ai/provider.js";
import { faultOfStatus } from "#src/ai/providers/to-provider-error.js";
import { formatOf } from "../ffmpeg.js";
import { languageOf } from "../read-language.js";
import { readJsonTranscription } from "../read-transcription.js";
import type { Heard, TranscribeRequest, Transcriber } from "../transcriber.js";
import { AnswerCut, type PostAnswer, postSound } from "./post-sound.js";

export interface OpenAiTranscriberOptions {
  readonly name: string;
  readonly models: readonly string[];
  readonly limits: Transcriber["limits"];
  /** Where sound for a model is sent. */
  readonly urlOf: (model: string) => string;
  /** What proves who asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that an answer about so much sound may take. Default: 60 s, and four times the sound. */
  readonly deadlineOf?: (durationMs: number) => number;
}

/** OpenAI's own bounds: 25 MiB, and 25 minutes with the models after whisper-1. */
export const openAiLimits: Transcriber["limits"] = { bytes: 25 * 2 ** 20, durationMs: 25 * 60_000 };

/** Any service that speaks OpenAI's audio API. */
export const openAiTranscriber = (options: OpenAiTranscriberOptions): Transcriber => {
  const { name, models, limits, urlOf, headers } = options;
  const deadlineOf = options.deadlineOf ?? ((durationMs: number) => 60_000 + 4 * durationMs);
  /** Those that have said that they give no times. */
  const wordsOnly = new Set<string>();

  const ask = async (request: TranscribeRequest, isVerbose: boolean): Promise<PostAnswer> => {
    const { sound, model, language } = request;
    const deadline = AbortSignal.timeout(deadlineOf(sound.durationMs));
    try {
      return await postSound({
        url: urlOf(model),
        headers,
        fields: [
          ["model", model],
          ["response_format", isVerbose ? "verbose_json" : "json"],
          ["temperature", "0"],
          ...(!isVerbose && tellsLikelihood(model) ? [["include[]", "logprobs"] as const] : []),
          ...(language === undefined ? [] : [["language", languageOf(language)] as const]),
        ],
        file: {
          path: sound.path,
          name: `sound.${formatOf(sound.contentType).extension}`,
          contentType: sound.contentType,
        },
        signal: AbortSignal.any([request.signal, deadline]),
      });
    } catch (cause) {
      request.signal.throwIfAborted();
      throw new ProviderError(name, deadline.aborted ? "timeout" : faultOfConnection(cause), { cause });
    }
  };

  const heardIn = ({ body }: PostAnswer, durationMs: number): Heard => {
    try {
      return readJsonTranscription(JSON.parse(body), durationMs);
    } catch (cause) {
      throw new ProviderError(name, "invalid_answer", { cause });
    }
  };

  return {
    name,
    models,
    limits,
    async transcribe(request) {
      const { model, sound } = request;
      const isVerbose = !wordsOnly.has(model) && !/^gpt-/.test(model);
      const answer = await ask(request, isVerbose);
      if (answer.status === 200) return heardIn(answer, sound.durationMs);
      if (!isVerbose || answer.status !== 400 || !/response_format|verbose_json/.test(answer.body))
        throw refused(name, answer);
      wordsOnly.add(model);
      const words = await ask(request, false);
      if (words.status === 200) return heardIn(words, sound.durationMs);
      throw refused(name, words);
    },
  };
};

const tellsLikelihood = (model: string): boolean => /^gpt-4o(-mini)?-transcribe/.test(model) && !/diarize/.test(model);

const refused = (name: string, { status, headers, body }: PostAnswer): ProviderError =>
  new ProviderError(name, faultOfStatus(status), {
    cause: new Error(body.slice(0, 1_000)),
    status,
    ...retryAfter(headers),
  });

const retryAfter = (headers: PostAnswer["headers"]): { retryAfterMs?: number } => {
  const exact = Number(headers["retry-after-ms"] || Number.NaN);
  if (exact >= 0) return { retryAfterMs: exact };
  const told = headers["retry-after"];
  if (told === undefined) return {};
  const ms = /^\d+(\.\d+)?$/.test(told) ? Number(told) * 1000 : Date.parse(told) - Date.now();
  return Number.isNaN(ms) ? {} : { retryAfterMs: Math.max(0, ms) };
};

const faultOfConnection = (cause: unknown) => {
  if (cause instanceof AnswerCut) return "cut";
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" && code.startsWith("HPE_") ? "invalid_answer" : "unavailable";
};
