import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";

/**
 * The connections of a server that is to end. Node closes those that are between two requests and waits for all others:
 * for a browser's that was opened ahead and never asked anything, and for one whose answer was on its way, for a minute and more.
 */
export class OpenSockets {
  /** With how many requests each has open. */
  readonly #requests = new Map<Socket, number>();
  #isEnding = false;

  constructor(server: Server) {
    server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
      this.#requests.set(socket, 0);
      socket.once("close", () => this.#requests.delete(socket));
    });
    // A WebSocket has an end of its own.
    server.on("upgrade", ({ socket }: IncomingMessage) => this.#requests.delete(socket));
    server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#count(socket, 1);
      response.once("close", () => this.#count(socket, -1));
    });
  }

  /** From here on a connection ends with its last answer, and one that waits for none ends now. */
  end(): void {
    this.#isEnding = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroySoon();
  }

  #count(socket: Socket, by: number): void {
    const known = this.#requests.get(socket);
    if (known === undefined) return;
    this.#requests.set(socket, known + by);
    if (this.#isEnding && known + by === 0) socket.destroySoon();
  }
}
