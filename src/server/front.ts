import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import proxyAddr from "@fastify/proxy-addr";
import type { App } from "#src/app.js";
import { Arrival } from "./arrival.js";
import type { GraphqlHttp } from "./graphql-http.js";
import { refuseConnection } from "./refuse-connection.js";

/** How long a request may take to arrive, and how long a connection is kept open for the next one, in milliseconds. */
const requestTimeoutMs = 60_000;
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
    if (!isUpload(message)) limitArrival(message);
    const served = isGraphql(message) ? graphql() : undefined;
    if (served === undefined) serveElse(message, response);
    else served.serve(message, response);
  };
  // Node knows one limit for all requests alone, and uploads take as long as they take.
  const options = { requestTimeout: 0, headersTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveMs };
  return tls === undefined ? createServer(options, serve) : createTlsServer({ ...options, ...tls }, serve);
};

const isUpload = ({ url = "" }: IncomingMessage): boolean => /^\/uploads(?:[/?]|$)/.test(url);

/** Ends the connection of a request whose body does not arrive in time. */
const limitArrival = (message: IncomingMessage): void => {
  const { "content-length": length, "transfer-encoding": coding } = message.headers;
  if ((length === undefined || length === "0") && coding === undefined) return;
  const refuse = () => {
    if (message.complete) return;
    const { socket } = message;
    refuseConnection(Object.assign(new Error("The request is late."), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket);
    socket.destroySoon();
  };
  const timer = setTimeout(refuse, requestTimeoutMs).unref();
  message.once("close", () => clearTimeout(timer));
};

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
