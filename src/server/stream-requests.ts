import type { FastifyInstance, FastifyRequest } from "fastify";
import { type DocumentGuard, errorsOf, type GraphqlParams } from "#resolvers/guards/admit-document.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { readGraphqlRequest } from "./graphql-request.js";

/**
 * Reads requests for event streams before the library does: what is malformed gets a code, and a trusted document is
 * put in the place of its id.
 */
export const registerStreamRequests = (server: FastifyInstance, app: App, guard: DocumentGuard): void => {
  server.addHook("preHandler", async (request, reply) => {
    if (!isStream(request)) return;
    try {
      const params = readGraphqlRequest(request);
      replaceParams(request, { ...params, query: guard.textOf(params) });
    } catch (error) {
      const status = error instanceof DomainError && error.code === "UNSUPPORTED_MEDIA_TYPE" ? 415 : 400;
      const errors = errorsOf(error).map((each) => presentError(each, request.requestId, app.logger));
      return reply.code(status).send({ errors });
    }
  });
};

const isStream = ({ routeOptions, headers, ws }: FastifyRequest) =>
  !ws &&
  (routeOptions.url === "/graphql/stream" ||
    (routeOptions.url === "/graphql" && headers.accept === "text/event-stream")) &&
  (routeOptions.method === "POST" || routeOptions.method === "GET");

/** Where the library looks: in the body of a POST, in the address of a GET. */
const replaceParams = (request: FastifyRequest, { query, operationName, variables }: GraphqlParams): void => {
  if (request.method === "POST") {
    request.body = { query, operationName, variables };
    return;
  }
  const search = new URLSearchParams({ query: String(query) });
  if (typeof operationName === "string") search.set("operationName", operationName);
  if (variables) search.set("variables", JSON.stringify(variables));
  request.raw.url = `${request.routeOptions.url}?${search}`;
};
