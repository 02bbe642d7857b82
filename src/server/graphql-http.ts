import { AsyncLocalStorage } from "node:async_hooks";
import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type DocumentNode, GraphQLError, type GraphQLSchema } from "graphql";
import { LRUCache } from "lru-cache";
import type { Context } from "#resolvers/context.js";
import { documentLimits, parseWithinLimits } from "#resolvers/guards/document-limits.js";
import { presentError } from "#resolvers/guards/present-error.js";
import { refuseNul } from "#resolvers/guards/refuse-nul.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { answerQuery, operationOf } from "./cached-queries.js";
import { sendCompressed } from "./compression.js";
import type { GraphqlStreams } from "./graphql-streams.js";
import { createContext, credentialsOf } from "./request-context.js";

/** `/graphql` for queries and mutations, on Apollo Server. Resolves with the server that has to be stopped. */
export const registerGraphql = async (
  server: FastifyInstance,
  app: App,
  schema: GraphQLSchema,
  { wsHandler, stream }: GraphqlStreams,
): Promise<ApolloServer<Context>> => {
  const requestIds = new AsyncLocalStorage<string>();
  const present = (error: unknown) => presentError(error, requestIds.getStore() ?? "", app.logger);
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
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
    logger: silent(app),
  });
  await apollo.start();
  const withinLimits = new LRUCache<string, DocumentNode>({ max: 1_000 });

  const checkLimits = (query: unknown) => {
    if (typeof query !== "string" || withinLimits.has(query)) return;
    try {
      withinLimits.set(query, parseWithinLimits(query));
    } catch (error) {
      // A syntax error is Apollo's to report.
      if (error instanceof GraphQLError && error.extensions.code === "QUERY_TOO_COMPLEX") throw error;
    }
  };

  const refuse = (reply: FastifyReply, error: unknown) => {
    const status =
      error instanceof DomainError ? (statuses[error.code] ?? 400) : error instanceof GraphQLError ? 400 : 500;
    return reply.code(status).send({ errors: [present(error)] });
  };

  const serve = (request: FastifyRequest, reply: FastifyReply) =>
    requestIds.run(request.requestId, async () => {
      const { body, method } = request;
      const params = ((method === "GET" ? request.query : body) ?? {}) as {
        query?: unknown;
        operationName?: unknown;
        variables?: unknown;
      };
      let context: Context;
      try {
        checkLimits(params.query);
        refuseNul(params.query, params.variables);
        context = await createContext(app, credentialsOf(request.headers), request.requestId);
      } catch (error) {
        return refuse(reply, error);
      }
      const execute = async () => {
        const headers = new HeaderMap();
        for (const [name, value] of Object.entries(request.headers)) {
          if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
        }
        const search = request.url.includes("?") ? request.url.slice(request.url.indexOf("?")) : "";
        const result = await apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: { method, headers, search, body },
          context: async () => context,
        });
        if (result.body.kind !== "complete") throw new Error("Incremental delivery is not served.");
        return { status: result.status ?? 200, headers: Object.fromEntries(result.headers), text: result.body.string };
      };
      const query = typeof params.query === "string" ? params.query : "";
      const document = withinLimits.get(query);
      const asked = document === undefined ? undefined : { ...params, query, document };
      const isQuery = asked !== undefined && operationOf(asked)?.operation === "query";
      const { answer, outcome } = isQuery
        ? await answerQuery(app.cache, request, context, asked, execute)
        : { answer: await execute(), outcome: undefined };
      reply.code(answer.status).headers(answer.headers);
      if (outcome === undefined) return reply.send(answer.text);
      return sendCompressed(reply.header("x-cache", outcome), answer.text);
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
    requestIds.run(request.requestId, () => {
      if (error.statusCode === 413)
        return refuse(reply, new DomainError("PAYLOAD_TOO_LARGE", "A request has at most 1 MiB."));
      if (error.statusCode === 415)
        return refuse(reply, new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`."));
      if (error.statusCode === 400) return refuse(reply, new DomainError("BAD_USER_INPUT", "The body is not JSON."));
      return refuse(reply, error);
    }),
  );
  return apollo;
};

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
