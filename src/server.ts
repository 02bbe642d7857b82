import type { Server } from "node:http";
import type { Socket } from "node:net";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import { createSchema } from "#resolvers/schema.js";
import type { App } from "./app.js";
import { SettingError } from "./platform/errors.js";
import { newId } from "./platform/ids.js";
import { registerAudit } from "./server/audit-endpoints.js";
import { registerCompression } from "./server/compression.js";
import { registerConsole } from "./server/console-files.js";
import { registerCors } from "./server/cors.js";
import { registerGraphiql } from "./server/graphiql.js";
import { registerGraphql } from "./server/graphql-http.js";
import { registerGraphqlStreams } from "./server/graphql-streams.js";
import { registerHealth } from "./server/health-endpoints.js";
import { loadDocumentGuard } from "./server/load-document-guard.js";
import { registerMetrics } from "./server/metrics-endpoint.js";
import { observeRequests } from "./server/observe-requests.js";
import { OperationLog } from "./server/operation-log.js";
import { refuseConnection } from "./server/refuse-connection.js";
import { securityHeaders } from "./server/security-headers.js";
import { traceRootFields } from "./server/trace-root-fields.js";

declare module "fastify" {
  interface FastifyRequest {
    requestId: string;
  }
}

export interface RunningServer {
  /** Address under which clients reach it, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, closes sockets with a code that says to come back, and resolves when all is answered. */
  close(): Promise<void>;
}

const bodyLimit = 1024 * 1024;
const defaultPort = 4000;
const requestIdPattern = /^[\w.:-]{8,100}$/;

/** The HTTP and WebSocket edge of an app, on its one port. */
export const startServer = async (app: App): Promise<RunningServer> => {
  const { trustedProxies } = app.config.http;
  const server = Fastify({
    bodyLimit,
    forceCloseConnections: "idle",
    requestTimeout: 60_000,
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket as Socket),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  });
  const headers = securityHeaders(app.config);
  server.decorateRequest("requestId", "");
  server.addHook("onRequest", (request, reply, next) => {
    const given = request.headers["x-request-id"];
    request.requestId = typeof given === "string" && requestIdPattern.test(given) ? given : newId("request");
    reply.header("x-request-id", request.requestId).headers(headers);
    next();
  });
  observeRequests(server, app);
  await registerCompression(server);
  await server.register(fastifyWebsocket, { options: { maxPayload: bodyLimit } });
  // Behind the sockets' own hooks, which close a connection whose upgrade was refused.
  registerCors(server, app.config);
  const schema = createSchema(app);
  if (app.tracing.enabled) traceRootFields(schema);
  registerHealth(server, app);
  registerMetrics(server, app);
  registerAudit(server, app);
  const operationLog = new OperationLog(app, schema);
  const guard = await loadDocumentGuard(app.config, schema);
  const streams = registerGraphqlStreams(server, app, schema, guard, operationLog);
  const http = await registerGraphql(server, { app, schema, guard, streams, operationLog });
  registerGraphiql(server);
  await registerConsole(server);
  server.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.slice(0, 200)}.` }),
  );
  const port = await listen(server, app.config.http);
  const { host } = app.config.http;
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  app.address.servedAt(`http://${shownHost}:${port}`);
  return {
    url: app.address.url,
    port,
    close: async () => {
      await streams.close();
      await http.stop();
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
