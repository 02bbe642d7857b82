import type { RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import { createSchema } from "#resolvers/schema.js";
import type { App } from "./app.js";
import { SettingError } from "./platform/errors.js";
import { Arrival } from "./server/arrival.js";
import { registerAudit } from "./server/audit-endpoints.js";
import { registerConsole } from "./server/console-files.js";
import { Cors } from "./server/cors.js";
import { registerExports } from "./server/export-download.js";
import { registerFiles } from "./server/file-download.js";
import { addressReader, createFront } from "./server/front.js";
import { registerGraphiql } from "./server/graphiql.js";
import { bodyLimit } from "./server/graphql-exchange.js";
import { GraphqlHttp } from "./server/graphql-http.js";
import { registerGraphqlStreams } from "./server/graphql-streams.js";
import { registerHealth } from "./server/health-endpoints.js";
import { registerJwks } from "./server/jwks-endpoint.js";
import { loadDocumentGuard } from "./server/load-document-guard.js";
import { registerMetrics } from "./server/metrics-endpoint.js";
import { OpenSockets } from "./server/open-sockets.js";
import { OperationLimits } from "./server/operation-limits.js";
import { OperationLog } from "./server/operation-log.js";
import { Operations } from "./server/operations.js";
import { refuseConnection } from "./server/refuse-connection.js";
import { refuseRequests } from "./server/refuse-requests.js";
import { securityHeaders } from "./server/security-headers.js";
import { registerTelemetry } from "./server/telemetry-endpoints.js";
import { loadTls } from "./server/tls.js";
import { traceRootFields } from "./server/trace-root-fields.js";
import { registerUploads } from "./server/upload-endpoints.js";

export interface RunningServer {
  /** Address under which clients reach it, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, closes sockets with a code that says to come back, and resolves when all is answered. */
  close(): Promise<void>;
}

const defaultPort = 4000;

/** The HTTP and WebSocket edge of an app, on its one port. */
export const startServer = async (app: App): Promise<RunningServer> => {
  const { trustedProxies } = app.config.http;
  let graphql: GraphqlHttp | undefined;
  const tls = await loadTls(app.config.http.tls);
  let sockets: OpenSockets | undefined;
  const server = Fastify({
    bodyLimit,
    forceCloseConnections: "idle",
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket as Socket),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    serverFactory: (serveElse) => {
      const parts = { app, graphql: () => graphql, serveElse: serveElse as RequestListener, tls: tls?.https };
      const front = createFront(parts);
      sockets = new OpenSockets(front);
      return front;
    },
  });
  const headers = securityHeaders(app.config);
  server.addHook("onRequest", (request, reply, next) => {
    const { raw } = request;
    // Sockets are opened past the front.
    raw.arrival ??= new Arrival(app, raw);
    raw.arrival.route = request.routeOptions.url ?? "none";
    reply.header("x-request-id", raw.arrival.requestId).headers(headers);
    next();
  });
  await server.register(fastifyWebsocket, { options: { maxPayload: bodyLimit } });
  const cors = new Cors(app.config);
  // Behind the sockets' own hooks, which close a connection whose upgrade was refused.
  cors.register(server);
  const schema = createSchema(app);
  if (app.tracing.enabled) traceRootFields(schema);
  registerHealth(server, app);
  registerMetrics(server, app);
  registerJwks(server, app);
  registerAudit(server, app);
  const operationLog = new OperationLog(app, schema);
  const guard = await loadDocumentGuard(app.config, schema);
  const limits = new OperationLimits(app, schema);
  const operations = new Operations({ app, schema, guard, limits, log: operationLog });
  const streams = registerGraphqlStreams(server, app, schema, operations);
  registerGraphiql(server);
  registerExports(server, app);
  registerUploads(server, app, cors);
  registerTelemetry(server, app);
  registerFiles(server, app);
  await registerConsole(server);
  refuseRequests(server, app, operationLog);
  server.setNotFoundHandler((request, reply) => {
    request.raw.arrival.route = "none";
    return reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.slice(0, 200)}.` });
  });
  const addressOf = addressReader(trustedProxies);
  graphql = await GraphqlHttp.start({ app, schema, guard, limits, operationLog, cors, addressOf });
  const port = await listen(server, app.config.http);
  const { host } = app.config.http;
  const unfollow = tls?.follow(server.server as HttpsServer, app.logger);
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  app.address.servedAt(`${tls === undefined ? "http" : "https"}://${shownHost}:${port}`);
  return {
    url: app.address.url,
    port,
    close: async () => {
      graphql.drain();
      unfollow?.();
      await streams.close();
      await graphql.stop();
      sockets?.end();
      await server.close();
    },
  };
};

/** The asked port and no other; without one the default, or the next free one behind it. */
const listen = async (
  server: FastifyInstance,
  { port, host }: { port: number | undefined; host: string },
): Promise<number> => {
  const ports = port === undefined ? Array.from({ length: 20 }, (_, index) => defaultPort + index) : [port];
  for (const candidate of ports) {
    try {
      await server.listen({ port: candidate, host });
      const address = (server.server as Server).address();
      return typeof address === "object" && address !== null ? address.port : candidate;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE") continue;
      if (code === "EACCES")
        throw new SettingError("PORT", `Port ${candidate} may not be opened by this user: set PORT to one above 1023.`);
      if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
        throw new SettingError("HOST", `${host} is no address of this machine.`);
      throw error;
    }
  }
  throw new SettingError(
    "PORT",
    port === undefined
      ? `All ports from ${defaultPort} to ${ports.at(-1)} are taken: set PORT to a free one.`
      : `Port ${port} is taken by another program: stop it, or set PORT to a free one.`,
  );
};
