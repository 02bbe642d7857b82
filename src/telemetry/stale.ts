/** Woken by whoever adds to `telemetry.stale`, that is with every commit of points. */
export const telemetryTopic = "telemetry";
