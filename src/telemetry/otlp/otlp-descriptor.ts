import type { IField } from "protobufjs";

/** A field as protobufjs reads it: its type, number, and rule. */
const one = (type: string, id: number) => ({ type, id });
const maybe = (type: string, id: number) => ({ type, id, options: { proto3_optional: true } });
const many = (type: string, id: number) => ({ rule: "repeated", type, id });
const message = (fields: Record<string, IField>, oneofs?: Readonly<Record<string, string[]>>) => ({
  fields,
  ...(oneofs === undefined
    ? {}
    : { oneofs: Object.fromEntries(Object.entries(oneofs).map(([name, oneof]) => [name, { oneof }])) }),
});

/**
 * What Atrium reads of opentelemetry-proto 1.x, and what it answers: metrics and their resources. Fields that are missing here,
 * such as exemplars and attributes that are lists, are passed over.
 */
export const otlpDescriptor = {
  nested: {
    ExportMetricsServiceRequest: message({ resourceMetrics: many("ResourceMetrics", 1) }),
    ExportMetricsServiceResponse: message({ partialSuccess: one("ExportMetricsPartialSuccess", 1) }),
    ExportMetricsPartialSuccess: message({ rejectedDataPoints: one("int64", 1), errorMessage: one("string", 2) }),
    /** `google.rpc.Status`, in which refusals are told. */
    Status: message({ code: one("int32", 1), message: one("string", 2) }),
    ResourceMetrics: message({ resource: one("Resource", 1), scopeMetrics: many("ScopeMetrics", 2) }),
    Resource: message({ attributes: many("KeyValue", 1) }),
    ScopeMetrics: message({ metrics: many("Metric", 2) }),
    KeyValue: message({ key: one("string", 1), value: one("AnyValue", 2) }),
    AnyValue: message(
      {
        stringValue: one("string", 1),
        boolValue: one("bool", 2),
        intValue: one("int64", 3),
        doubleValue: one("double", 4),
      },
      { value: ["stringValue", "boolValue", "intValue", "doubleValue"] },
    ),
    Metric: message(
      {
        name: one("string", 1),
        unit: one("string", 3),
        gauge: one("Numbers", 5),
        sum: one("Numbers", 7),
        histogram: one("Histogram", 9),
        exponentialHistogram: one("Uncounted", 10),
        summary: one("Summary", 11),
      },
      { data: ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] },
    ),
    Numbers: message({ dataPoints: many("NumberDataPoint", 1) }),
    Histogram: message({ dataPoints: many("HistogramDataPoint", 1) }),
    Summary: message({ dataPoints: many("SummaryDataPoint", 1) }),
    Uncounted: message({ dataPoints: many("Nothing", 1) }),
    Nothing: message({}),
    NumberDataPoint: message(
      {
        attributes: many("KeyValue", 7),
        timeUnixNano: one("fixed64", 3),
        asDouble: one("double", 4),
        asInt: one("sfixed64", 6),
        flags: one("uint32", 8),
      },
      { value: ["asDouble", "asInt"] },
    ),
    HistogramDataPoint: message(
      {
        attributes: many("KeyValue", 9),
        timeUnixNano: one("fixed64", 3),
        count: one("fixed64", 4),
        sum: maybe("double", 5),
        bucketCounts: many("fixed64", 6),
        explicitBounds: many("double", 7),
        flags: one("uint32", 10),
      },
      { _sum: ["sum"] },
    ),
    SummaryDataPoint: message({
      attributes: many("KeyValue", 7),
      timeUnixNano: one("fixed64", 3),
      count: one("fixed64", 4),
      sum: one("double", 5),
      quantileValues: many("ValueAtQuantile", 6),
      flags: one("uint32", 8),
    }),
    ValueAtQuantile: message({ quantile: one("double", 1), value: one("double", 2) }),
  },
};
