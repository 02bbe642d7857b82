import { GenerateBatch } from "../ai/generation-batch-service.js";
import { ReplayGenerations } from "../ai/replay-run.js";
import { GenerateText } from "../ai/text-service.js";
import { MakeReport } from "../analytics/report-service.js";
import { CheckUpload } from "../files/upload-service.js";
import { EraseAccount } from "../identity/erasure-service.js";
import { ExportMyData } from "../identity/export-service.js";
import { DeliverMail } from "../identity/mail-service.js";
import { OfferReset } from "../identity/password-service.js";
import { EraseWorkspace } from "../identity/workspace-removal.js";
import { RotateEncryptionKey } from "../platform/key-rotation-service.js";
import { AnalyzeQuote } from "../quotes/analysis/quote-analysis-service.js";
import { GenerateQuote } from "../quotes/quote-service.js";
import { TranscribeRecording } from "../voice/transcription-service.js";
import { VoiceToQuote } from "../voice/voice-quote-service.js";

/** Every kind of job that something in this process may ask for. */
export const jobDefinitions = [
  DeliverMail,
  OfferReset,
  ExportMyData,
  EraseAccount,
  EraseWorkspace,
  RotateEncryptionKey,
  CheckUpload,
  ReplayGenerations,
  GenerateText,
  GenerateBatch,
  GenerateQuote,
  AnalyzeQuote,
  TranscribeRecording,
  VoiceToQuote,
  MakeReport,
];
