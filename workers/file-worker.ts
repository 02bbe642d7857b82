import type { App } from "#src/app.js";
import { CheckUpload } from "#src/files/upload-service.js";
import { handle } from "#src/platform/job-handler.js";

export const fileWorker = ({ uploadCheck }: App) => [
  handle(CheckUpload, ({ uploadId }, run) => uploadCheck.check(run, uploadId)),
];
