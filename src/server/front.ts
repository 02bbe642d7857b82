import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import proxyAddr from "@fastify/proxy-addr";
import type { App } from "#src/app.js";
import { Arrival } from "./arrival.js";
import type { GraphqlHttp } from "./graphql-http.js";

/** How long a request may take to arrive, and how long a connection is kept open for the next one, in milliseconds. */
const requestTimeoutMs = 60_000;
const keepAliveMs = 72_000;

/** A server that hands `/graphql` to `graphql`, once it is there, and everything else on. */
export const createFront = (app: App, graphql: () => GraphqlHttp | undefined, serveElse: RequestListener): Server =>
  createServer({ requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveMs }, (message, response) => {
    message.arrival = new Arrival(app, message);
    message.arrival.endsWith(response);
    const served = isGraphql(message) ? graphql() : undefined;
    if (served === undefined) serveElse(message, response);
    else served.serve(message, response);
  });

const isGraphql = ({ url = "", method, headers: { accept } }: IncomingMessage): boolean => {
  if (url !== "/graphql" && !url.startsWith("/graphql?")) return false;
  // The preflight of a browser, an event stream, and a person who looks where the API is.
  if (method === "OPTIONS" || accept === undefined) return method !== "OPTIONS";
  return accept !== "text/event-stream" && (method !== "GET" || !isLook(url, accept));
};

const isLook = (url: string, accept: string) => accept.includes("text/html") && !/[?&]query=/.test(url);

/** The address of a request's client: that of its socket, or what a trusted proxy says (X-Forwarded-For). */
export const addressReader = (trustedProxies: readonly string[]): ((message: IncomingMessage) => string) => {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? "";
  const trust = proxyAddr.compile([...trustedProxies]);
  return (message) => proxyAddr(message, trust);
};
