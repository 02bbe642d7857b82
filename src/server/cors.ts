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
export const registerCors = (server: FastifyInstance, { http }: Config): void => {
  const listed = new Set(http.corsOrigins);
  const own = http.publicUrl === undefined ? undefined : new URL(http.publicUrl).origin;
  const isOwn = (request: FastifyRequest, origin: string) =>
    origin === own || (URL.canParse(origin) && new URL(origin).host === request.host);

  server.addHook("onRequest", (request, reply, next) => {
    reply.header("vary", "Origin");
    const { origin } = request.headers;
    if (origin === undefined) return next();
    const isListed = listed.has(origin);
    if (request.ws && !isListed && !isOwn(request, origin))
      return next(
        new DomainError("FORBIDDEN", "This origin may not open sockets: ATRIUM_CORS_ORIGINS does not name it."),
      );
    if (isListed)
      reply.headers({ "access-control-allow-origin": origin, "access-control-expose-headers": exposedHeaders });
    next();
  });

  server.options("/*", async (request, reply) => {
    const { origin } = request.headers;
    reply.header("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    if (origin === undefined || !listed.has(origin))
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
};
