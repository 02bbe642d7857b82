import type { App } from "#src/app.js";
import type { JobHandler } from "#src/platform/job-handler.js";
import { aiWorker } from "./ai-worker.js";
import { analyticsWorker } from "./analytics-worker.js";
import { fileWorker } from "./file-worker.js";
import { identityWorker } from "./identity-worker.js";
import { keyWorker } from "./key-worker.js";
import { quoteWorker } from "./quote-worker.js";
import { replayWorker } from "./replay-worker.js";
import { voiceWorker } from "./voice-worker.js";
import { workspaceWorker } from "./workspace-worker.js";

/** Every handler of background work. */
export const workers = (app: App): JobHandler[] => [
  ...aiWorker(app),
  ...analyticsWorker(app),
  ...fileWorker(app),
  ...identityWorker(app),
  ...keyWorker(app),
  ...quoteWorker(app),
  ...replayWorker(app),
  ...voiceWorker(app),
  ...workspaceWorker(app),
];
