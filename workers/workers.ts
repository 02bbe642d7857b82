import type { App } from "#src/app.js";
import type { JobHandler } from "#src/platform/job-handler.js";
import { mailWorker } from "./mail-worker.js";
import { quoteWorker } from "./quote-worker.js";
import { workspaceWorker } from "./workspace-worker.js";

/** Every handler of background work. */
export const workers = (app: App): JobHandler[] => [...mailWorker(app), ...quoteWorker(app), ...workspaceWorker(app)];
