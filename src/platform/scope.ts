import { AsyncLocalStorage } from "node:async_hooks";
import type { OperationTransaction } from "./operation-transaction.js";

/** What one operation carries along through every call, without being handed on. */
export interface Scope {
  readonly requestId: string;
  /** Aborted when the operation's time is up or its client has left: statements that still run are cancelled. */
  readonly signal?: AbortSignal;
  /** SQL statements that were sent on its behalf, and the milliseconds that it waited for them. */
  statements: number;
  sqlMs: number;
  /** The one transaction in which everything of this operation happens, when it asked for that. */
  transaction?: OperationTransaction;
}

const storage = new AsyncLocalStorage<Scope>();

export const currentScope = (): Scope | undefined => storage.getStore();

export const runInScope = <T>(scope: Scope, work: () => T): T => storage.run(scope, work);

export const newScope = (requestId: string, signal?: AbortSignal): Scope => ({
  requestId,
  ...(signal === undefined ? {} : { signal }),
  statements: 0,
  sqlMs: 0,
});
