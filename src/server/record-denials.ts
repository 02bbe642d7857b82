import { type DocumentNode, type FragmentDefinitionNode, getOperationAST, Kind, type SelectionSetNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { App } from "#src/app.js";
import { currentScope } from "#src/platform/scope.js";

interface Operation {
  readonly requestId: string;
  readonly caller: Context["caller"];
  readonly document?: DocumentNode | undefined;
  readonly operationName?: string | null | undefined;
  /** What was tried, where that is no root field. */
  readonly action?: string;
}

/** Brings what was refused in this scope into the audit log. To be awaited before the answer leaves, on every transport. */
export const recordDenials = async ({ audit }: Pick<App, "audit">, operation: Operation): Promise<void> => {
  const scope = currentScope();
  const denied = scope?.denied;
  if (scope === undefined || denied === undefined) return;
  delete scope.denied;
  const { requestId, caller } = operation;
  for (const { code, denial, key } of denied) {
    const action = (key === undefined ? undefined : rootFieldOf(operation, key)) ?? operation.action ?? "request";
    await audit.denials.record({ caller, requestId, action, code, denial });
  }
};

/** The root field that stands in the answer under this key: clients may give it another name. */
const rootFieldOf = ({ document, operationName }: Operation, key: string): string | undefined => {
  if (document === undefined) return undefined;
  const fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each.selectionSet]),
  );
  const spread = new Set<string>();
  const find = (set: SelectionSetNode | undefined): string | undefined => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if ((selection.alias ?? selection.name).value === key) return selection.name.value;
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
      }
      const found = find(inner);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(getOperationAST(document, operationName)?.selectionSet);
};
