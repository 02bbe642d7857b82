import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** How a request ended: `client` when the other side closed the connection before its answer was complete. */
export type Ending = "answered" | "broken" | "client";

/** One response: what is said in it, and how it ends. */
export class StubTalk {
  private readonly over = new AbortController();
  private readonly response: ServerResponse;
  private broken = false;

  constructor(response: ServerResponse, end: (ending: Ending) => void) {
    this.response = response;
    response
      .on("error", () => {})
      .on("close", () => {
        this.over.abort();
        end(this.broken ? "broken" : response.writableFinished ? "answered" : "client");
      });
  }

  begin(headers: Record<string, string> = {}) {
    this.response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    this.response.flushHeaders();
  }

  say(data: string) {
    this.response.write(data);
  }

  finish(data?: string) {
    this.response.end(data);
  }

  whole(status: number, headers: Record<string, string>, body: string) {
    this.response.writeHead(status, headers).end(body);
  }

  bytes(data: string) {
    this.broken = true;
    this.response.socket?.end(data);
  }

  reset() {
    this.broken = true;
    this.response.socket?.resetAndDestroy();
  }

  /** Ends at once, by throwing, when the client is gone. */
  async pause(ms = 0) {
    if (ms > 0) await delay(ms, undefined, { signal: this.over.signal });
  }
}
