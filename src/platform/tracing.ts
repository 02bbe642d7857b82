import type { Span as OtelSpan, SpanStatusCode, Tracer } from "@opentelemetry/api";
import type { Config } from "./config.js";
import { DomainError } from "./errors.js";
import type { Logger } from "./logger.js";
import type { Span, SpanAttributes, SpanKind, SpanOptions } from "./span.js";
import type { TraceContext } from "./trace-context.js";

/** How long finished spans are gathered before they are sent, and how long one sending may take, in milliseconds. */
const gatherMs = 1_000;
const exportTimeoutMs = 5_000;
/** Pause between two complaints about a collector that does not answer, in milliseconds. */
const complainMs = 60_000;

interface Sdk {
  start(name: string, parent: TraceContext | undefined, options: SpanOptions): Span;
  close(): Promise<void>;
}

/** Where spans begin. Without a collector there are none, and the library is not even loaded. */
export class Tracing {
  private constructor(private readonly sdk: Sdk | undefined) {}

  static async connect(config: Config["tracing"], logger: Logger): Promise<Tracing> {
    return new Tracing(config === undefined ? undefined : await loadSdk(config, logger));
  }

  get enabled(): boolean {
    return this.sdk !== undefined;
  }

  /** A span under `parent`, or the first one of a trace; nothing while no traces are exported. */
  start(name: string, parent: TraceContext | undefined, options: SpanOptions = {}): Span | undefined {
    return this.sdk?.start(name, parent, options);
  }

  /** Sends what is finished; gives up on a collector that does not take it. */
  async close(): Promise<void> {
    await this.sdk?.close();
  }
}

const loadSdk = async (config: NonNullable<Config["tracing"]>, logger: Logger): Promise<Sdk> => {
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  const otlp = new OTLPTraceExporter({
    url: `${config.endpoint}/v1/traces`,
    headers: config.headers,
    timeoutMillis: exportTimeoutMs,
  });
  let complainedAt = Number.NEGATIVE_INFINITY;
  const exporter: ConstructorParameters<typeof sdk.BatchSpanProcessor>[0]["exporter"] = {
    export: (spans, done) =>
      otlp.export(spans, (result) => {
        if (result.code !== 0 && performance.now() - complainedAt > complainMs) {
          complainedAt = performance.now();
          logger.warn({ err: result.error, spans: spans.length }, "the collector takes no spans; these are lost");
        }
        done(result);
      }),
    forceFlush: () => otlp.forceFlush(),
    shutdown: () => otlp.shutdown(),
  };
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": config.serviceName }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(config.sampleRatio) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: gatherMs, exportTimeoutMillis: exportTimeoutMs }),
    ],
  });
  const tracer = provider.getTracer("atrium");
  const failed = api.SpanStatusCode.ERROR;
  const start = (name: string, parent: TraceContext | undefined, options: SpanOptions): Span => {
    const { kind = "internal", attributes = {}, startedAt } = options;
    const context =
      parent === undefined
        ? api.ROOT_CONTEXT
        : api.trace.setSpanContext(api.ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
          });
    const span = tracer.startSpan(
      name,
      { kind: kinds[kind], attributes: { ...attributes }, startTime: epochMs(startedAt ?? performance.now()) },
      context,
    );
    return spanOf(span, failed, start);
  };
  const lost = (error: unknown) => logger.warn({ err: error }, "the last spans could not be sent");
  return { start, close: () => provider.shutdown().catch(lost) };
};

/** Numbers of the OpenTelemetry API, in its order. */
const kinds: Readonly<Record<SpanKind, NonNullable<Parameters<Tracer["startSpan"]>[1]>["kind"] & number>> = {
  internal: 0,
  server: 1,
  client: 2,
  producer: 3,
  consumer: 4,
};

const epochMs = (performanceMs: number) => performance.timeOrigin + performanceMs;

const spanOf = (span: OtelSpan, failed: SpanStatusCode, start: Sdk["start"]): Span => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const context: TraceContext = { traceId, spanId, sampled: (traceFlags & 1) === 1 };
  return {
    context,
    child: (name, options = {}) => start(name, context, options),
    rename: (name) => void span.updateName(name),
    set: (attributes: SpanAttributes) => void span.setAttributes({ ...attributes }),
    end: (error) => {
      if (error !== undefined) {
        const type = error instanceof DomainError ? error.code : error instanceof Error ? error.name : "error";
        span.setAttribute("error.type", type).setStatus({ code: failed });
      }
      span.end(epochMs(performance.now()));
    },
  };
};
