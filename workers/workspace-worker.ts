import type { App } from "#src/app.js";
import { EraseWorkspace } from "#src/identity/workspace-removal.js";
import { handle } from "#src/platform/job-handler.js";

export const workspaceWorker = ({ workspaceRemoval }: App) => [
  handle(EraseWorkspace, ({ workspaceId }, run) => workspaceRemoval.erase(run, workspaceId)),
];
