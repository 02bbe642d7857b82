import { type DocumentNode, type ExecutionArgs, type ExecutionResult, Kind, print, visit } from "graphql";
import type { Context } from "#resolvers/context.js";
import { Following } from "#src/platform/live.js";
import { Delivery } from "./delivery.js";
import type { Groups } from "./fan-out-group.js";
import type { Operations } from "./operations.js";
import type { Outlet } from "./outlet.js";

interface DocumentTraits {
  /** Whether answers may differ between two callers of one workspace with the same permissions. */
  readonly dependsOnViewer: boolean;
  /** Variables that only say where to begin. */
  readonly beginnings: ReadonlySet<string>;
}

/** Subscriptions, executed once for all that would get the same answers. */
export class FanOut {
  readonly #groups: Groups = new Map();
  readonly #traits = new WeakMap<DocumentNode, DocumentTraits>();

  constructor(
    private readonly operations: Operations,
    /** Names of fields whose answer may depend on who looks. */
    private readonly viewerFields: ReadonlySet<string>,
  ) {}

  /** Authorizes a subscription and makes it ready; its results go to the outlet once the delivery is iterated. */
  async subscribe(args: ExecutionArgs, outlet: Outlet): Promise<ExecutionResult | Delivery> {
    const source = await this.operations.source(args);
    if (!(Symbol.asyncIterator in source)) return source;
    if (!(source instanceof Following)) throw new Error("A subscription follows a stored log, and nothing else.");
    return new Delivery(this.operations, this.#groups, this.#keyOf(args), args, source, outlet);
  }

  /** Equal for two subscriptions if the same entry must give both the same answer. */
  #keyOf({ document, operationName, variableValues, contextValue }: ExecutionArgs): string {
    const { dependsOnViewer, beginnings } = this.#traitsOf(document);
    const { caller } = contextValue as Context;
    const variables = Object.entries(variableValues ?? {}).filter(([name]) => !beginnings.has(name));
    return JSON.stringify([
      caller?.workspaceId,
      [...(caller?.permissions ?? [])].sort(),
      dependsOnViewer ? caller?.credential.id : null,
      document.loc?.source.body ?? print(document),
      operationName,
      variables,
    ]);
  }

  #traitsOf(document: DocumentNode): DocumentTraits {
    const known = this.#traits.get(document);
    if (known !== undefined) return known;
    const traits = traitsOf(document, this.viewerFields);
    this.#traits.set(document, traits);
    return traits;
  }
}

const traitsOf = (document: DocumentNode, viewerFields: ReadonlySet<string>): DocumentTraits => {
  const mentions = new Map<string, number>();
  let dependsOnViewer = false;
  visit(document, {
    Variable: ({ name }) => void mentions.set(name.value, (mentions.get(name.value) ?? 0) + 1),
    Field: ({ name }) => {
      if (viewerFields.has(name.value)) dependsOnViewer = true;
    },
  });
  const beginnings = document.definitions
    .flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? each.selectionSet.selections : []))
    .flatMap((root) => (root.kind === Kind.FIELD ? (root.arguments ?? []) : []))
    .flatMap(({ name, value }) => (name.value === "after" && value.kind === Kind.VARIABLE ? [value.name.value] : []))
    // Its definition and this use of it, and nothing else.
    .filter((variable) => mentions.get(variable) === 2);
  return { dependsOnViewer, beginnings: new Set(beginnings) };
};
