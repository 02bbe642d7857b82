// The limit of a fan-out: each frame is made once for all, and its bytes are written to every socket.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { Sender, WebSocketServer } from "ws";
import { port } from "./settings.js";

const server = createServer(async (request, response) => {
  if (request.url !== "/burst") return response.end('{"data":{}}');
  const events = await json(request);
  const frames = events.map((event) => {
    const message = JSON.stringify({ id: "1", type: "next", payload: { data: { events: event } } });
    return Buffer.concat(Sender.frame(Buffer.from(message), { fin: true, opcode: 1, mask: false, readOnly: false }));
  });
  for (const socket of subscribed) for (const frame of frames) socket.write(frame);
  response.end();
});
const subscribed = new Set();
const sockets = new WebSocketServer({ server, handleProtocols: () => "graphql-transport-ws" });
sockets.on("connection", (client, { socket }) => {
  client.on("message", (text) => {
    const { type } = JSON.parse(text);
    if (type === "connection_init") client.send('{"type":"connection_ack"}');
    if (type === "subscribe") subscribed.add(socket);
  });
  client.on("close", () => subscribed.delete(socket));
});
server.listen(port, "127.0.0.1");
