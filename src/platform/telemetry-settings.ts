import { integer } from "./setting-kinds.js";

/** Settings of what is measured, and how long it is kept. */
export const telemetrySettings = {
  ATRIUM_TELEMETRY_DAYS: integer(1, 3_650)
    .default(90)
    .describe("Days for which points of telemetry and product events are kept one by one. Older ones are refused."),
  ATRIUM_TELEMETRY_MINUTE_DAYS: integer(1, 3_650)
    .default(400)
    .describe("Days for which figures of single minutes are kept. Those of hours and days are kept for good."),
  ATRIUM_PLATFORM_TELEMETRY_SECONDS: integer(0, 3_600)
    .default(5)
    .describe("Seconds between two measurements that Atrium makes of its own host and processes; 0 for none."),
};
