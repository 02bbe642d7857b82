import {
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from "graphql";
import { type QueryPlan, queryCompiler } from "#resolvers/compile-query.js";
import type { Context } from "#resolvers/context.js";
import type { Admitted } from "#resolvers/guards/admit-document.js";
import { rootReads } from "#resolvers/schema.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import { Unpresentable } from "#src/platform/lists/codec.js";
import type { ReadUsage } from "#src/platform/reads/read-usage.js";

/** A query that is ready to be read. */
export interface CompiledQuery {
  readonly usage: ReadUsage;
  /** The JSON of `data`; nothing when graphql-js has to answer after all. Rejects when time is up, or something fails. */
  readonly run: () => Promise<string | undefined>;
}

/** What is known of an operation: the variables that decide which fields it has, and the plan for each of their values. */
interface Known {
  readonly conditions: readonly string[];
  readonly plans: Map<string, QueryPlan | undefined>;
}

/** Variables that select fields have two values each; beyond so many combinations an operation is not compiled. */
const maxConditions = 4;

/**
 * Answers queries without resolvers where all of their fields are declared reads. Whatever is out of the ordinary, such as
 * a missing permission, an argument out of bounds or a value that its type cannot show, is left to graphql-js, which makes
 * the error of it: so the answers of both are the same to the byte.
 */
export class CompiledQueries {
  readonly #compile;
  /** By the parsed operation, so that a plan lives as long as its document is remembered. */
  readonly #known = new WeakMap<OperationDefinitionNode, Known>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly database: Database,
  ) {
    this.#compile = queryCompiler(schema, rootReads);
  }

  /** How the operation is answered without resolvers; nothing when graphql-js has to. */
  prepare(
    { caller }: Context,
    { document, operation, variables: given }: Pick<Admitted, "document" | "operation" | "variables">,
  ): CompiledQuery | undefined {
    if (operation.operation !== OperationTypeNode.QUERY || caller === undefined) return undefined;
    const { coerced: variables } = getVariableValues(this.schema, operation.variableDefinitions ?? [], given ?? {});
    if (variables === undefined) return undefined;
    const plan = this.#planOf(document, operation, variables);
    if (plan === undefined || !plan.permissions.every((permission) => caller.permissions.has(permission)))
      return undefined;
    return {
      usage: plan.usage,
      run: async () => {
        try {
          return await plan.run({
            actor: caller,
            variables,
            read: (statement) => this.database.read(caller, statement),
          });
        } catch (error) {
          if (isExpected(error)) return undefined;
          throw error;
        }
      },
    };
  }

  #planOf(document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>) {
    let known = this.#known.get(operation);
    if (known === undefined) {
      known = { conditions: conditionsOf(document), plans: new Map() };
      this.#known.set(operation, known);
    }
    const { conditions, plans } = known;
    if (conditions.length > maxConditions) return undefined;
    const key = conditions.map((name) => String(variables[name])).join();
    if (!plans.has(key)) plans.set(key, this.#compile(document, operation, variables));
    return plans.get(key);
  }
}

/**
 * What a caller can bring about: an argument out of bounds, a value that cannot be shown or that Postgres refuses (class
 * 22). What took too long is not tried again.
 */
const isExpected = (error: unknown): boolean =>
  error instanceof DomainError
    ? error.code !== "TIMEOUT"
    : error instanceof Unpresentable || /^22/.test((error as { code?: string }).code ?? "");

/** Names of the variables that `@skip` and `@include` look at. */
const conditionsOf = (document: DocumentNode): string[] => {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
};
