import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  subscribe,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Context } from "#resolvers/context.js";
import { parseWithinLimits } from "#resolvers/guards/document-limits.js";
import { presentError } from "#resolvers/guards/present-error.js";
import { refuseNul } from "#resolvers/guards/refuse-nul.js";
import type { App } from "#src/app.js";
import { badInput } from "#src/platform/errors.js";
import { newScope, runInScope, type Scope } from "#src/platform/scope.js";
import { runInSpan, type Span } from "#src/platform/span.js";
import type { TraceContext } from "#src/platform/trace-context.js";
import type { OperationLog } from "./operation-log.js";
import { type Credentials, createContext } from "./request-context.js";

interface Params {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

/** How an operation came: who logs it needs to know. */
interface Arrival {
  readonly requestId: string;
  readonly transport: "websocket" | "sse";
  /** Where in its trace the client or its request stands, if it said so. */
  readonly trace: TraceContext | undefined;
}

/** An operation under way. */
interface Begun {
  readonly transport: Arrival["transport"];
  readonly scope: Scope;
  readonly span: Span | undefined;
  readonly startedAt: number;
}

type Document = ReturnType<typeof parseWithinLimits>;
type ResultStream = AsyncIterableIterator<ExecutionResult>;

/** Operations that arrive over a WebSocket or an event stream; HTTP posts go through Apollo. */
export class Operations {
  readonly #documents = new LRUCache<string, Document>({ max: 1_000 });
  readonly #begun = new WeakMap<Context, Begun>();

  constructor(
    private readonly app: App,
    private readonly schema: GraphQLSchema,
    private readonly log: OperationLog,
  ) {}

  /** Everything that must hold before an operation starts: its limits, its caller, its validity. */
  async prepare(params: Params, credentials: Credentials, arrival: Arrival): Promise<ExecutionArgs | GraphQLError[]> {
    const begun = this.#begin(arrival);
    return this.#within(begun, async () => {
      const prepared = await this.#prepare(params, credentials, arrival.requestId);
      if (Array.isArray(prepared)) {
        this.log.ended(begun, prepared);
        begun.span?.end();
      } else this.#begun.set(prepared.contextValue as Context, begun);
      return prepared;
    });
  }

  async #prepare(params: Params, credentials: Credentials, requestId: string): Promise<ExecutionArgs | GraphQLError[]> {
    try {
      if (typeof params.query !== "string") throw badInput("`query` must be the text of a GraphQL document.", "query");
      refuseNul(params.query, params.variables);
      const contextValue = await createContext(this.app, credentials, requestId);
      const document = this.#documents.get(params.query) ?? parseWithinLimits(params.query);
      if (!this.#documents.has(params.query)) {
        const errors = validate(this.schema, document, undefined, { maxErrors: 20 });
        if (errors.length > 0) return errors.map((error) => this.#refuse(error, requestId));
        this.#documents.set(params.query, document);
      }
      const operationName = typeof params.operationName === "string" ? params.operationName : null;
      if (!getOperationAST(document, operationName))
        throw badInput("`operationName` names no operation of the document.", "operationName");
      const variableValues = (params.variables ?? undefined) as ExecutionArgs["variableValues"];
      return { schema: this.schema, document, contextValue, variableValues: variableValues ?? null, operationName };
    } catch (error) {
      return [this.#refuse(error, requestId)];
    }
  }

  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const begun = this.#begunOf(args);
    return this.#within(begun, async () => {
      const result = this.#present(await execute(args), requestIdOf(args));
      this.log.ended(operationOf(args, begun), result.errors);
      begun.span?.end();
      return result;
    });
  }

  async subscribe(args: ExecutionArgs): Promise<ExecutionResult | ResultStream> {
    const begun = this.#begunOf(args);
    return this.#within(begun, async () => {
      const result = await subscribe(args);
      begun.span?.rename("subscribe");
      begun.span?.end();
      const ended = this.log.streamStarted(operationOf(args, begun));
      if (Symbol.asyncIterator in result) return this.#presentStream(result as ResultStream, args, ended);
      const refused = this.#present(result, requestIdOf(args));
      ended(refused.errors);
      return refused;
    });
  }

  /** A source that throws ends its stream with the error as its last result, instead of tearing the connection down. */
  #presentStream(results: ResultStream, args: ExecutionArgs, ended: (errors?: readonly GraphQLError[]) => void) {
    const requestId = requestIdOf(args);
    const { scope } = this.#begunOf(args);
    let failed = false;
    const next = async (): Promise<IteratorResult<ExecutionResult>> => {
      if (failed) return { done: true, value: undefined };
      try {
        const { done, value } = await results.next();
        if (done) {
          ended();
          return { done, value };
        }
        const shown = this.#present(value, requestId);
        this.log.errored(shown.errors);
        return { done: false, value: shown };
      } catch (error) {
        failed = true;
        const errors = [this.#refuse(error, requestId)];
        ended(errors);
        return { done: false, value: { errors } };
      }
    };
    const stream: ResultStream = {
      next: () => runInScope(scope, next),
      return: async () => {
        runInScope(scope, () => ended());
        return (await results.return?.()) ?? { done: true, value: undefined };
      },
      throw: async (error) => (await results.throw?.(error)) ?? { done: true, value: undefined },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    return stream;
  }

  #begin({ requestId, transport, trace }: Arrival): Begun {
    const span = this.app.tracing.start("graphql", trace, { kind: transport === "sse" ? "internal" : "server" });
    const scope = newScope(requestId, undefined, span?.context ?? trace);
    return { transport, scope, span, startedAt: performance.now() };
  }

  #within<T>({ scope, span }: Begun, work: () => T): T {
    return runInScope(scope, () => runInSpan(span, work));
  }

  #begunOf(args: ExecutionArgs): Begun {
    const begun = this.#begun.get(args.contextValue as Context);
    if (begun === undefined) throw new Error("An operation was executed that nobody has prepared.");
    return begun;
  }

  #present(result: ExecutionResult, requestId: string): ExecutionResult {
    if (result.errors === undefined) return result;
    return { ...result, errors: result.errors.map((error) => this.#refuse(error, requestId)) };
  }

  #refuse(error: unknown, requestId: string): GraphQLError {
    const shown: GraphQLFormattedError = presentError(error, requestId, this.app.logger);
    const source = error instanceof GraphQLError ? error : undefined;
    return new GraphQLError(shown.message, {
      ...(source === undefined
        ? {}
        : { nodes: source.nodes, source: source.source, positions: source.positions, path: source.path }),
      extensions: shown.extensions ?? {},
    });
  }
}

const operationOf = ({ document, operationName, contextValue }: ExecutionArgs, begun: Begun) => {
  const { caller } = contextValue as Context;
  return { ...begun, document, operationName, caller };
};

const requestIdOf = (args: ExecutionArgs) => (args.contextValue as Context).origin.requestId;
