import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ExecutionArgs, GraphQLError, type GraphQLSchema } from "graphql";
import { makeHandler } from "graphql-ws/use/@fastify/websocket";
import { viewerFields } from "#resolvers/viewer-fields.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { parseTraceparent, type TraceContext } from "#src/platform/trace-context.js";
import { FanOut } from "./fan-out.js";
import type { Operations } from "./operations.js";
import { maxBacklog, type Outlet } from "./outlet.js";
import { type Credentials, createContext, credentialsOf } from "./request-context.js";
import { serveEventStream } from "./serve-event-stream.js";
import { tooSlow, WebsocketOutlet } from "./websocket-outlet.js";

/** Close codes beyond graphql-ws's own: the session has ended; a permission was taken away; the server restarts. */
const unauthorized = 4401;
const forbidden = 4403;
const goingAway = 1001;

export interface GraphqlStreams {
  close(): Promise<void>;
}

interface SocketState extends Record<PropertyKey, unknown> {
  credentials?: Credentials;
  trace?: TraceContext | undefined;
  release?: () => void;
}

/** Subscriptions: graphql-ws on `/graphql`, and server-sent events on `/graphql/stream` for those without WebSocket. */
export const registerGraphqlStreams = (
  server: FastifyInstance,
  app: App,
  schema: GraphQLSchema,
  operations: Operations,
): GraphqlStreams => {
  const fanOut = new FanOut(operations, viewerFields());
  const outlets = new WeakMap<ExecutionArgs, Outlet>();

  const wsHandler = makeHandler<Record<string, unknown>, SocketState>({
    schema,
    connectionInitWaitTimeout: 5_000,
    execute: (args: ExecutionArgs) => operations.execute(args),
    // Frames are written to the outlet; what is returned here only stands for the end of the subscription.
    subscribe: (args: ExecutionArgs) => fanOut.subscribe(args, outlets.get(args) as Outlet),
    onConnect: async ({ connectionParams, extra }) => {
      const credentials = credentialsOf(extra.request, connectionParams ?? {});
      extra.credentials = credentials;
      extra.trace = parseTraceparent(connectionParams?.traceparent);
      try {
        const { caller } = await createContext(app, credentials, newId("request"));
        // The client may have gone while its token was looked at; then nobody would ever release the watch.
        if (caller === undefined || extra.socket.readyState !== extra.socket.OPEN) return;
        extra.release = app.access.watch(caller, ({ code, message }) =>
          extra.socket.close(code === "FORBIDDEN" ? forbidden : unauthorized, message),
        );
      } catch (error) {
        const isForbidden = error instanceof DomainError && error.code === "FORBIDDEN";
        extra.socket.close(isForbidden ? forbidden : unauthorized, (error as Error).message.slice(0, 120));
      }
    },
    onSubscribe: async ({ extra }, id, payload) => {
      // Answers to single operations are bounded like events, but have no cursor.
      if (extra.socket.bufferedAmount > maxBacklog) {
        extra.socket.close(tooSlow, "{}");
        return [new GraphQLError("The socket is closed: more than 1 MiB of its answers were not read.")];
      }
      const prepared = await operations.prepare(payload, extra.credentials ?? credentialsOf(extra.request), {
        requestId: newId("request"),
        transport: "websocket",
        trace: parseTraceparent(payload.extensions?.traceparent) ?? extra.trace,
      });
      const outlet = new WebsocketOutlet(extra.socket, extra.request.raw.socket, id);
      if (!Array.isArray(prepared)) outlets.set(prepared, outlet);
      return prepared;
    },
    onClose: ({ extra }) => extra.release?.(),
    isProd: true,
  });

  const responses = new Set<FastifyReply["raw"]>();
  app.metrics.onCollect(() => {
    app.metrics.websockets.set(server.websocketServer.clients.size);
    app.metrics.eventStreams.set(responses.size);
  });
  const stream = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    responses.add(reply.raw);
    reply.raw.once("close", () => responses.delete(reply.raw));
    await serveEventStream({ app, operations, fanOut }, request, reply);
  };
  // On `/graphql` only those arrive that accept nothing but an event stream, WebSockets, and people who look around.
  server.route({
    method: "GET",
    url: "/graphql",
    handler: (request, reply) =>
      request.headers.accept === "text/event-stream" ? stream(request, reply) : reply.redirect("/graphiql"),
    wsHandler,
  });
  server.post("/graphql", stream);
  server.get("/graphql/stream", stream);
  server.post("/graphql/stream", stream);

  return {
    close: async () => {
      for (const socket of server.websocketServer.clients) socket.close(goingAway, "The server stops; connect again.");
      for (const response of responses) response.destroy();
    },
  };
};
