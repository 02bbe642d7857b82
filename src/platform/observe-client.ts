import { errorMonitor } from "node:events";
import type { ClientBase } from "pg";

/** One statement that was sent to the database, once it is over. */
export interface Statement {
  /** As it was sent. Values may stand in it. */
  readonly text: string;
  readonly ms: number;
  readonly rows: number | undefined;
  /** What Postgres or the connection said, when it failed. */
  readonly error: unknown;
}

/** Called when a statement is sent, in the context of the sender; what it returns is called when it is over. */
export type Observe = () => (statement: Statement) => void;

type Callback = (error: unknown, result?: { rowCount?: number | null }) => void;
type Query = (...args: unknown[]) => unknown;
interface Submittable {
  submit: unknown;
  text?: string;
  once(event: string | symbol, listener: (value?: unknown) => void): unknown;
}

const observed = Symbol("observed");

/**
 * Sees every statement of a client of `pg`, transaction control included, whether it is asked with a promise, with a
 * callback or as an object of its own such as a cursor. A second call changes nothing.
 */
export const observeClient = (client: ClientBase, observe: Observe): void => {
  const target = client as unknown as { query: Query; [observed]?: true };
  if (target[observed]) return;
  target[observed] = true;
  const query = target.query.bind(client);
  target.query = (...args) => {
    const [config] = args as [string | { text?: string; callback?: unknown } | Submittable | undefined];
    const ended = observe();
    const startedAt = performance.now();
    const text = typeof config === "string" ? config : (config?.text ?? "");
    let over = false;
    const end: Callback = (error, result) => {
      if (over) return;
      over = true;
      ended({
        text,
        ms: performance.now() - startedAt,
        rows: result?.rowCount ?? undefined,
        error: error ?? undefined,
      });
    };
    if (isSubmittable(config)) {
      config.once("end", () => end(undefined));
      // Only looks on: whether anybody handles the error stays as it was.
      config.once(errorMonitor, (error) => end(error));
      return query(...args);
    }
    const telling =
      (callback: Callback): Callback =>
      (error, result) => {
        end(error, result);
        callback(error, result);
      };
    const place = args.findIndex((arg) => typeof arg === "function");
    if (place !== -1) return query(...args.with(place, telling(args[place] as Callback)));
    if (typeof config === "object" && typeof config.callback === "function")
      return query({ ...config, callback: telling(config.callback as Callback) }, ...args.slice(1));
    const answer = query(...args) as Promise<{ rowCount?: number | null }> | undefined;
    answer?.then(
      (result) => end(undefined, result),
      (error) => end(error),
    );
    return answer;
  };
};

const isSubmittable = (config: unknown): config is Submittable =>
  typeof config === "object" && config !== null && "submit" in config && typeof config.submit === "function";
