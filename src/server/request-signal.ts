import type { ServerResponse } from "node:http";
import { DomainError } from "#src/platform/errors.js";

/** Why nobody waits for an answer any more. */
const left = new DomainError("TIMEOUT", "The client has left before its answer was ready.");

/**
 * A signal that is aborted when a request takes longer than it may, or when its client leaves. `done` must be called when
 * the answer is ready.
 */
export const requestSignal = (response: ServerResponse, limitMs: number): { signal: AbortSignal; done: () => void } => {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `The request took longer than ${limitMs} ms and was given up: ask for less at a time.`;
    controller.abort(new DomainError("TIMEOUT", message, { limit: limitMs }));
  }, limitMs);
  const leave = () => controller.abort(left);
  response.once("close", leave);
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      response.off("close", leave);
    },
  };
};

/** The work's result, or the signal's reason if that comes first. */
export const orAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
