import type { IncomingMessage } from "node:http";

/** What is left of a refused body is read away up to so many bytes, so that its sender gets to read why. */
const readAway = 16 * 1024 * 1024;

/** True when so much of a body may still come that its connection is better closed. */
export const isLong = ({ headers, complete }: IncomingMessage): boolean =>
  !complete && Number(headers["content-length"] ?? Number.POSITIVE_INFINITY) > readAway;
