import { randomBytes } from "node:crypto";
import { connect } from "node:net";

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

/** One frame from a client: masked, as RFC 6455 wants it, with a mask of zeros. */
const frame = (opcode, payload) => {
  const bytes = Buffer.from(payload);
  const head =
    bytes.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | bytes.length]) : Buffer.from([0x80 | opcode, 0xfe, 0, 0]);
  if (bytes.length >= 126) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), bytes]);
};

/**
 * A client of graphql-ws that does nothing but count the results of its one subscription, so that a thousand of them take
 * little from the core that they share. Resolves when the subscription has been sent. `onLost` hears why a connection ended
 * that nobody closed here.
 */
export const openLiveClient = ({ port, connectionParams, query, onNext, onLost }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = Buffer.alloc(0);
    let upgraded = false;
    let closed = false;
    let cause = new Error("the server closed the connection");
    const send = (message) => socket.write(frame(opcodes.text, JSON.stringify(message)));
    const take = (opcode, payload) => {
      if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload));
      else if (opcode === opcodes.close) socket.destroy(new Error(`closed by the server: ${payload.subarray(2)}`));
      else if (opcode !== opcodes.text) return;
      else if (payload.includes('"type":"next"') && !payload.includes('"errors"')) onNext(payload);
      else if (payload.includes('"type":"connection_ack"')) {
        send({ id: "1", type: "subscribe", payload: { query } });
        resolve({
          close: () => {
            closed = true;
            socket.destroy();
          },
        });
      } else if (payload.includes('"type":"ping"')) send({ type: "pong" });
      else if (payload.includes('"type":"complete"')) return;
      else socket.destroy(new Error(`an unexpected message: ${payload.toString("utf8", 0, 500)}`));
    };
    socket.on("connect", () =>
      socket.write(
        `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n` +
          "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
      ),
    );
    socket.on("data", (piece) => {
      received = received.length === 0 ? piece : Buffer.concat([received, piece]);
      if (!upgraded) {
        const end = received.indexOf("\r\n\r\n");
        if (end === -1) return;
        if (received.latin1Slice(9, 12) !== "101") {
          socket.destroy(new Error(`no WebSocket: ${received.toString("utf8", 0, 300)}`));
          return;
        }
        upgraded = true;
        received = received.subarray(end + 4);
        send({ type: "connection_init", payload: connectionParams });
      }
      received = takeFrames(received, take);
    });
    socket.on("error", (error) => {
      cause = error;
    });
    socket.on("close", () => {
      reject(cause);
      if (!closed) onLost?.(cause);
    });
  });

/** Hands every whole frame over and returns what is left. */
const takeFrames = (bytes, take) => {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1];
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - at < head) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length - at < head + length) break;
    take(bytes[at] & 0x0f, bytes.subarray(at + head, at + head + length));
    at += head + length;
  }
  return bytes.subarray(at);
};
