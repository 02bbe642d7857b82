import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ExecutionResult } from "graphql";
import { drained } from "./drained.js";
import type { Frame } from "./frame.js";
import type { Outlet } from "./outlet.js";

/** Pause between two signs of life, and how long a client may take to read the end of its stream, in milliseconds. */
const pingMs = 12_000;
const farewellMs = 30_000;
const ping = ":\n\n";

/** One operation as Server-Sent Events: the distinct connections mode of the graphql-sse protocol. */
export class EventStreamOutlet implements Outlet {
  readonly #pings: NodeJS.Timeout;

  constructor(
    private readonly response: ServerResponse,
    headers: OutgoingHttpHeaders,
  ) {
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "content-encoding": "none",
      connection: "keep-alive",
    });
    // At once: some browsers believe in a stream only when something has come.
    response.write(ping);
    this.#pings = setInterval(() => this.#isOpen && response.write(ping), pingMs);
    response.once("close", () => clearInterval(this.#pings));
  }

  /** A write to a response that is over would be an error that nobody can handle. */
  get #isOpen(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  get backlog(): number {
    return this.response.writableLength;
  }

  write(frames: readonly Frame[]): void {
    if (!this.#isOpen) return;
    this.response.cork();
    for (const { event } of frames) this.response.write(event);
    this.response.uncork();
  }

  drained(): Promise<void> {
    return drained(this.response);
  }

  /** The cursor is in the error that `complete` writes; a client that does not even read that is let go. */
  cutOff(): void {
    const timer = setTimeout(() => this.response.destroy(), farewellMs);
    this.response.once("close", () => clearTimeout(timer));
  }

  /** Writes the last result, if there is one, and that the operation is over. */
  complete(last?: ExecutionResult): void {
    if (!this.#isOpen) return;
    clearInterval(this.#pings);
    if (last !== undefined) this.response.write(`event: next\ndata: ${JSON.stringify(last)}\n\n`);
    this.response.end("event: complete\ndata:\n\n");
  }
}
