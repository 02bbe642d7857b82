import { connect } from "node:net";
import { percentile } from "./statistics.js";

const headEnd = Buffer.from("\r\n\r\n");
const errorsKey = Buffer.from('"errors"');
const lastChunk = Buffer.from("0\r\n\r\n");

/** A whole HTTP/1.1 request, and a piece of text without which an answer to it is wrong. */
export const httpRequest = (port, headers, body, expected) => {
  const payload = Buffer.from(JSON.stringify(body));
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    "content-type": "application/json",
    accept: "application/json",
    ...headers,
    "content-length": payload.length,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join("")}\r\n`);
  return { bytes: Buffer.concat([head, payload]), expected: Buffer.from(expected) };
};

/**
 * A closed loop: each connection sends its next request when the answer to the last one has come, for so many seconds, and
 * the answers on their way are waited for. Throws at the first answer that is not a 200, has `errors`, or lacks what its
 * request expects.
 */
export const load = async ({ port, next, connections = 32, seconds }) => {
  const latencies = [];
  const begun = performance.now();
  const deadline = begun + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, () => drive(port, next, deadline, latencies)));
  const ms = performance.now() - begun;
  return {
    answers: latencies.length,
    perSecond: (latencies.length / ms) * 1000,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
  };
};

const drive = (port, next, deadline, latencies) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let request;
    let sentAt = 0;
    let received;
    const send = () => {
      if (performance.now() >= deadline) {
        request = undefined;
        return socket.end();
      }
      request = next();
      received = undefined;
      sentAt = performance.now();
      socket.write(request.bytes);
    };
    socket.on("connect", send);
    socket.on("data", (piece) => {
      received = received === undefined ? piece : Buffer.concat([received, piece]);
      const end = endOfAnswer(received);
      if (end === undefined) return;
      const wrong = whatIsWrong(received, request);
      if (wrong !== undefined) {
        socket.destroy(new Error(`${wrong}: ${received.toString("utf8", 0, 1_500)}`));
        return;
      }
      latencies.push(performance.now() - sentAt);
      send();
    });
    socket.on("error", reject);
    socket.on("close", () =>
      request === undefined ? resolve() : reject(new Error("a connection was closed before its answer had come")),
    );
  });

/** Where the answer ends, when it has come whole. */
const endOfAnswer = (bytes) => {
  const head = bytes.indexOf(headEnd);
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.latin1Slice(0, head))?.[1];
  if (length === undefined) return bytes.subarray(-5).equals(lastChunk) ? bytes.length : undefined;
  const end = head + 4 + Number(length);
  return bytes.length >= end ? end : undefined;
};

const whatIsWrong = (bytes, { expected }) => {
  if (bytes.latin1Slice(9, 12) !== "200") return "an answer is not a 200";
  if (bytes.includes(errorsKey)) return "an answer has errors";
  if (!bytes.includes(expected)) return `an answer lacks ${JSON.stringify(expected.toString())}`;
  return undefined;
};
