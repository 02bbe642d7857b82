import type { FastifyInstance, FastifyRequest } from "fastify";
import type { App } from "#src/app.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { Span } from "#src/platform/span.js";
import { newTrace, parseTraceparent, type TraceContext } from "#src/platform/trace-context.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Where it stands in its trace: what runs on its behalf goes on from here. */
    trace: TraceContext;
    span: Span | undefined;
    /** `performance.now()` at its arrival. */
    arrivedAt: number;
  }
}

/** What the status of a request is called whose client left before its answer. */
const clientLeft = 499;

/** Counts and times every HTTP request, and continues or begins its trace. Needs `request.requestId`. */
export const observeRequests = (server: FastifyInstance, { metrics, tracing, logger }: App): void => {
  server.decorateRequest("trace", null as never);
  server.decorateRequest("span", undefined);
  server.decorateRequest("arrivedAt", 0);
  server.addHook("onRequest", (request, { raw }, next) => {
    const parent = parseTraceparent(request.headers.traceparent);
    const { method } = request;
    const arrivedAt = performance.now();
    request.arrivedAt = arrivedAt;
    request.trace = parent ?? newTrace();
    // A WebSocket is no request: its operations are told apart.
    if (request.headers.upgrade !== undefined) return next();
    const span = tracing.start(`${method} ${routeOf(request)}`, parent, {
      kind: "server",
      attributes: { "http.request.method": method, "http.route": routeOf(request) },
    });
    request.span = span;
    if (span !== undefined) request.trace = span.context;
    let over = false;
    const end = (status: number) => {
      if (over) return;
      over = true;
      // Known at the end only: a route may find that it has nothing to give.
      const route = routeOf(request);
      const ms = performance.now() - arrivedAt;
      metrics.httpRequests.inc({ route, method, status });
      const isStream = String(raw.getHeader("content-type")).startsWith("text/event-stream");
      if (!isStream) metrics.httpDuration.observe({ route }, ms / 1000);
      span?.set({ "http.response.status_code": status });
      span?.end(status >= 500 ? new Error("5xx") : undefined);
      if (!logger.isLevelEnabled("debug")) return;
      runInScope(newScope(request.requestId, undefined, request.trace), () =>
        logger.debug({ route, method, status, ms: Math.round(ms) }, "request"),
      );
    };
    raw.once("finish", () => end(raw.statusCode));
    raw.once("close", () => end(clientLeft));
    next();
  });
};

/** The pattern that matched, never the address that was asked for: that one is the client's to choose. */
const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? "none";
