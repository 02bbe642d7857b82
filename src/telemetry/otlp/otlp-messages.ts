import type { Root } from "protobufjs";
import { badInput } from "#src/platform/errors.js";
import { otlpDescriptor } from "./otlp-descriptor.js";

export type OtlpEncoding = "protobuf" | "json";

/** A 64-bit number as protobufjs gives it; its text is exact. */
type Long = { toString(): string };

export interface KeyValue {
  readonly key: string;
  readonly value?: {
    readonly value?: "stringValue" | "boolValue" | "intValue" | "doubleValue";
    readonly stringValue: string;
    readonly boolValue: boolean;
    readonly intValue: Long;
    readonly doubleValue: number;
  } | null;
}

interface DataPoint {
  readonly attributes: readonly KeyValue[];
  readonly timeUnixNano: Long;
  readonly flags: number;
}

export interface NumberPoint extends DataPoint {
  readonly value?: "asDouble" | "asInt";
  readonly asDouble: number;
  readonly asInt: Long;
}

export interface HistogramPoint extends DataPoint {
  readonly count: Long;
  /** Set to its own name where there is one. */
  readonly _sum?: "sum";
  readonly sum: number;
  readonly bucketCounts: readonly Long[];
  readonly explicitBounds: readonly number[];
}

export interface SummaryPoint extends DataPoint {
  readonly count: Long;
  readonly sum: number;
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[];
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly data?: "gauge" | "sum" | "histogram" | "exponentialHistogram" | "summary";
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] };
  readonly sum?: { readonly dataPoints: readonly NumberPoint[] };
  readonly histogram?: { readonly dataPoints: readonly HistogramPoint[] };
  readonly summary?: { readonly dataPoints: readonly SummaryPoint[] };
  readonly exponentialHistogram?: { readonly dataPoints: readonly object[] };
}

export interface OtlpRequest {
  readonly resourceMetrics: readonly {
    readonly resource?: { readonly attributes: readonly KeyValue[] } | null;
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

/** The messages of OTLP. The library is loaded with the first of them: most installations never meet one. */
export class OtlpMessages {
  #root: Promise<Root> | undefined;

  async decode(body: Buffer, encoding: OtlpEncoding): Promise<OtlpRequest> {
    const type = (await this.#types()).lookupType("ExportMetricsServiceRequest");
    try {
      const request = encoding === "protobuf" ? type.decode(body) : type.fromObject(parseObject(body));
      return request as unknown as OtlpRequest;
    } catch {
      throw badInput(`The body is no ExportMetricsServiceRequest of OTLP, encoded as ${encoding}.`);
    }
  }

  async encode(name: string, content: object, encoding: OtlpEncoding): Promise<Buffer> {
    if (encoding === "json") return Buffer.from(JSON.stringify(content));
    const type = (await this.#types()).lookupType(name);
    return Buffer.from(type.encode(type.fromObject(content)).finish());
  }

  #types(): Promise<Root> {
    this.#root ??= import("protobufjs/light.js").then(({ default: { Root } }) => Root.fromJSON(otlpDescriptor));
    return this.#root;
  }
}

const parseObject = (body: Buffer): object => {
  const given: unknown = JSON.parse(body.toString());
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Error("It is no object.");
  return given;
};
