import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type DocumentNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import { LRUCache } from "lru-cache";
import type { Context } from "#resolvers/context.js";
import { documentLimits, parseWithinLimits } from "#resolvers/guards/document-limits.js";
import { presentError } from "#resolvers/guards/present-error.js";
import { refuseNul } from "#resolvers/guards/refuse-nul.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { currentScope, newScope, runInScope, type Scope } from "#src/platform/scope.js";
import { inSpan } from "#src/platform/span.js";
import type { GraphqlStreams } from "./graphql-streams.js";
import type { OperationLog } from "./operation-log.js";
import { createContext, credentialsOf } from "./request-context.js";

/** `/graphql` for queries and mutations, on Apollo Server. Resolves with the server that has to be stopped. */
export const registerGraphql = async (
  server: FastifyInstance,
  app: App,
  schema: GraphQLSchema,
  { wsHandler, stream }: GraphqlStreams,
  operationLog: OperationLog,
): Promise<ApolloServer<Context>> => {
  const present = (error: unknown) => presentError(error, currentScope()?.requestId ?? "", app.logger);
  const answers = new WeakMap<Scope, Answered>();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: !app.config.production,
    hideSchemaDetailsFromClientErrors: app.config.production,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: documentLimits.tokens },
    formatError: (formatted, error) => {
      const shown = present(error);
      // Apollo's own refusals, such as a missing body, say what they are in their code and nowhere else.
      return shown.extensions?.code === "INTERNAL" && isRequestError(formatted.extensions?.code)
        ? { ...shown, message: formatted.message, extensions: { ...shown.extensions, code: "BAD_USER_INPUT" } }
        : shown;
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ document, operationName, response: { body } }) => {
            const scope = currentScope();
            const errors = body.kind === "single" ? body.singleResult.errors : undefined;
            if (scope !== undefined) answers.set(scope, { document, operationName, errors });
          },
        }),
      },
    ],
    logger: silent(app),
  });
  await apollo.start();
  const withinLimits = new LRUCache<string, true>({ max: 1_000 });

  const checkLimits = (query: unknown) => {
    if (typeof query !== "string" || withinLimits.has(query)) return;
    try {
      parseWithinLimits(query);
      withinLimits.set(query, true);
    } catch (error) {
      // A syntax error is Apollo's to report.
      if (error instanceof GraphQLError && error.extensions.code === "QUERY_TOO_COMPLEX") throw error;
    }
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const status =
      error instanceof DomainError ? (statuses[error.code] ?? 400) : error instanceof GraphQLError ? 400 : 500;
    const errors = [present(error)];
    operationLog.ended({ transport: "http", startedAt: request.arrivedAt }, errors);
    return reply.code(status).send({ errors });
  };

  /** Runs an operation in its scope, and as a span under its request. */
  const inItsScope = <T>(request: FastifyRequest, work: () => Promise<T> | T): Promise<T> =>
    runInScope(newScope(request.requestId, undefined, request.trace), () =>
      inSpan(request.span?.child("graphql"), work),
    );

  const serve = (request: FastifyRequest, reply: FastifyReply) =>
    inItsScope(request, async () => {
      const { body, method } = request;
      const params = ((method === "GET" ? request.query : body) ?? {}) as { query?: unknown; variables?: unknown };
      let context: Context;
      try {
        checkLimits(params.query);
        refuseNul(params.query, params.variables);
        context = await createContext(app, credentialsOf(request.headers), request.requestId);
      } catch (error) {
        return refuse(request, reply, error);
      }
      const headers = new HeaderMap();
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
      }
      const search = request.url.includes("?") ? request.url.slice(request.url.indexOf("?")) : "";
      const result = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers, search, body },
        context: async () => context,
      });
      reply.code(result.status ?? 200).headers(Object.fromEntries(result.headers));
      if (result.body.kind !== "complete") throw new Error("Incremental delivery is not served.");
      const scope = currentScope();
      // What Apollo refuses before it reads the document does not pass its plugins.
      const answered = (scope && answers.get(scope)) ?? (JSON.parse(result.body.string) as Answered);
      const { document, operationName, errors } = answered;
      const { caller } = context;
      operationLog.ended({ transport: "http", document, operationName, caller, startedAt: request.arrivedAt }, errors);
      return reply.send(result.body.string);
    });

  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    request.headers.accept === "text/event-stream" ? stream(request, reply) : serve(request, reply);
  server.route({ method: "POST", url: "/graphql", handler: answer });
  server.route({
    method: "GET",
    url: "/graphql",
    handler: (request, reply) => (wantsPage(request) ? reply.redirect("/graphiql") : answer(request, reply)),
    wsHandler,
  });
  server.setErrorHandler((error: { statusCode?: number; code?: string; message: string }, request, reply) =>
    inItsScope(request, () => {
      if (error.statusCode === 413)
        return refuse(request, reply, new DomainError("PAYLOAD_TOO_LARGE", "A request has at most 1 MiB."));
      if (error.statusCode === 415)
        return refuse(
          request,
          reply,
          new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`."),
        );
      if (error.statusCode === 400)
        return refuse(request, reply, new DomainError("BAD_USER_INPUT", "The body is not JSON."));
      return refuse(request, reply, error);
    }),
  );
  return apollo;
};

/** What the log needs of an operation that Apollo has answered. */
interface Answered {
  document?: DocumentNode | undefined;
  operationName?: string | null | undefined;
  errors?: readonly GraphQLFormattedError[] | undefined;
}

const statuses: Partial<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

const isRequestError = (code: unknown) =>
  code === "BAD_REQUEST" ||
  code === "GRAPHQL_PARSE_FAILED" ||
  code === "GRAPHQL_VALIDATION_FAILED" ||
  code === "BAD_USER_INPUT";

const wantsPage = ({ headers, query }: FastifyRequest) =>
  (headers.accept ?? "").includes("text/html") && (query as { query?: unknown }).query === undefined;

/** Apollo logs what it then reports anyway; what matters is logged where errors are presented. */
const silent = ({ logger }: App) => ({
  debug: (message: string) => logger.debug(message),
  info: (message: string) => logger.debug(message),
  warn: (message: string) => logger.warn(message),
  error: (message: string) => logger.error(message),
});
