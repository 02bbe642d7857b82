import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  subscribe,
} from "graphql";
import type { Context } from "#resolvers/context.js";
import { type DocumentGuard, errorsOf, type GraphqlParams } from "#resolvers/guards/admit-document.js";
import { mayHaveHints } from "#resolvers/guards/disclosure.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { type Credentials, createContext } from "./request-context.js";

type ResultStream = AsyncIterableIterator<ExecutionResult>;

/** Operations that arrive over a WebSocket or an event stream; HTTP posts go through Apollo. */
export class Operations {
  constructor(
    private readonly app: App,
    private readonly schema: GraphQLSchema,
    private readonly guard: DocumentGuard,
  ) {}

  /** Everything that must hold before an operation starts: its caller, its limits, its validity, its cost. */
  async prepare(
    params: GraphqlParams,
    credentials: Credentials,
    requestId: string,
  ): Promise<ExecutionArgs | GraphQLError[]> {
    let contextValue: Context | undefined;
    try {
      contextValue = await createContext(this.app, credentials, requestId);
      const { document, operationName, variables, cost } = this.guard.admit(params, contextValue.caller);
      contextValue.cost = cost;
      return {
        schema: this.schema,
        document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      };
    } catch (error) {
      return errorsOf(error).map((each) => this.#refuse(each, requestId, contextValue));
    }
  }

  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const result = this.#present(await execute(args), args);
    return { ...result, extensions: { ...result.extensions, cost: contextOf(args).cost } };
  }

  async subscribe(args: ExecutionArgs): Promise<ExecutionResult | ResultStream> {
    const result = await subscribe(args);
    if (!(Symbol.asyncIterator in result)) return this.#present(result, args);
    return this.#presentStream(result as ResultStream, args);
  }

  /** A source that throws ends its stream with the error as its last result, instead of tearing the connection down. */
  #presentStream(results: ResultStream, args: ExecutionArgs): ResultStream {
    let failed = false;
    return {
      next: async () => {
        if (failed) return { done: true, value: undefined };
        try {
          const { done, value } = await results.next();
          return done ? { done, value } : { done: false, value: this.#present(value, args) };
        } catch (error) {
          failed = true;
          return {
            done: false,
            value: { errors: [this.#refuse(error, contextOf(args).origin.requestId, contextOf(args))] },
          };
        }
      },
      return: async () => (await results.return?.()) ?? { done: true, value: undefined },
      throw: async (error) => (await results.throw?.(error)) ?? { done: true, value: undefined },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #present(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
    if (result.errors === undefined) return result;
    const context = contextOf(args);
    return { ...result, errors: result.errors.map((error) => this.#refuse(error, context.origin.requestId, context)) };
  }

  #refuse(error: unknown, requestId: string, context: Context | undefined): GraphQLError {
    const hints = mayHaveHints(context?.caller, this.app.config.production);
    const shown: GraphQLFormattedError = presentError(error, requestId, this.app.logger, hints);
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
