import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLFormattedError, GraphQLSchema } from "graphql";
import type { Context } from "#resolvers/context.js";
import { type Admitted, type DocumentGuard, errorsOf } from "#resolvers/guards/admit-document.js";
import { mayHaveHints } from "#resolvers/guards/disclosure.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput } from "#src/platform/errors.js";
import { visibilityOf } from "#src/platform/query-key.js";
import { currentScope, newScope, runInScope } from "#src/platform/scope.js";
import { inSpan } from "#src/platform/span.js";
import { ApolloExecutor } from "./apollo-executor.js";
import { CompiledQueries } from "./compiled-queries.js";
import type { Cors } from "./cors.js";
import { Exchange, tooLarge } from "./graphql-exchange.js";
import { graphqlResponse, negotiateMediaType } from "./media-type.js";
import type { OperationLimits } from "./operation-limits.js";
import type { OperationLog } from "./operation-log.js";
import { rateLimitHeaders, refusalHeaders } from "./rate-limit-headers.js";
import { recordDenials } from "./record-denials.js";
import { statusOf } from "./refusal-status.js";
import { createContext, credentialsOf } from "./request-context.js";
import { orAborted, requestSignal } from "./request-signal.js";
import { type MutationWish, mutationHeaders, mutationWish, runMutation } from "./run-mutation.js";
import { securityHeaders } from "./security-headers.js";

interface Deps {
  readonly app: App;
  readonly schema: GraphQLSchema;
  readonly guard: DocumentGuard;
  readonly limits: OperationLimits;
  readonly operationLog: OperationLog;
  readonly cors: Cors;
  /** The address of a request's client, past the proxies that are trusted. */
  readonly addressOf: (message: IncomingMessage) => string;
}

/**
 * `/graphql` for queries and mutations, on Node's own requests and answers: an operation may take less time than a
 * framework would to bring it here (docs/decisions/013-graphql-without-framework.md).
 */
export class GraphqlHttp {
  readonly #apollo: ApolloExecutor;
  readonly #compiled: CompiledQueries;
  readonly #fixedHeaders: readonly string[];
  #isClosing = false;

  private constructor(private readonly deps: Deps) {
    this.#apollo = new ApolloExecutor(deps.app, deps.schema);
    this.#compiled = new CompiledQueries(deps.schema, deps.app.database);
    // Answers are for who asked, as they were then.
    const fixed = { ...securityHeaders(deps.app.config), "cache-control": "no-store" };
    this.#fixedHeaders = Object.entries(fixed).flat();
  }

  static async start(deps: Deps): Promise<GraphqlHttp> {
    const http = new GraphqlHttp(deps);
    await http.#apollo.start();
    return http;
  }

  /** From now on every answer is the last one on its connection. */
  drain(): void {
    this.#isClosing = true;
  }

  stop(): Promise<void> {
    return this.#apollo.stop();
  }

  /** Answers a request, whatever it is. Never throws. */
  serve(message: IncomingMessage, response: ServerResponse): void {
    this.#serve(message, response).catch((error: unknown) => {
      this.deps.app.logger.error({ err: error, requestId: message.arrival.requestId }, "a request was not answered");
      response.destroy();
    });
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { app, cors, addressOf } = this.deps;
    const { arrival, headers } = message;
    arrival.route = "/graphql";
    const mediaType = negotiateMediaType(headers.accept);
    const exchange = new Exchange(
      message,
      response,
      addressOf(message),
      this.#fixedHeaders,
      mediaType ?? "application/json",
    );
    tell(exchange, cors.headers(headers.origin));
    if (this.#isClosing) exchange.headers.push("connection", "close");
    const { signal, done } = requestSignal(arrival, app.config.http.requestTimeoutMs);
    const scope = newScope(arrival.requestId, undefined, arrival.trace);
    const work = async () => {
      if (mediaType === undefined) return await this.#refuse(exchange, badInput("Accept `application/json`."), 406);
      try {
        await this.#respond(exchange, signal);
      } catch (error) {
        await this.#refuse(exchange, error);
      }
    };
    await runInScope(scope, () => inSpan(arrival.span?.child("graphql"), work));
    done();
  }

  async #respond(exchange: Exchange, signal: AbortSignal): Promise<void> {
    const wish = await this.#admit(exchange);
    const { context, admitted } = exchange as Required<Exchange>;
    const run = () => this.#execute(exchange, context, admitted);
    if (admitted.operation.operation === "query") {
      // A mutation comes to its end even when nobody waits for it: it must not be left open whether it has happened.
      const scope = currentScope();
      if (scope !== undefined) scope.signal = signal;
      const text = await orAborted(signal, run());
      await this.#recordDenials(exchange);
      return exchange.answerCompressed(text);
    }
    if (wish === undefined) {
      const text = await run();
      await this.#recordDenials(exchange);
      return exchange.answer(text, exchange.status);
    }
    const answer = await runMutation(context, wish, run);
    await this.#recordDenials(exchange);
    tell(exchange, mutationHeaders(wish, answer));
    exchange.answer(answer.text, answer.replayed ? 200 : exchange.status);
  }

  /** Everything that must hold before an operation starts: its form, its caller, its document, its method. */
  async #admit(exchange: Exchange): Promise<MutationWish | undefined> {
    const { app, guard, limits } = this.deps;
    const { message, arrival, ip } = exchange;
    if (!methods.has(message.method ?? "")) {
      exchange.headers.push("allow", "GET, POST");
      exchange.status = 405;
      throw badInput(`${message.method} is not served here: send GET or POST.`);
    }
    const params = await exchange.read();
    const context = await createContext(app, credentialsOf({ headers: message.headers, ip }), arrival.requestId);
    exchange.context = context;
    exchange.status = exchange.mediaType === graphqlResponse ? 400 : 200;
    const admitted = await limits.admit(context, () => guard.admit(params, context.caller));
    tell(exchange, rateLimitHeaders(context.quota, app.clock.now().getTime()));
    const { operation } = admitted.operation;
    if (operation !== "query" && message.method !== "POST") {
      exchange.headers.push("allow", "POST");
      exchange.status = 405;
      throw badInput("GET is for queries: send this with POST.");
    }
    if (operation === "subscription")
      throw badInput("Subscriptions come over WebSocket, or with `Accept: text/event-stream`.", "query");
    exchange.admitted = admitted;
    context.cost = admitted.cost;
    return mutationWish(admitted, params.extensions, message.headers);
  }

  /** The answer's text: compiled where that can be, by Apollo Server where resolvers have to be asked. */
  async #execute(exchange: Exchange, context: Context, admitted: Admitted): Promise<string> {
    const data = await this.#readCompiled(exchange, context, admitted);
    if (data !== undefined) {
      const { bound, limit } = admitted.cost;
      this.#ended(exchange, undefined);
      exchange.status = 200;
      return `{"data":${data},"extensions":{"cost":{"bound":${bound},"limit":${limit}}}}`;
    }
    const hints = this.#hintsFor(context);
    const executed = await this.#apollo.execute(admitted, context, exchange.mediaType, hints);
    this.#ended(exchange, executed.errors);
    const refusal = refusalHeaders(executed.errors);
    tell(exchange, refusal);
    exchange.status = refusal === undefined ? executed.status : 429;
    return executed.text;
  }

  /** A query that needs no resolver, from the cache where it is kept. Nothing when graphql-js has to answer after all. */
  async #readCompiled(exchange: Exchange, context: Context, admitted: Admitted): Promise<string | undefined> {
    const { cache, metrics } = this.deps.app;
    const query = this.#compiled.prepare(context, admitted);
    if (query === undefined || context.caller === undefined) return undefined;
    const { source: document, operationName, variables } = admitted;
    const { tables, perUser } = query.usage;
    const key = { document, operationName, variables, visibility: visibilityOf(context.caller, perUser) };
    const asked = exchange.message.headers["cache-control"];
    const fresh = asked !== undefined && /\bno-(?:cache|store)\b/i.test(asked);
    const { text, outcome } = await cache.read({ key, tables: [...tables], fresh }, async () => {
      const data = await query.run();
      return { text: data ?? "", storable: data !== undefined };
    });
    if (outcome !== "BYPASS") metrics.cacheRequests.inc({ outcome: outcome === "HIT" ? "hit" : "miss" });
    if (text === "") return undefined;
    exchange.headers.push("x-cache", outcome);
    return text;
  }

  async #refuse(exchange: Exchange, error: unknown, status = statusOf(error) ?? exchange.status): Promise<void> {
    const hints = this.#hintsFor(exchange.context);
    const { requestId } = exchange.arrival;
    const errors = errorsOf(error).map((each) => presentError(each, requestId, this.deps.app.logger, hints));
    this.#ended(exchange, errors);
    await this.#recordDenials(exchange);
    tell(exchange, refusalHeaders(errors));
    // What is left of its body would have to be read before the next request could be.
    if (error === tooLarge) exchange.headers.push("connection", "close");
    exchange.answer(JSON.stringify({ errors }), status);
  }

  /** At once where nothing was denied, which is nearly always. */
  #recordDenials({ arrival: { requestId }, context, admitted }: Exchange): Promise<void> | undefined {
    if (currentScope()?.denied === undefined) return undefined;
    const { document, operationName } = admitted ?? {};
    return recordDenials(this.deps.app, { requestId, caller: context?.caller, document, operationName });
  }

  #ended({ arrival, context, admitted }: Exchange, errors: readonly GraphQLFormattedError[] | undefined): void {
    const { document, operationName } = admitted ?? {};
    const { startedAt } = arrival;
    const operation = { transport: "http", document, operationName, caller: context?.caller, startedAt } as const;
    this.deps.operationLog.ended(operation, errors);
  }

  #hintsFor(context: Context | undefined): boolean {
    return mayHaveHints(context?.caller, this.deps.app.config.production);
  }
}

/** Adds headers to an answer; one that it has already, such as the state of a limit, is said anew. */
const tell = ({ headers }: Exchange, values: Readonly<Record<string, string>> = {}): void => {
  for (const [name, value] of Object.entries(values)) {
    const index = headers.findIndex((each, at) => at % 2 === 0 && each === name);
    if (index === -1) headers.push(name, value);
    else headers[index + 1] = value;
  }
};

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);
