import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Config } from "#src/platform/config.js";
import { DomainError } from "#src/platform/errors.js";

/** How long a browser may keep the answer to its preflight, in seconds. */
const preflightSeconds = 600;

const allowedHeaders = [
  "authorization",
  "content-type",
  "x-workspace-id",
  "x-request-id",
  "idempotency-key",
  "dry-run",
  "traceparent",
  "tracestate",
  "apollo-require-preflight",
  "graphql-require-preflight",
].join(", ");

const exposedHeaders = ["x-request-id", "retry-after", "ratelimit", "ratelimit-policy", "traceparent"].join(", ");

/**
 * Pages of other origins: those on the list may call the API, without cookies; all others are left to the browser, which
 * keeps the answer from them. A WebSocket is no such question to a browser, so here a foreign origin is refused.
 */
export class Cors {
  readonly #listed: ReadonlySet<string>;
  readonly #own: string | undefined;

  constructor({ http }: Config) {
    this.#listed = new Set(http.corsOrigins);
    this.#own = http.publicUrl === undefined ? undefined : new URL(http.publicUrl).origin;
  }

  /** Headers of every answer to a page of this origin, beside `vary: Origin`. */
  headers(origin: string | undefined): Readonly<Record<string, string>> | undefined {
    if (origin === undefined || !this.#listed.has(origin)) return undefined;
    return { "access-control-allow-origin": origin, "access-control-expose-headers": exposedHeaders };
  }

  register(server: FastifyInstance): void {
    server.addHook("onRequest", (request, reply, next) => {
      reply.header("vary", "Origin");
      const { origin } = request.headers;
      const headers = this.headers(origin);
      if (request.ws && origin !== undefined && headers === undefined && !this.#isOwn(request, origin))
        return next(
          new DomainError("FORBIDDEN", "This origin may not open sockets: ATRIUM_CORS_ORIGINS does not name it."),
        );
      if (headers !== undefined) reply.headers(headers);
      next();
    });

    server.options("/*", async (request, reply) => {
      const { origin } = request.headers;
      reply.header("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
      if (this.headers(origin) === undefined)
        throw new DomainError("FORBIDDEN", "This origin may not call the API: ATRIUM_CORS_ORIGINS does not name it.");
      return reply
        .headers({
          "access-control-allow-methods": "GET, POST",
          "access-control-allow-headers": allowedHeaders,
          "access-control-max-age": preflightSeconds,
        })
        .code(204)
        .send();
    });
  }

  #isOwn(request: FastifyRequest, origin: string): boolean {
    return origin === this.#own || (URL.canParse(origin) && new URL(origin).host === request.host);
  }
}
