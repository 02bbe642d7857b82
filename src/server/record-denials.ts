import { type DocumentNode, getOperationAST } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { App } from "#src/app.js";
import { currentScope } from "#src/platform/scope.js";
import { rootFieldsOf } from "./root-fields.js";

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
  const operation = document && getOperationAST(document, operationName);
  return operation ? rootFieldsOf(document, operation).get(key) : undefined;
};
