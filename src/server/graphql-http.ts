import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import type { Context } from "#resolvers/context.js";
import { type Admitted, type DocumentGuard, errorsOf } from "#resolvers/guards/admit-document.js";
import { mayHaveHints } from "#resolvers/guards/disclosure.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput, DomainError, type ErrorCode } from "#src/platform/errors.js";
import { visibilityOf } from "#src/platform/query-key.js";
import { currentScope, newScope, runInScope } from "#src/platform/scope.js";
import { inSpan } from "#src/platform/span.js";
import { ApolloExecutor } from "./apollo-executor.js";
import { CompiledQueries } from "./compiled-queries.js";
import { sendCompressed } from "./compression.js";
import { readGraphqlRequest, refuseForgery } from "./graphql-request.js";
import type { GraphqlStreams } from "./graphql-streams.js";
import { graphqlResponse, negotiateMediaType } from "./media-type.js";
import type { OperationLog } from "./operation-log.js";
import { recordDenials } from "./record-denials.js";
import { createContext, credentialsOf } from "./request-context.js";
import { orAborted, requestSignal } from "./request-signal.js";
import { type MutationWish, mutationHeaders, mutationWish, runMutation } from "./run-mutation.js";

interface Deps {
  readonly app: App;
  readonly schema: GraphQLSchema;
  readonly guard: DocumentGuard;
  readonly streams: GraphqlStreams;
  readonly operationLog: OperationLog;
}

/** One request to `/graphql` on its way, as far as it got: what its errors and its log line need. */
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Of the answer. */
  mediaType: string;
  /** Of a refusal that does not bring its own. What is wrong before the document is read is 400; then the media type decides. */
  status: number;
  context?: Context;
  admitted?: Admitted;
}

/** `/graphql` for queries and mutations. Resolves with what has to be stopped. */
export const registerGraphql = async (server: FastifyInstance, deps: Deps): Promise<{ stop(): Promise<void> }> => {
  const { app, schema, guard, streams, operationLog } = deps;
  const apollo = new ApolloExecutor(app, schema);
  await apollo.start();
  const compiled = new CompiledQueries(schema, app.database);
  const hintsFor = (context: Context | undefined) => mayHaveHints(context?.caller, app.config.production);

  const ended = ({ request, context, admitted }: Exchange, errors: readonly GraphQLFormattedError[] | undefined) =>
    operationLog.ended(
      {
        transport: "http",
        document: admitted?.document,
        operationName: admitted?.operationName,
        caller: context?.caller,
        startedAt: request.arrivedAt,
      },
      errors,
    );

  const denied = ({ request: { requestId }, context, admitted }: Exchange) =>
    recordDenials(app, {
      requestId,
      caller: context?.caller,
      document: admitted?.document,
      operationName: admitted?.operationName,
    });

  const refuse = async (exchange: Exchange, error: unknown, status = statusOf(error) ?? exchange.status) => {
    const { request, reply, mediaType, context } = exchange;
    const hints = hintsFor(context);
    const errors = errorsOf(error).map((each) => presentError(each, request.requestId, app.logger, hints));
    ended(exchange, errors);
    await denied(exchange);
    return reply.code(status).type(`${mediaType}; charset=utf-8`).send({ errors });
  };

  /** Everything that must hold before an operation starts: its form, its caller, its document, its method. */
  const admit = async (exchange: Exchange): Promise<MutationWish | undefined> => {
    const { request, reply } = exchange;
    refuseForgery(request);
    const params = readGraphqlRequest(request);
    const context = await createContext(app, credentialsOf(request), request.requestId);
    exchange.context = context;
    exchange.status = exchange.mediaType === graphqlResponse ? 400 : 200;
    const admitted = guard.admit(params, context.caller);
    const { operation } = admitted.operation;
    if (operation !== "query" && request.method !== "POST") {
      reply.header("allow", "POST");
      exchange.status = 405;
      throw badInput("GET is for queries: send this with POST.");
    }
    if (operation === "subscription")
      throw badInput("Subscriptions come over WebSocket, or with `Accept: text/event-stream`.", "query");
    exchange.admitted = admitted;
    context.cost = admitted.cost;
    return mutationWish(admitted, params.extensions, request.headers);
  };

  /** A query that needs no resolver, from the cache where it is kept. Nothing when graphql-js has to answer after all. */
  const readCompiled = async ({ request, reply }: Exchange, context: Context, admitted: Admitted) => {
    const query = compiled.prepare(context, admitted);
    if (query === undefined || context.caller === undefined) return undefined;
    const { source: document, operationName, variables } = admitted;
    const { tables, perUser } = query.usage;
    const key = { document, operationName, variables, visibility: visibilityOf(context.caller, perUser) };
    const fresh = /\bno-(?:cache|store)\b/i.test(request.headers["cache-control"] ?? "");
    const { text, outcome } = await app.cache.read({ key, tables: [...tables], fresh }, async () => {
      const data = await query.run();
      return { text: data ?? "", storable: data !== undefined };
    });
    if (outcome !== "BYPASS") app.metrics.cacheRequests.inc({ outcome: outcome === "HIT" ? "hit" : "miss" });
    if (text === "") return undefined;
    reply.header("x-cache", outcome);
    return text;
  };

  /** The answer's text: compiled where that can be, by Apollo Server where resolvers have to be asked. */
  const execute = async (exchange: Exchange, context: Context, admitted: Admitted) => {
    const { reply, mediaType } = exchange;
    const data = await readCompiled(exchange, context, admitted);
    if (data !== undefined) {
      const { bound, limit } = admitted.cost;
      ended(exchange, undefined);
      reply.type(`${mediaType}; charset=utf-8`);
      return `{"data":${data},"extensions":{"cost":{"bound":${bound},"limit":${limit}}}}`;
    }
    const executed = await apollo.execute(admitted, context, mediaType, hintsFor(context));
    ended(exchange, executed.errors);
    reply.code(executed.status).headers(executed.headers);
    return executed.text;
  };

  const respond = async (exchange: Exchange, signal: AbortSignal) => {
    const { reply, mediaType } = exchange;
    const wish = await admit(exchange);
    const { context, admitted } = exchange as Required<Exchange>;
    const run = () => execute(exchange, context, admitted);
    if (admitted.operation.operation === "query") {
      // A mutation comes to its end even when nobody waits for it: it must not be left open whether it has happened.
      const scope = currentScope();
      if (scope !== undefined) scope.signal = signal;
      const text = await orAborted(signal, run());
      await denied(exchange);
      return sendCompressed(reply, text);
    }
    if (wish === undefined) {
      const text = await run();
      await denied(exchange);
      return reply.send(text);
    }
    const answer = await runMutation(context, wish, run);
    await denied(exchange);
    if (answer.replayed) reply.type(`${mediaType}; charset=utf-8`);
    return reply.headers(mutationHeaders(wish, answer)).send(answer.text);
  };

  /** Runs the work of a request in its scope, and as a span under it. */
  const inItsScope = <T>(request: FastifyRequest, work: () => Promise<T> | T): Promise<T> =>
    runInScope(newScope(request.requestId, undefined, request.trace), () =>
      inSpan(request.span?.child("graphql"), work),
    );

  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const mediaType = negotiateMediaType(request.headers.accept);
    const exchange: Exchange = { request, reply, mediaType: mediaType ?? "application/json", status: 400 };
    const { signal, done } = requestSignal(reply.raw, app.config.http.requestTimeoutMs);
    const work = async () => {
      if (mediaType === undefined) return refuse(exchange, badInput("Accept `application/json`."), 406);
      try {
        return await respond(exchange, signal);
      } catch (error) {
        return await refuse(exchange, error);
      }
    };
    try {
      return await inItsScope(request, work);
    } finally {
      done();
    }
  };

  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    request.headers.accept === "text/event-stream" ? streams.stream(request, reply) : serve(request, reply);
  server.route({ method: "POST", url: "/graphql", handler: answer });
  server.route({
    method: "GET",
    url: "/graphql",
    handler: (request, reply) => (wantsPage(request) ? reply.redirect("/graphiql") : answer(request, reply)),
    wsHandler: streams.wsHandler,
  });
  const refuseRequest = (request: FastifyRequest, reply: FastifyReply, error: unknown, status?: number) =>
    inItsScope(request, () => refuse({ request, reply, mediaType: "application/json", status: 400 }, error, status));
  for (const url of ["/graphql", "/graphql/stream"]) {
    server.route({
      method: ["PUT", "PATCH", "DELETE"],
      url,
      handler: (request, reply) => {
        reply.header("allow", "GET, POST");
        return refuseRequest(request, reply, badInput(`${request.method} is not served here: send GET or POST.`), 405);
      },
    });
  }
  server.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const known = edgeErrors[error.statusCode ?? 0];
    return refuseRequest(request, reply, known ?? error, known && error.statusCode);
  });
  return apollo;
};

/** What is wrong with a request before a route sees it, by Fastify's status. */
const edgeErrors: Readonly<Record<number, DomainError>> = {
  400: badInput("The body is not JSON, or not as long as it says."),
  413: new DomainError("PAYLOAD_TOO_LARGE", "A request has at most 1 MiB."),
  415: new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`."),
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
