import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { App } from "#src/app.js";

/** Headers by which a proxy says that somebody else is asking through it. */
const forwarding = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/** `GET /metrics` for Prometheus: for who has the token, or without one for programs on the same machine. */
export const registerMetrics = (server: FastifyInstance, { metrics, config }: App): void => {
  server.get("/metrics", async (request, reply) => {
    const refusal = refuse(request, config.metrics.token);
    if (refusal !== undefined)
      return reply.code(refusal.status).headers(refusal.headers).send({ error: refusal.error });
    return reply
      .header("content-type", metrics.registry.contentType)
      .header("cache-control", "no-store")
      .send(await metrics.text());
  });
};

const refuse = (request: FastifyRequest, token: string | undefined) => {
  if (token !== undefined) {
    if (isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return undefined;
    return {
      status: 401,
      headers: { "www-authenticate": "Bearer" },
      error: "Send `Authorization: Bearer <the value of ATRIUM_METRICS_TOKEN>`.",
    };
  }
  const isProxied = forwarding.some((name) => request.headers[name] !== undefined);
  if (isLoopback(request.socket.remoteAddress ?? "") && !isProxied) return undefined;
  return {
    status: 403,
    headers: {},
    error:
      "Only programs on the same machine may read metrics: set ATRIUM_METRICS_TOKEN, and send it as a bearer token.",
  };
};

/** Takes as long for a nearly right token as for a wrong one, whatever its length. */
const isSame = (given: string, wanted: string): boolean => {
  const [a, b] = [given, wanted].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};

const isLoopback = (address: string): boolean => {
  const plain = address.replace(/^::ffff:/, "");
  return plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
};
