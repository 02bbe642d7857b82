import type { App } from "#src/app.js";
import type { JobHandler } from "#src/platform/job-handler.js";
import { identityWorker } from "./identity-worker.js";
import { quoteWorker } from "./quote-worker.js";

/** Every handler of background work. */
export const workers = (app: App): JobHandler[] => [...identityWorker(app), ...quoteWorker(app)];
