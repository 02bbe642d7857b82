import { MakeReport } from "#src/analytics/report-service.js";
import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";

export const analyticsWorker = ({ reports }: App) => [handle(MakeReport, (asked, run) => reports.make(run, asked))];
