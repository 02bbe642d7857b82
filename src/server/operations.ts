import type { IncomingHttpHeaders } from "node:http";
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
import { type Credentials, createContext } from "./request-context.js";
import { type MutationWish, mutationWish, runMutationResult } from "./run-mutation.js";

interface Params {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
  extensions?: unknown;
}

interface PreparedOperation extends ExecutionArgs {
  readonly wish: MutationWish | undefined;
}

type Document = ReturnType<typeof parseWithinLimits>;
type ResultStream = AsyncIterableIterator<ExecutionResult>;

/** Operations that arrive over a WebSocket or an event stream; HTTP posts go through Apollo. */
export class Operations {
  readonly #documents = new LRUCache<string, Document>({ max: 1_000 });

  constructor(
    private readonly app: App,
    private readonly schema: GraphQLSchema,
  ) {}

  /** Everything that must hold before an operation starts: its limits, its caller, its validity. */
  async prepare(
    params: Params,
    credentials: Credentials,
    requestId: string,
    headers?: IncomingHttpHeaders,
  ): Promise<PreparedOperation | GraphQLError[]> {
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
      const wish = mutationWish(document, { ...params, query: params.query }, headers);
      return {
        schema: this.schema,
        document,
        contextValue,
        variableValues: variableValues ?? null,
        operationName,
        wish,
      };
    } catch (error) {
      return [this.#refuse(error, requestId)];
    }
  }

  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const run = async () => this.#present(await execute(args), requestIdOf(args));
    const { wish } = args as PreparedOperation;
    if (wish === undefined) return run();
    return runMutationResult(args.contextValue as Context, wish, run).catch((error: unknown) => ({
      errors: [this.#refuse(error, requestIdOf(args))],
    }));
  }

  async subscribe(args: ExecutionArgs): Promise<ExecutionResult | ResultStream> {
    const requestId = requestIdOf(args);
    const result = await subscribe(args);
    if (!(Symbol.asyncIterator in result)) return this.#present(result, requestId);
    return this.#presentStream(result as ResultStream, requestId);
  }

  /** A source that throws ends its stream with the error as its last result, instead of tearing the connection down. */
  #presentStream(results: ResultStream, requestId: string): ResultStream {
    let failed = false;
    return {
      next: async () => {
        if (failed) return { done: true, value: undefined };
        try {
          const { done, value } = await results.next();
          return done ? { done, value } : { done: false, value: this.#present(value, requestId) };
        } catch (error) {
          failed = true;
          return { done: false, value: { errors: [this.#refuse(error, requestId)] } };
        }
      },
      return: async () => (await results.return?.()) ?? { done: true, value: undefined },
      throw: async (error) => (await results.throw?.(error)) ?? { done: true, value: undefined },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
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

const requestIdOf = (args: ExecutionArgs) => (args.contextValue as Context).origin.requestId;
