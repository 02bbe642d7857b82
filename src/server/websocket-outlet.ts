import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { drained } from "./drained.js";
import type { Frame } from "./frame.js";
import type { Outlet } from "./outlet.js";

/** Close code for a client that does not read what it subscribed to; the reason is `{"cursor": …}`. */
export const tooSlow = 4413;

/** One operation on a WebSocket: its frames are the shared ones behind the operation's own id. */
export class WebsocketOutlet implements Outlet {
  readonly #head: Buffer;

  constructor(
    private readonly websocket: WebSocket,
    /** Below the WebSocket: corked, so that many frames leave in one write. */
    private readonly socket: Socket,
    operationId: string,
  ) {
    this.#head = Buffer.from(`{"id":${JSON.stringify(operationId)}`);
  }

  get backlog(): number {
    return this.websocket.bufferedAmount;
  }

  write(frames: readonly Frame[]): void {
    if (this.websocket.readyState !== this.websocket.OPEN) return;
    this.socket.cork();
    for (const { message } of frames) this.websocket.send(Buffer.concat([this.#head, message]), { binary: false });
    this.socket.uncork();
  }

  drained(): Promise<void> {
    return drained(this.socket);
  }

  cutOff(cursor: string): void {
    this.websocket.close(tooSlow, JSON.stringify({ cursor }));
  }
}
