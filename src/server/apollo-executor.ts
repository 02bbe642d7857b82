import { AsyncLocalStorage } from "node:async_hooks";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLFormattedError, GraphQLSchema } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { Admitted } from "#resolvers/guards/admit-document.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { graphqlResponse } from "./media-type.js";

export interface Executed {
  readonly text: string;
  readonly status: number;
  /** What the answer says went wrong. */
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

/** The operation that Apollo is at. */
interface Current {
  readonly admitted: Admitted;
  readonly requestId: string;
  /** Whether the caller may be told names of the schema. */
  readonly hints: boolean;
}

/** Executes admitted queries and mutations on Apollo Server: whatever resolvers have to answer. */
export class ApolloExecutor {
  readonly #current = new AsyncLocalStorage<Current>();
  readonly #apollo: ApolloServer<Context>;

  constructor(app: App, schema: GraphQLSchema) {
    const { logger } = app;
    this.#apollo = new ApolloServer<Context>({
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
        get: async () => this.#current.getStore()?.admitted.document,
        set: async () => {},
        delete: async () => {},
      },
      formatError: (_formatted, error) => {
        const { requestId = "", hints = false } = this.#current.getStore() ?? {};
        return presentError(error, requestId, logger, hints);
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
      // Apollo logs what it then reports anyway; what matters is logged where errors are presented.
      logger: {
        debug: (message: string) => logger.debug(message),
        info: (message: string) => logger.debug(message),
        warn: (message: string) => logger.warn(message),
        error: (message: string) => logger.error(message),
      },
    });
  }

  start(): Promise<void> {
    return this.#apollo.start();
  }

  stop(): Promise<void> {
    return this.#apollo.stop();
  }

  execute(admitted: Admitted, context: Context, mediaType: string, hints: boolean): Promise<Executed> {
    const { source: query, operationName, variables } = admitted;
    const current: Current = { admitted, requestId: context.origin.requestId, hints };
    return this.#current.run(current, async () => {
      // Not over Apollo's HTTP layer: what it would negotiate is decided already.
      const { body, http } = await this.#apollo.executeOperation(
        { query, operationName, variables: (variables ?? {}) as Record<string, unknown> },
        { contextValue: context },
      );
      if (body.kind !== "single") throw new Error("Incremental delivery is not served.");
      const { errors, data, extensions } = body.singleResult;
      // Variables that do not fit are found by the executor, and are a request error like any other.
      const isRequestError = http.status === 400 && mediaType !== graphqlResponse;
      const status = isRequestError ? 200 : (http.status ?? 200);
      return { text: JSON.stringify({ errors, data, extensions }), status, errors };
    });
  }
}
