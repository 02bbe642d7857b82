import type { IncomingHttpHeaders } from "node:http";
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import type { Context } from "#resolvers/context.js";
import { type DocumentGuard, errorsOf, type GraphqlParams } from "#resolvers/guards/admit-document.js";
import { mayHaveHints } from "#resolvers/guards/disclosure.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { audiencesOf } from "#src/platform/audiences.js";
import { newScope, runInScope, type Scope } from "#src/platform/scope.js";
import { runInSpan, type Span } from "#src/platform/span.js";
import type { LogEntry } from "#src/platform/stored-log.js";
import type { TraceContext } from "#src/platform/trace-context.js";
import type { OperationLimits } from "./operation-limits.js";
import type { OperationLog } from "./operation-log.js";
import { rateLimitExtension } from "./rate-limit-headers.js";
import { recordDenials } from "./record-denials.js";
import { type Credentials, createContext } from "./request-context.js";
import { type MutationWish, mutationWish, runMutationResult } from "./run-mutation.js";

/** How an operation came. */
interface Arrival {
  readonly requestId: string;
  readonly transport: "websocket" | "sse";
  /** Where in its trace the client or its request stands, if it said so. */
  readonly trace: TraceContext | undefined;
  readonly headers?: IncomingHttpHeaders;
}

/** An operation under way. */
interface Begun {
  readonly transport: Arrival["transport"];
  readonly scope: Scope;
  readonly span: Span | undefined;
  readonly startedAt: number;
  /** Tells the log that the subscription is over. */
  ended?: (errors?: readonly GraphQLError[]) => void;
}

interface Prepared extends ExecutionArgs {
  readonly wish: MutationWish | undefined;
}

interface Deps {
  readonly app: App;
  readonly schema: GraphQLSchema;
  readonly guard: DocumentGuard;
  readonly limits: OperationLimits;
  readonly log: OperationLog;
}

/** Operations that arrive over a WebSocket or an event stream; `graphql-http.ts` answers the others. */
export class Operations {
  readonly #begun = new WeakMap<Context, Begun>();

  constructor(private readonly deps: Deps) {}

  /** Everything that must hold before an operation starts: its caller, its limits, its validity, its cost. */
  async prepare(params: GraphqlParams, credentials: Credentials, arrival: Arrival): Promise<Prepared | GraphQLError[]> {
    const begun = this.#begin(arrival);
    return this.#within(begun, async () => {
      const prepared = await this.#prepare(params, credentials, arrival);
      if (Array.isArray(prepared)) {
        this.deps.log.ended(begun, prepared);
        begun.span?.end();
      } else this.#begun.set(contextOf(prepared), begun);
      return prepared;
    });
  }

  async #prepare(
    params: GraphqlParams,
    credentials: Credentials,
    { requestId, headers }: Arrival,
  ): Promise<Prepared | GraphQLError[]> {
    const { app, schema, guard, limits } = this.deps;
    let contextValue: Context | undefined;
    try {
      const context = await createContext(app, credentials, requestId);
      contextValue = context;
      const admitted = await limits.admit(context, () => guard.admit(params, context.caller));
      const { document, operationName, variables, cost } = admitted;
      contextValue.cost = cost;
      return {
        schema,
        document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
        wish: mutationWish(admitted, params.extensions, headers),
      };
    } catch (error) {
      const refused = errorsOf(error).map((each) => this.#refuse(each, requestId, contextValue));
      await recordDenials(this.deps.app, { requestId, caller: contextValue?.caller });
      return refused;
    }
  }

  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const begun = this.#begunOf(args);
    return this.#within(begun, async () => {
      const result = await this.#run(args);
      this.deps.log.ended(operationOf(args, begun), result.errors);
      await this.#recordDenials(args);
      begun.span?.end();
      return result;
    });
  }

  async #run(args: ExecutionArgs): Promise<ExecutionResult> {
    const run = async () => {
      const result = this.#present(await execute(args), args);
      const { cost, quota } = contextOf(args);
      return { ...result, extensions: { ...result.extensions, cost, ...rateLimitExtension(quota) } };
    };
    const { wish } = args as Prepared;
    if (wish === undefined) return run();
    const { requestId } = contextOf(args).origin;
    return runMutationResult(contextOf(args), wish, run).catch((error: unknown) => ({
      errors: [this.#refuse(error, requestId, contextOf(args))],
    }));
  }

  /** What a subscription follows, or why it is refused. */
  async source(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<unknown>> {
    const begun = this.#begunOf(args);
    return this.#within(begun, async () => {
      const source = await createSourceEventStream(args);
      begun.span?.rename("subscribe");
      begun.span?.end();
      begun.ended = this.deps.log.streamStarted(operationOf(args, begun));
      if (Symbol.asyncIterator in source) return source;
      const refused = this.#present(source, args);
      await this.#recordDenials(args);
      begun.ended(refused.errors);
      return refused;
    });
  }

  /** The answer of a subscription to one entry of what it follows. */
  async answer(args: ExecutionArgs, entry: unknown): Promise<ExecutionResult> {
    const result = this.#present(await execute({ ...args, rootValue: entry }), args);
    this.deps.log.errored(result.errors);
    return result;
  }

  audiencesOf(entries: readonly LogEntry<unknown>[]) {
    return audiencesOf(this.deps.app.database, entries);
  }

  /** Calls `onLoss` once a caller may not see any more what a stream is about. Returns how to stop watching. */
  watch({ contextValue }: ExecutionArgs, resourceId: string, onLoss: (reason: Error) => void): () => void {
    return this.deps.app.resources.watch((contextValue as Context).actor, resourceId, onLoss);
  }

  /** The last result of a stream that an error ends. */
  failure(args: ExecutionArgs, error: unknown): ExecutionResult {
    const context = contextOf(args);
    return { errors: [this.#refuse(error, context.origin.requestId, context)] };
  }

  streamEnded(args: ExecutionArgs, errors: readonly GraphQLError[] | undefined): void {
    const { scope, ended } = this.#begunOf(args);
    runInScope(scope, () => ended?.(errors));
  }

  #begin({ requestId, transport, trace }: Arrival): Begun {
    const span = this.deps.app.tracing.start("graphql", trace, { kind: transport === "sse" ? "internal" : "server" });
    const scope = newScope(requestId, undefined, span?.context ?? trace);
    return { transport, scope, span, startedAt: performance.now() };
  }

  #within<T>({ scope, span }: Begun, work: () => T): T {
    return runInScope(scope, () => runInSpan(span, work));
  }

  #begunOf(args: ExecutionArgs): Begun {
    const begun = this.#begun.get(contextOf(args));
    if (begun === undefined) throw new Error("An operation was executed that nobody has prepared.");
    return begun;
  }

  #recordDenials(args: ExecutionArgs): Promise<void> {
    const { document, operationName } = args;
    const { caller, origin } = contextOf(args);
    return recordDenials(this.deps.app, { requestId: origin.requestId, caller, document, operationName });
  }

  #present(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
    if (result.errors === undefined) return result;
    const context = contextOf(args);
    return { ...result, errors: result.errors.map((error) => this.#refuse(error, context.origin.requestId, context)) };
  }

  #refuse(error: unknown, requestId: string, context: Context | undefined): GraphQLError {
    const hints = mayHaveHints(context?.caller, this.deps.app.config.production);
    const shown: GraphQLFormattedError = presentError(error, requestId, this.deps.app.logger, hints);
    const source = error instanceof GraphQLError ? error : undefined;
    return new GraphQLError(shown.message, {
      ...(source === undefined
        ? {}
        : { nodes: source.nodes, source: source.source, positions: source.positions, path: source.path }),
      extensions: shown.extensions ?? {},
    });
  }
}

const contextOf = (args: ExecutionArgs) => args.contextValue as Context;

const operationOf = (args: ExecutionArgs, begun: Begun) => {
  const { document, operationName } = args;
  const { caller } = contextOf(args);
  return { ...begun, document, operationName, caller };
};
