import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";
import { RotateEncryptionKey } from "#src/platform/key-rotation-service.js";

export const keyWorker = ({ keyRotation }: App) => [
  handle(RotateEncryptionKey, (_payload, run) => keyRotation.rotate(run)),
];
