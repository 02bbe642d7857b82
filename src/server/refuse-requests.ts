import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorsOf } from "#resolvers/guards/admit-document.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { notJson, tooLarge } from "./graphql-exchange.js";
import type { OperationLog } from "./operation-log.js";
import { routeStatusOf } from "./refusal-status.js";

/** What is wrong with a request before a route sees it, by Fastify's status. */
const edgeErrors: Readonly<Record<number, DomainError>> = {
  400: notJson,
  413: tooLarge,
  415: new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`."),
};

/** Errors outside `/graphql` in the shape of those inside. */
export const refuseRequests = (server: FastifyInstance, app: App, operationLog: OperationLog): void => {
  const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown, status: number) => {
    const { requestId, trace, startedAt } = request.raw.arrival;
    const errors = errorsOf(error).map((each) => presentError(each, requestId, app.logger));
    runInScope(newScope(requestId, undefined, trace), () =>
      operationLog.ended({ transport: "http", startedAt }, errors),
    );
    return reply.code(status).type("application/json; charset=utf-8").send({ errors });
  };
  server.route({
    method: ["PUT", "PATCH", "DELETE"],
    url: "/graphql/stream",
    handler: (request, reply) => {
      reply.header("allow", "GET, POST");
      return refuse(request, reply, badInput(`${request.method} is not served here: send GET or POST.`), 405);
    },
  });
  server.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const known = edgeErrors[error.statusCode ?? 0];
    return refuse(request, reply, known ?? error, (known && error.statusCode) ?? routeStatusOf(error));
  });
};
