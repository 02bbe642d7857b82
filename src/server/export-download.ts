import type { FastifyInstance } from "fastify";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { routeStatusOf } from "./refusal-status.js";
import { createContext, credentialsOf } from "./request-context.js";

/** GET /exports/:id, the content of a `DataExport`, for its owner alone. */
export const registerExports = (server: FastifyInstance, app: App): void => {
  server.get("/exports/:id", async (request, reply) => {
    reply.header("cache-control", "no-store");
    try {
      const { actor } = await createContext(app, credentialsOf(request), request.raw.arrival.requestId);
      const { id } = request.params as { id: string };
      const content = actor.permissions.has("account:manage") ? await app.exports.download(actor, id) : undefined;
      if (content === undefined) return await reply.code(404).send({ error: "There is no such export of yours." });
      return await reply
        .type("application/json; charset=utf-8")
        .header("content-disposition", 'attachment; filename="atrium-export.json"')
        .send(content);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return reply.code(routeStatusOf(error)).send({ error: error.message });
    }
  });
};
