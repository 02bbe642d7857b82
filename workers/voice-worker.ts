import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";
import { TranscribeRecording } from "#src/voice/transcription-service.js";
import { VoiceToQuote } from "#src/voice/voice-quote-service.js";

export const voiceWorker = ({ transcriptions, voiceQuotes }: App) => [
  handle(TranscribeRecording, (asked, run) => transcriptions.transcribe(run, asked)),
  handle(VoiceToQuote, (wish, run) => voiceQuotes.write(run, wish)),
];
