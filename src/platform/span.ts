import { AsyncLocalStorage } from "node:async_hooks";
import { currentScope, runOutsideScope } from "./scope.js";
import type { TraceContext } from "./trace-context.js";

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";
export type SpanAttributes = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** `performance.now()` when it began, if that was earlier. */
  readonly startedAt?: number;
}

/** A piece of work in a trace. Never carries what people wrote: no variables, no texts, no messages of errors. */
export interface Span {
  readonly context: TraceContext;
  child(name: string, options?: SpanOptions): Span;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** An error marks it as failed and leaves nothing but its code or class. */
  end(error?: unknown): void;
}

const storage = new AsyncLocalStorage<Span | undefined>();

/** The span that the caller works in; nothing while no traces are exported. */
export const currentSpan = (): Span | undefined => storage.getStore();

/** Where the caller is in its trace, whether or not traces are exported. */
export const currentTrace = (): TraceContext | undefined => storage.getStore()?.context ?? currentScope()?.trace;

/** Runs `work` in the span, and leaves it open. */
export const runInSpan = <T>(span: Span | undefined, work: () => T): T => storage.run(span, work);

/** Runs `work` in the span and ends the span with it; without one it just runs. */
export const inSpan = async <T>(span: Span | undefined, work: () => Promise<T> | T): Promise<T> => {
  if (span === undefined) return work();
  try {
    const result = await storage.run(span, work);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
};

/** Runs what goes on after the operation or job that set it off, outside its scope and its span. */
export const detached = <T>(work: () => T): T => storage.run(undefined, () => runOutsideScope(work));
