import type { IncomingMessage, Server } from "node:http";
import { refuseConnection } from "./refuse-connection.js";

/** Between two looks at the requests that have not arrived, in milliseconds. */
const lookMs = 1_000;

/**
 * Ends the connections of requests whose body does not arrive in time. Node knows one limit for all requests alone, and
 * streams take as long as they take; a timer for each request would be a cost for all of them.
 */
export class LateRequests {
  /** When they began, for those that have not arrived, and for those that have since the last look. */
  readonly #begun = new Map<IncomingMessage, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    server: Server,
    private readonly limitMs: number,
  ) {
    this.#timer = setInterval(() => this.#look(), Math.min(lookMs, limitMs)).unref();
    server.once("close", () => clearInterval(this.#timer));
  }

  expect(message: IncomingMessage): void {
    const { "content-length": length, "transfer-encoding": coding } = message.headers;
    if ((length === undefined || length === "0") && coding === undefined) return;
    this.#begun.set(message, performance.now());
  }

  #look(): void {
    const latest = performance.now() - this.limitMs;
    for (const [message, begun] of this.#begun) {
      if (message.complete || message.destroyed) this.#begun.delete(message);
      else if (begun <= latest) {
        this.#begun.delete(message);
        const { socket } = message;
        refuseConnection(
          Object.assign(new Error("The request is late."), { code: "ERR_HTTP_REQUEST_TIMEOUT" }),
          socket,
        );
        socket.destroySoon();
      }
    }
  }
}
