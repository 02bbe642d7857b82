import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import proxyAddr from "@fastify/proxy-addr";
import type { App } from "#src/app.js";
import { Arrival } from "./arrival.js";
import type { GraphqlHttp } from "./graphql-http.js";
import { LateRequests } from "./late-requests.js";

/** How long a connection is kept open for the next request, in milliseconds. */
const keepAliveMs = 72_000;

interface Parts {
  readonly app: App;
  readonly graphql: () => GraphqlHttp | undefined;
  readonly serveElse: RequestListener;
  /** Certificate and key, to serve HTTPS. */
  readonly tls: ServerOptions | undefined;
}

/** A server that hands `/graphql` to `graphql`, once it is there, and everything else on. */
export const createFront = ({ app, graphql, serveElse, tls }: Parts): Server => {
  const serve: RequestListener = (message, response) => {
    message.arrival = new Arrival(app, message);
    message.arrival.endsWith(response);
    if (!isStream(message)) late.expect(message);
    const served = isGraphql(message) ? graphql() : undefined;
    if (served === undefined) serveElse(message, response);
    else served.serve(message, response);
  };
  const { arrivalMs } = app.config.http;
  const options = {
    ...{ requestTimeout: 0, headersTimeout: arrivalMs, keepAliveTimeout: keepAliveMs },
    connectionsCheckingInterval: Math.min(arrivalMs, 10_000),
  };
  const server = tls === undefined ? createServer(options, serve) : createTlsServer({ ...options, ...tls }, serve);
  const late = new LateRequests(server, arrivalMs);
  return server;
};

/** Bodies that are streams bound the silence in them instead. */
const isStream = ({ url = "" }: IncomingMessage): boolean => /^\/(?:uploads(?:[/?]|$)|telemetry(?:\?|$))/.test(url);

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
