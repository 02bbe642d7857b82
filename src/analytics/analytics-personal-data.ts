import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { Dashboard } from "./dashboard.js";
import { Report } from "./report.js";

/** What was made of figures stays with the workspace, but for what is private. Before the files, which reports name. */
export const analyticsPersonalData: readonly PersonalData[] = [
  { entity: Dashboard, by: ["createdById"], erase: erasePrivate("dashboard") },
  { entity: Report, by: ["createdById"], erase: erasePrivate("report") },
];
