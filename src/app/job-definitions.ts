import { GenerateBatch } from "../ai/generation-batch-service.js";
import { ReplayGenerations } from "../ai/replay-run.js";
import { GenerateText } from "../ai/text-service.js";
import { EraseAccount } from "../identity/erasure-service.js";
import { ExportMyData } from "../identity/export-service.js";
import { DeliverMail } from "../identity/mail-service.js";
import { OfferReset } from "../identity/password-service.js";
import { EraseWorkspace } from "../identity/workspace-removal.js";
import { RotateEncryptionKey } from "../platform/key-rotation-service.js";
import { GenerateQuote } from "../quotes/quote-service.js";

/** Every kind of job that something in this process may ask for. */
export const jobDefinitions = [
  DeliverMail,
  OfferReset,
  ExportMyData,
  EraseAccount,
  EraseWorkspace,
  RotateEncryptionKey,
  ReplayGenerations,
  GenerateText,
  GenerateBatch,
  GenerateQuote,
];
