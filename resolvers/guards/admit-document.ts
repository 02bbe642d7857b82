import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
  valueFromASTUntyped,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Caller } from "#src/identity/caller.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Variables } from "./argument-values.js";
import { checkText, checkVariables } from "./check-variables.js";
import { mayIntrospect } from "./disclosure.js";
import { boundsOf, compileCost } from "./document-cost.js";
import { parseWithinLimits } from "./document-limits.js";
import type { Cost } from "./selection-groups.js";
import type { DocumentReference, TrustedDocuments } from "./trusted-documents.js";

/** The parameters of a request as they came, over whatever transport. */
export interface GraphqlParams extends DocumentReference {
  readonly operationName?: unknown;
  readonly variables?: unknown;
}

/** What is shown in `extensions.cost`: the work of the operation at most, and how much may be. */
export interface ShownCost {
  readonly bound: number;
  readonly limit: number;
}

/** An operation that may start. */
export interface Admitted {
  readonly source: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly cost: ShownCost;
}

/** A document that does not fit the schema; all that is wrong with it. */
export class InvalidDocument extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super("The document is not valid.");
    this.name = "InvalidDocument";
  }
}

/** The errors that an answer lists, whatever was thrown. */
export const errorsOf = (error: unknown): readonly unknown[] =>
  error instanceof InvalidDocument ? error.errors : [error];

interface Known {
  readonly document: DocumentNode;
  readonly operations: readonly OperationDefinitionNode[];
  readonly introspects: boolean;
  readonly costs: Map<OperationDefinitionNode, Cost>;
}

interface Rules {
  readonly trusted: TrustedDocuments;
  readonly maxCost: number;
  readonly production: boolean;
}

/** Errors of one document that are worth reading. */
const maxErrors = 20;

/** What must hold of every operation before it starts, over HTTP, WebSocket and event streams alike. */
export class DocumentGuard {
  // A parsed document takes some hundred times the memory of its text.
  readonly #known = new LRUCache<string, Known>({
    max: 1_000,
    maxSize: 1_000_000,
    sizeCalculation: (_known, source) => source.length,
  });
  readonly #introspectionLimit: number;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly rules: Rules,
  ) {
    // What explorers ask on opening must fit, however large the schema grows.
    this.#introspectionLimit = Math.max(rules.maxCost, 2 * costOfWholeIntrospection(schema));
  }

  /** The operation that a request asks for, without a look at who may ask for it and what it costs. */
  read(params: GraphqlParams) {
    const source = this.rules.trusted.textOf(params);
    const operationName = readOperationName(params.operationName);
    const known = this.#known.get(source) ?? this.#learn(source);
    return { source, known, operationName, operation: selectOperation(known.operations, operationName) };
  }

  /** Throws `InvalidDocument`, GraphQL's syntax error, or a DomainError: BAD_USER_INPUT, FORBIDDEN, QUERY_TOO_COMPLEX. */
  admit(params: GraphqlParams, caller: Caller | undefined): Admitted {
    const { source, known, operation, operationName } = this.read(params);
    const variables = readVariables(params.variables, this.#takesMany(operation));
    if (known.introspects && !mayIntrospect(caller, this.rules.production))
      throw new DomainError(
        "FORBIDDEN",
        "The schema is shown to operators, owners and admins alone: sign in as one of them.",
      );
    const cost = this.#check(known, operation, variables ?? {});
    return { source, document: known.document, operation, operationName, variables, cost };
  }

  #takesMany({ operation, selectionSet }: OperationDefinitionNode): boolean {
    const fields = this.schema.getRootType(operation)?.getFields() ?? {};
    return selectionSet.selections.some((each) => {
      const field = each.kind === Kind.FIELD ? fields[each.name.value] : undefined;
      return field !== undefined && boundsOf(field).takesMany === true;
    });
  }

  #learn(source: string): Known {
    checkText(source);
    const document = parseWithinLimits(source);
    const errors = validate(this.schema, document, undefined, { maxErrors });
    if (errors.length > 0) throw new InvalidDocument(errors);
    const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
    const known = { document, operations, introspects: introspects(document), costs: new Map() };
    this.#known.set(source, known);
    return known;
  }

  #check({ document, costs, introspects }: Known, operation: OperationDefinitionNode, given: Variables): ShownCost {
    const cost = costs.get(operation) ?? compileCost(this.schema, document, operation);
    costs.set(operation, cost);
    const limit = introspects ? this.#introspectionLimit : this.rules.maxCost;
    const bound = cost(withDefaults(operation, given));
    if (bound > limit) {
      const message = `The operation may cost ${bound}; the limit is ${limit}. Ask for fewer items, fields or conditions.`;
      throw new DomainError("QUERY_TOO_COMPLEX", message, { cost: bound, limit });
    }
    return { bound, limit };
  }
}

const costOfWholeIntrospection = (schema: GraphQLSchema): number => {
  const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true }));
  const [operation] = document.definitions;
  return compileCost(schema, document, operation as OperationDefinitionNode)({});
};

const introspects = (document: DocumentNode): boolean => {
  // Reserved names begin with two underscores; these two are all that lead into the schema.
  const open: unknown[] = [document];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { kind, name, selectionSet, definitions, selections } = next as {
      kind: string;
      name?: { value: string };
      selectionSet?: unknown;
      definitions?: unknown[];
      selections?: unknown[];
    };
    if (kind === Kind.FIELD && (name?.value === "__schema" || name?.value === "__type")) return true;
    open.push(...(definitions ?? []), ...(selections ?? []), ...(selectionSet === undefined ? [] : [selectionSet]));
  }
  return false;
};

const readVariables = (variables: unknown, takesMany: boolean): Readonly<Record<string, unknown>> | undefined => {
  if (variables === undefined || variables === null) return undefined;
  if (typeof variables !== "object" || Array.isArray(variables))
    throw badInput("`variables` must be an object.", "variables");
  checkVariables(variables, takesMany);
  return variables as Readonly<Record<string, unknown>>;
};

const readOperationName = (name: unknown): string | undefined => {
  if (name === undefined || name === null || name === "") return undefined;
  if (typeof name !== "string") throw badInput("`operationName` must be a text.", "operationName");
  return name;
};

const selectOperation = (
  operations: readonly OperationDefinitionNode[],
  asked: string | undefined,
): OperationDefinitionNode => {
  const [first, ...others] = operations;
  if (asked === undefined && others.length > 0)
    throw badInput("The document has several operations: say which one in `operationName`.", "operationName");
  const found = asked === undefined ? first : operations.find(({ name }) => name?.value === asked);
  if (found === undefined)
    throw badInput(
      asked === undefined
        ? "The document has no operation."
        : `The document has no operation ${JSON.stringify(asked.slice(0, 80))}.`,
      "operationName",
    );
  return found;
};

const withDefaults = ({ variableDefinitions }: OperationDefinitionNode, given: Variables): Variables => {
  const variables: Record<string, unknown> = Object.assign(Object.create(null), given);
  for (const { variable, defaultValue } of variableDefinitions ?? []) {
    const name = variable.name.value;
    if (variables[name] === undefined && defaultValue !== undefined)
      variables[name] = valueFromASTUntyped(defaultValue);
  }
  return variables;
};
