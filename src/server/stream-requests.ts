import type { FastifyInstance, FastifyRequest } from "fastify";
import { type DocumentGuard, errorsOf, type GraphqlParams } from "#resolvers/guards/admit-document.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { readGraphqlRequest } from "./graphql-request.js";

/**
 * Reads requests for event streams before the library does: what is refused gets a code, and a trusted document is put
 * in the place of its id.
 */
export const registerStreamRequests = (server: FastifyInstance, app: App, guard: DocumentGuard): void => {
  server.addHook("preHandler", async (request, reply) => {
    if (!isStream(request)) return;
    let status = 400;
    try {
      if (!(request.headers.accept ?? "").includes("text/event-stream")) {
        status = 406;
        throw badInput("Streams come as `text/event-stream`: accept that.");
      }
      const params = readGraphqlRequest(request);
      const { source, operation } = guard.read(params);
      if (request.method === "GET" && operation.operation === "mutation") {
        reply.header("allow", "POST");
        status = 405;
        throw badInput("GET is for queries and subscriptions: send this with POST.");
      }
      replaceParams(request, { ...params, query: source });
    } catch (error) {
      if (error instanceof DomainError && error.code === "UNSUPPORTED_MEDIA_TYPE") status = 415;
      const errors = errorsOf(error).map((each) => presentError(each, request.requestId, app.logger));
      return reply.code(status).send({ errors });
    }
  });
};

const isStream = ({ routeOptions, headers, method, ws }: FastifyRequest) =>
  !ws &&
  (method === "POST" || method === "GET") &&
  (routeOptions.url === "/graphql/stream" ||
    (routeOptions.url === "/graphql" && headers.accept === "text/event-stream"));

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
