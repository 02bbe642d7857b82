import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Value {
  stringValue?: string;
  intValue?: number;
  boolValue?: boolean;
  arrayValue?: { values?: Value[] };
}

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly status: { readonly code?: number };
}

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] };
    scopeSpans: { spans: CollectedSpan[] }[];
  }[];
}

/** A collector of traces as OTLP/HTTP describes it, that remembers what it was sent. */
export const startOtlpCollector = async () => {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method !== "POST" || request.url !== "/v1/traces" || request.headers["x-tenant"] !== "a b") {
      refused.push(`${request.method} ${request.url}`);
      response.writeHead(404).end();
      return;
    }
    bodies.push(body);
    for (const { scopeSpans } of (JSON.parse(body) as ExportRequest).resourceSpans)
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%20b",
    },
    spans: spans as readonly CollectedSpan[],
    /** All that it was sent, as text. */
    raw: () => bodies.join("\n"),
    refused: refused as readonly string[],
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

export const attributeOf = (span: CollectedSpan, key: string) => {
  const value = span.attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? value?.intValue ?? value?.boolValue;
};
