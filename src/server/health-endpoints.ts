import type { FastifyInstance } from "fastify";
import type { App } from "#src/app.js";
import { checkHealth } from "#src/platform/health.js";

/** `/live`, `/ready` and `/health`, for whoever decides about this process. */
export const registerHealth = (server: FastifyInstance, app: App): void => {
  server.get("/live", async () => ({ status: "ok" }));
  server.get("/ready", async (_request, reply) => {
    const health = await checkHealth(app.database);
    return reply.code(health.status === "ok" ? 200 : 503).send({ status: health.status });
  });
  server.get("/health", async (_request, reply) => {
    const health = await checkHealth(app.database);
    return reply.code(health.status === "ok" ? 200 : 503).send(health);
  });
};
