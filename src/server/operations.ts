import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
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

interface Params {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

type Document = ReturnType<typeof parseWithinLimits>;

/** Operations that arrive over a WebSocket or an event stream; HTTP posts go through Apollo. */
export class Operations {
  readonly #documents = new LRUCache<string, Document>({ max: 1_000 });

  constructor(
    private readonly app: App,
    private readonly schema: GraphQLSchema,
  ) {}

  /** Everything that must hold before an operation starts: its limits, its caller, its validity. */
  async prepare(params: Params, credentials: Credentials, requestId: string): Promise<ExecutionArgs | GraphQLError[]> {
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
    return this.#present(await execute(args), requestIdOf(args));
  }

  /** What a subscription follows, or why it is refused. */
  async source(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<unknown>> {
    const source = await createSourceEventStream(args);
    return Symbol.asyncIterator in source ? source : this.#present(source, requestIdOf(args));
  }

  /** The answer of a subscription to one entry of what it follows. */
  async answer(args: ExecutionArgs, entry: unknown): Promise<ExecutionResult> {
    return this.#present(await execute({ ...args, rootValue: entry }), requestIdOf(args));
  }

  /** The last result of a stream that an error ends. */
  failure(args: ExecutionArgs, error: unknown): ExecutionResult {
    return { errors: [this.#refuse(error, requestIdOf(args))] };
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
