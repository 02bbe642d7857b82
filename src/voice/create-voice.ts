import type { GenerationService } from "#src/ai/generation-service.js";
import type { Prices } from "#src/ai/prices.js";
import type { FileService } from "#src/files/file-service.js";
import type { UploadCheck } from "#src/files/upload-check.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import type { QuoteService } from "#src/quotes/quote-service.js";
import { configuredTranscribers } from "./configured-transcribers.js";
import { Ffmpeg } from "./ffmpeg.js";
import { RecordingService } from "./recording-service.js";
import type { Transcriber } from "./transcriber.js";
import { TranscriptionService } from "./transcription-service.js";
import { VoiceQuoteService } from "./voice-quote-service.js";
import { VoiceStatistics } from "./voice-statistics.js";

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly prices: Prices;
  readonly files: FileService;
  readonly uploadCheck: UploadCheck;
  readonly generations: GenerationService;
  readonly quotes: QuoteService;
  readonly config: Config;
  readonly logger: Logger;
  /** In place of those that the settings name. */
  readonly transcribers?: readonly Transcriber[] | undefined;
}

export interface Voice {
  readonly ffmpeg: Ffmpeg;
  /** The default first. */
  readonly transcribers: readonly Transcriber[];
  readonly recordings: RecordingService;
  readonly transcriptions: TranscriptionService;
  readonly voiceQuotes: VoiceQuoteService;
  readonly voiceStatistics: VoiceStatistics;
}

/** What is made of speech. */
export const createVoice = async ({ config, logger, ...deps }: Deps): Promise<Voice> => {
  const { database } = deps;
  const ffmpeg = new Ffmpeg(config.voice.ffmpegPath);
  const transcribers = deps.transcribers ?? (await configuredTranscribers(config, { ffmpeg, logger }));
  const { parallel } = config.voice;
  const transcriptions = new TranscriptionService({ ...deps, ffmpeg, transcribers, parallel });
  return {
    ...{ ffmpeg, transcribers, transcriptions },
    recordings: new RecordingService(database),
    voiceQuotes: new VoiceQuoteService({ ...deps, transcriptions }),
    voiceStatistics: new VoiceStatistics(database),
  };
};
