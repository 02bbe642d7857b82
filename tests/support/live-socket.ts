import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket } from "ws";

interface Message {
  id?: string;
  type: string;
  payload?: unknown;
}

interface Answer {
  data?: Record<string, unknown>;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

/** One subscription as it arrives on the wire. */
export interface LiveOperation {
  readonly answers: Answer[];
  /** Type of the message that ended it: `complete` or `error`. */
  readonly ended: Promise<string>;
  complete(): void;
}

export interface LiveSocket {
  readonly websocket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  subscribe(query: string, variables?: object): LiveOperation;
  /** Stops and goes on reading from the network. */
  pause(): void;
  resume(): void;
}

interface Options {
  headers?: Readonly<Record<string, string>>;
  /** Address to connect from, such as `127.0.0.2`. */
  localAddress?: string;
}

/** A client of graphql-transport-ws that hides nothing of the wire. */
export const openLiveSocket = async (
  { url, accessToken }: { url: string; accessToken: string },
  { headers = {}, localAddress }: Options = {},
): Promise<LiveSocket> => {
  const websocket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    websocket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  const operations = new Map<string, { answers: Answer[]; end: (type: string) => void }>();
  const acknowledged = new Promise<void>((resolve) => {
    websocket.on("message", (data: Buffer) => {
      const { id = "", type, payload } = JSON.parse(data.toString()) as Message;
      if (type === "connection_ack") resolve();
      if (type === "next") operations.get(id)?.answers.push(payload as Answer);
      if (type === "complete" || type === "error") operations.get(id)?.end(type);
    });
  });
  await once(websocket, "open");
  const send = (message: Message) => websocket.send(JSON.stringify(message));
  send({ type: "connection_init", payload: { authorization: `Bearer ${accessToken}`, ...headers } });
  await Promise.race([acknowledged, closed]);
  const network = (websocket as unknown as { _socket: Socket })._socket;
  return {
    websocket,
    closed,
    subscribe: (query, variables) => {
      const id = String(operations.size + 1);
      const { promise: ended, resolve: end } = Promise.withResolvers<string>();
      const answers: Answer[] = [];
      operations.set(id, { answers, end });
      send({ id, type: "subscribe", payload: { query, ...(variables === undefined ? {} : { variables }) } });
      return { answers, ended, complete: () => send({ id, type: "complete" }) };
    },
    pause: () => void network.pause(),
    resume: () => void network.resume(),
  };
};
