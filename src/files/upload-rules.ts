import type { Config } from "#src/platform/config.js";
import { type Inspection, inspectSound } from "./inspect-sound.js";
import { UploadPurpose } from "./upload.js";

/** Looks at the whole of an upload, in a file of its own. */
export type Inspect = (path: string, signal: AbortSignal) => Promise<Inspection>;

/** What each purpose allows. */
export const uploadRules = ({ voice }: Config): Readonly<Record<UploadPurpose, Inspect>> => ({
  [UploadPurpose.RECORDING]: (path, signal) => inspectSound(path, voice.maxMs, signal),
});
