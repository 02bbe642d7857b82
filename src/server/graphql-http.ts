import { AsyncLocalStorage } from "node:async_hooks";
import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type DocumentNode, GraphQLError, type GraphQLSchema } from "graphql";
import type { Context } from "#resolvers/context.js";
import { type Admitted, type DocumentGuard, errorsOf } from "#resolvers/guards/admit-document.js";
import { mayHaveHints } from "#resolvers/guards/disclosure.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput, DomainError, type ErrorCode } from "#src/platform/errors.js";
import { readGraphqlRequest, refuseForgery } from "./graphql-request.js";
import type { GraphqlStreams } from "./graphql-streams.js";
import { graphqlResponse, negotiateMediaType } from "./media-type.js";
import { createContext, credentialsOf } from "./request-context.js";

/** What formatting and Apollo need to know of the request that they are at. */
interface Current {
  readonly requestId: string;
  hints: boolean;
  document?: DocumentNode;
}

/** `/graphql` for queries and mutations, on Apollo Server. Resolves with the server that has to be stopped. */
export const registerGraphql = async (
  server: FastifyInstance,
  app: App,
  schema: GraphQLSchema,
  guard: DocumentGuard,
  { wsHandler, stream }: GraphqlStreams,
): Promise<ApolloServer<Context>> => {
  const current = new AsyncLocalStorage<Current>();
  const { production } = app.config;
  const apollo = new ApolloServer<Context>({
    schema,
    // The guard decides who may see the schema; what gets here has passed it.
    introspection: true,
    hideSchemaDetailsFromClientErrors: false,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    // Parsed and validated already: Apollo shall not do it again.
    documentStore: {
      get: async () => current.getStore()?.document,
      set: async () => {},
      delete: async () => {},
    },
    formatError: (_formatted, error) => {
      const { requestId = "", hints = false } = current.getStore() ?? {};
      return presentError(error, requestId, app.logger, hints);
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ response: { body }, contextValue: { cost } }) => {
            if (body.kind === "single" && "data" in body.singleResult)
              body.singleResult.extensions = { ...body.singleResult.extensions, cost };
          },
        }),
      },
    ],
    logger: silent(app),
  });
  await apollo.start();

  const refuse = (reply: FastifyReply, status: number, error: unknown, mediaType = "application/json") => {
    const { requestId, hints } = current.getStore() ?? { requestId: "", hints: false };
    const errors = errorsOf(error).map((each) => presentError(each, requestId, app.logger, hints));
    return reply.code(status).type(`${mediaType}; charset=utf-8`).send({ errors });
  };

  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const store: Current = { requestId: request.requestId, hints: false };
    return current.run(store, async () => {
      // What is wrong before the document is read has a status of its own; the rest follows the media type.
      let status = 400;
      const mediaType = negotiateMediaType(request.headers.accept);
      if (mediaType === undefined) return refuse(reply, 406, badInput("Accept `application/json`."));
      try {
        refuseForgery(request);
        const params = readGraphqlRequest(request);
        const context = await createContext(app, credentialsOf(request), request.requestId);
        store.hints = mayHaveHints(context.caller, production);
        status = mediaType === graphqlResponse ? 400 : 200;
        const admitted = guard.admit(params, context.caller);
        const { operation } = admitted.operation;
        if (operation !== "query" && request.method !== "POST") {
          reply.header("allow", "POST");
          return refuse(reply, 405, badInput("GET is for queries: send this with POST."), mediaType);
        }
        if (operation === "subscription")
          throw badInput("Subscriptions come over WebSocket, or with `Accept: text/event-stream`.", "query");
        store.document = admitted.document;
        context.cost = admitted.cost;
        return await execute(reply, mediaType, admitted, context);
      } catch (error) {
        return refuse(reply, statusOf(error) ?? status, error, mediaType);
      }
    });
  };

  const execute = async (reply: FastifyReply, mediaType: string, admitted: Admitted, context: Context) => {
    const { source: query, operationName, variables } = admitted;
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: "POST",
        headers: new HeaderMap([
          ["content-type", "application/json"],
          ["accept", mediaType],
        ]),
        search: "",
        body: { query, operationName: operationName ?? null, variables: variables ?? {} },
      },
      context: async () => context,
    });
    if (result.body.kind !== "complete") throw new Error("Incremental delivery is not served.");
    // Variables that do not fit are found by the executor, and are a request error like any other.
    const isRequestError = result.status === 400 && mediaType !== graphqlResponse;
    return reply
      .code(isRequestError ? 200 : (result.status ?? 200))
      .headers(Object.fromEntries(result.headers))
      .send(result.body.string);
  };

  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    request.headers.accept === "text/event-stream" ? stream(request, reply) : serve(request, reply);
  server.route({ method: "POST", url: "/graphql", handler: answer });
  server.route({
    method: "GET",
    url: "/graphql",
    handler: (request, reply) => (wantsPage(request) ? reply.redirect("/graphiql") : answer(request, reply)),
    wsHandler,
  });
  for (const url of ["/graphql", "/graphql/stream"]) {
    server.route({
      method: ["PUT", "PATCH", "DELETE"],
      url,
      handler: (request, reply) => {
        reply.header("allow", "GET, POST");
        return refuse(reply, 405, badInput(`${request.method} is not served here: send GET or POST.`));
      },
    });
  }
  server.setErrorHandler((error: { statusCode?: number; code?: string; message: string }, request, reply) =>
    current.run({ requestId: request.requestId, hints: false }, () => {
      if (error.statusCode === 413)
        return refuse(reply, 413, new DomainError("PAYLOAD_TOO_LARGE", "A request has at most 1 MiB."));
      if (error.statusCode === 415)
        return refuse(reply, 415, new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`."));
      if (error.statusCode === 400)
        return refuse(reply, 400, badInput("The body is not JSON, or not as long as it says."));
      return refuse(reply, statusOf(error) ?? 400, error);
    }),
  );
  return apollo;
};

const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** The status that an error brings along; none for what a document is refused for. */
const statusOf = (error: unknown): number | undefined => {
  if (error instanceof DomainError) return statuses[error.code];
  return errorsOf(error).every((each) => each instanceof GraphQLError) ? undefined : 500;
};

const wantsPage = ({ headers, query }: FastifyRequest) =>
  (headers.accept ?? "").includes("text/html") && (query as { query?: unknown }).query === undefined;

/** Apollo logs what it then reports anyway; what matters is logged where errors are presented. */
const silent = ({ logger }: App) => ({
  debug: (message: string) => logger.debug(message),
  info: (message: string) => logger.debug(message),
  warn: (message: string) => logger.warn(message),
  error: (message: string) => logger.error(message),
});
