import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "#src/app.js";
import { newId } from "#src/platform/ids.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { Span } from "#src/platform/span.js";
import { newTrace, parseTraceparent, type TraceContext } from "#src/platform/trace-context.js";

declare module "node:http" {
  interface IncomingMessage {
    arrival: Arrival;
  }
}

/** A client may bring the id of its request, when that is one. */
const requestIdPattern = /^[\w.:-]{8,100}$/;

/** What the status of a request is called whose client left before its answer. */
const clientLeft = 499;

/** One HTTP request from its first byte to its end: its id, its place in its trace, and what is counted of it. */
export class Arrival {
  readonly requestId: string;
  /** What runs on its behalf goes on from here. */
  readonly trace: TraceContext;
  readonly span?: Span | undefined;
  /** `performance.now()` at its arrival. */
  readonly startedAt = performance.now();
  /** The pattern that matched, never the address that was asked for: that one is the client's to choose. */
  route = "none";
  /** True when its answer has no end of its own, so that how long it took says nothing. */
  isStream = false;
  /** Called when its client has left before the answer was sent. */
  onLeave: (() => void) | undefined;

  constructor(
    private readonly app: Pick<App, "metrics" | "tracing" | "logger">,
    private readonly message: IncomingMessage,
  ) {
    const { "x-request-id": given, traceparent } = message.headers;
    this.requestId = typeof given === "string" && requestIdPattern.test(given) ? given : newId("request");
    const parent = parseTraceparent(traceparent);
    // A WebSocket is no request: its operations are told apart.
    if (message.headers.upgrade === undefined)
      this.span = app.tracing.start(`${message.method}`, parent, {
        kind: "server",
        attributes: { "http.request.method": message.method },
      });
    this.trace = this.span?.context ?? parent ?? newTrace();
  }

  /** Counts and times it once its answer is sent, or its client has left. */
  endsWith(response: ServerResponse): void {
    response.once("close", () => this.#end(response));
  }

  #end(response: ServerResponse): void {
    const { app, message, route, span } = this;
    const method = message.method ?? "";
    const left = !response.writableFinished;
    if (left) this.onLeave?.();
    const status = left ? clientLeft : response.statusCode;
    const ms = performance.now() - this.startedAt;
    app.metrics.httpRequests.inc({ route, method, status });
    if (!this.isStream) app.metrics.httpDuration.observe({ route }, ms / 1000);
    span?.rename(`${method} ${route}`);
    span?.set({ "http.route": route, "http.response.status_code": status });
    span?.end(status >= 500 ? new Error("5xx") : undefined);
    if (!app.logger.isLevelEnabled("debug")) return;
    runInScope(newScope(this.requestId, undefined, this.trace), () =>
      app.logger.debug({ route, method, status, ms: Math.round(ms) }, "request"),
    );
  }
}
