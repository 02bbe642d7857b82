import type { App } from "#src/app.js";
import type { JobHandler } from "#src/platform/job-handler.js";
import { identityWorker } from "./identity-worker.js";
import { keyWorker } from "./key-worker.js";
import { quoteWorker } from "./quote-worker.js";
import { workspaceWorker } from "./workspace-worker.js";

/** Every handler of background work. */
export const workers = (app: App): JobHandler[] => [
  ...identityWorker(app),
  ...keyWorker(app),
  ...quoteWorker(app),
  ...workspaceWorker(app),
];
