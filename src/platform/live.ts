import type { Bus } from "./bus.js";

/** A listener looks by itself this often, should a wake-up get lost, in milliseconds. */
const lookAgainMs = 2_000;

/**
 * Turns a reader of stored rows into a live stream: `read` yields what there is and returns; it is called again at every
 * wake-up of `topic`. Subscribes before the first read, so that nothing falls between them.
 * The stream ends when `read` returns `true`, and promptly when its consumer goes away.
 */
export const live = <T>(bus: Bus, topic: string, read: () => AsyncGenerator<T, boolean>): AsyncIterableIterator<T> => {
  let awake = true;
  let closed = false;
  let wake = () => {};
  const unsubscribe = bus.subscribe(topic, () => {
    awake = true;
    wake();
  });
  const nextWake = () =>
    new Promise<void>((resolve) => {
      if (awake || closed) return resolve();
      const timer = setTimeout(resolve, lookAgainMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const close = () => {
    closed = true;
    unsubscribe();
    wake();
  };

  async function* run(): AsyncGenerator<T> {
    try {
      while (!closed) {
        awake = false;
        const ended = yield* read();
        if (ended) return;
        await nextWake();
      }
    } finally {
      close();
    }
  }

  const rows = run();
  return {
    next: () => rows.next(),
    // A generator that waits would only notice a plain `return` after its next wake-up.
    return: () => {
      close();
      return rows.return(undefined);
    },
    throw: (error: unknown) => {
      close();
      return rows.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
