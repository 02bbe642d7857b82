import type { Socket } from "node:net";
import { newId } from "#src/platform/ids.js";

/** Answers what is no HTTP, or more of it than is taken, in the shape of every other error, and hangs up. */
export const refuseConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = answers[error.code ?? ""] ?? [
    "400 Bad Request",
    "BAD_USER_INPUT",
    "The request is not HTTP as this server reads it.",
  ];
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId: newId("request") } }] });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const answers: Readonly<Record<string, [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "PAYLOAD_TOO_LARGE",
    "The address and the headers of a request have at most 16 KiB.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "TIMEOUT", "The request did not arrive in time."],
};
