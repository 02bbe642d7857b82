import { DomainError } from "#src/platform/errors.js";
import type { Arrival } from "./arrival.js";

/** Why nobody waits for an answer any more. */
const left = new DomainError("TIMEOUT", "The client has left before its answer was ready.");

/**
 * A signal that is aborted when a request takes longer than it may, or when its client leaves. `done` must be called when
 * the answer is ready.
 */
export const requestSignal = (arrival: Arrival, limitMs: number): { signal: AbortSignal; done: () => void } => {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `The request took longer than ${limitMs} ms and was given up: ask for less at a time.`;
    controller.abort(new DomainError("TIMEOUT", message, { limit: limitMs }));
  }, limitMs);
  arrival.onLeave = () => controller.abort(left);
  return { signal: controller.signal, done: () => clearTimeout(timer) };
};

/** The work's result, or the signal's reason if that comes first. */
export const orAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.onabort = () => reject(signal.reason);
    work.then(resolve, reject);
  });
