import type { Server } from "node:http";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import { createSchema } from "#resolvers/schema.js";
import type { App } from "./app.js";
import { SettingError } from "./platform/errors.js";
import { checkHealth } from "./platform/health.js";
import { newId } from "./platform/ids.js";
import { registerCompression } from "./server/compression.js";
import { registerConsole } from "./server/console-files.js";
import { registerGraphiql } from "./server/graphiql.js";
import { registerGraphql } from "./server/graphql-http.js";
import { registerGraphqlStreams } from "./server/graphql-streams.js";

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
  const server = Fastify({ bodyLimit, forceCloseConnections: "idle", requestTimeout: 60_000, trustProxy: false });
  server.decorateRequest("requestId", "");
  server.addHook("onRequest", async (request, reply) => {
    const given = request.headers["x-request-id"];
    request.requestId = typeof given === "string" && requestIdPattern.test(given) ? given : newId("request");
    reply.headers({
      "x-request-id": request.requestId,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    });
  });
  await registerCompression(server);
  await server.register(fastifyWebsocket, { options: { maxPayload: bodyLimit } });
  const schema = createSchema(app);
  registerHealth(server, app);
  const streams = registerGraphqlStreams(server, app, schema);
  const http = await registerGraphql(server, app, schema, streams);
  if (!app.config.production) registerGraphiql(server);
  await registerConsole(server);
  server.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.slice(0, 200)}.` }),
  );
  const port = await listen(server, app.config.http);
  const { publicUrl, host } = app.config.http;
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return {
    url: publicUrl ?? `http://${shownHost}:${port}`,
    port,
    close: async () => {
      await streams.close();
      await http.stop();
      await server.close();
    },
  };
};

const registerHealth = (server: FastifyInstance, app: App) => {
  server.get("/live", async () => ({ status: "ok" }));
  server.get("/ready", async (_request, reply) => {
    const health = await checkHealth(app.database);
    return reply.code(health.status === "ok" ? 200 : 503).send({ status: health.status });
  });
  server.get("/health", async (_request, reply) => {
    const health = await checkHealth(app.database);
    return reply.code(health.status === "ok" ? 200 : 503).send(health);
  });
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
