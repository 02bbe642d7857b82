import { AsyncLocalStorage } from "node:async_hooks";
import type { Denial, ErrorCode } from "./errors.js";
import type { OperationTransaction } from "./operation-transaction.js";
import { newTrace, type TraceContext } from "./trace-context.js";

/** What one operation carries along through every call, without being handed on. */
export interface Scope {
  readonly requestId: string;
  /** Its place in its trace: where the caller's `traceparent` says, or at the beginning of a new one. */
  readonly trace: TraceContext;
  /** Aborted when the operation's time is up or its client has left: statements that still run are cancelled. */
  signal?: AbortSignal;
  /** SQL statements that were sent on its behalf, and the milliseconds that it waited for them. */
  statements: number;
  sqlMs: number;
  /** What was refused in it so far, for the audit log. */
  denied?: Denied[];
  /** The one transaction in which everything of this operation happens, when it asked for that. */
  transaction?: OperationTransaction;
}

export interface Denied {
  readonly code: ErrorCode;
  readonly denial: Denial;
  /** Under which key the root field stands in the answer; nothing when the operation itself was refused. */
  readonly key: string | undefined;
}

const storage = new AsyncLocalStorage<Scope | undefined>();

export const currentScope = (): Scope | undefined => storage.getStore();

export const runInScope = <T>(scope: Scope, work: () => T): T => storage.run(scope, work);

/** Runs what an operation sets off, but does not wait for: it must not count as the operation's own. */
export const runOutsideScope = <T>(work: () => T): T => storage.run(undefined, work);

export const newScope = (requestId: string, signal?: AbortSignal, trace: TraceContext = newTrace()): Scope => ({
  requestId,
  trace,
  ...(signal === undefined ? {} : { signal }),
  statements: 0,
  sqlMs: 0,
});
