import { defineList } from "#src/platform/lists/list.js";
import { Metric } from "./metric.js";

export const metricList = defineList(Metric, { plural: "metrics" });
