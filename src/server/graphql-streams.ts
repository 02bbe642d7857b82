import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionArgs, GraphQLError, GraphQLSchema } from "graphql";
import { createHandler } from "graphql-sse/lib/use/fastify";
import { type Extra, makeHandler } from "graphql-ws/use/@fastify/websocket";
import type { Context } from "#resolvers/context.js";
import type { DocumentGuard } from "#resolvers/guards/admit-document.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { Operations } from "./operations.js";
import { type Credentials, createContext, credentialsOf } from "./request-context.js";

/** How often an open socket's session is looked at, should the word of its end get lost, in milliseconds. */
const recheckMs = 15_000;

/** Close codes: no valid session, or not any more; a session that may not do this; the server restarts. */
const unauthorized = 4401;
const forbidden = 4403;
const goingAway = 1001;
const sessionEnded = "The session has ended.";

export type WebsocketHandler = ReturnType<typeof makeHandler>;

export interface GraphqlStreams {
  /** For the GET route of `/graphql`, where WebSockets knock. */
  readonly wsHandler: WebsocketHandler;
  /** Answers a request that asks for `text/event-stream`. */
  readonly stream: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  close(): Promise<void>;
}

interface SocketState extends Record<PropertyKey, unknown> {
  credentials?: Credentials;
  release?: () => void;
}

/** Subscriptions: graphql-ws on `/graphql`, and graphql-sse on `/graphql/stream` for those without WebSocket. */
export const registerGraphqlStreams = (
  server: FastifyInstance,
  app: App,
  schema: GraphQLSchema,
  guard: DocumentGuard,
): GraphqlStreams => {
  const operations = new Operations(app, schema, guard);
  const sockets = new Set<Extra["socket"]>();
  const answers = new Map<FastifyRequest, FastifyReply["raw"]>();

  const wsHandler = makeHandler<Record<string, unknown>, SocketState>({
    schema,
    connectionInitWaitTimeout: 5_000,
    execute: (args: ExecutionArgs) => operations.execute(args),
    subscribe: (args: ExecutionArgs) => operations.subscribe(args),
    onConnect: async ({ connectionParams, extra }) => {
      const credentials = credentialsOf(extra.request, connectionParams ?? {});
      extra.credentials = credentials;
      try {
        const { caller } = await createContext(app, credentials, newId("request"));
        // The client may have gone while its token was looked at; then nobody would ever release the guard.
        if (extra.socket.readyState !== extra.socket.OPEN) return;
        if (caller !== undefined)
          extra.release = guardSession(app, caller.sessionId, () => extra.socket.close(unauthorized, sessionEnded));
        sockets.add(extra.socket);
      } catch (error) {
        const code = error instanceof DomainError && error.code === "FORBIDDEN" ? forbidden : unauthorized;
        extra.socket.close(code, (error as Error).message.slice(0, 120));
      }
    },
    onSubscribe: ({ extra }, _id, payload) =>
      operations.prepare(payload, extra.credentials ?? credentialsOf(extra.request), newId("request")),
    onClose: ({ extra }) => {
      extra.release?.();
      sockets.delete(extra.socket);
    },
    isProd: true,
  });

  const sse = createHandler<never>({
    authenticate: () => null,
    execute: ((args: ExecutionArgs) => operations.execute(args)) as never,
    subscribe: ((args: ExecutionArgs) => operations.subscribe(args)) as never,
    onSubscribe: async (request, params) => {
      const { raw } = request as unknown as { raw: FastifyRequest };
      const prepared = await operations.prepare(params, credentialsOf(raw), raw.requestId);
      if (Array.isArray(prepared)) return refusal(prepared) as never;
      const { caller } = prepared.contextValue as Context;
      // Gone from the map when the client left while its token was looked at.
      const answer = answers.get(raw);
      if (caller !== undefined && answer !== undefined) {
        answer.once(
          "close",
          guardSession(app, caller.sessionId, () => answer.destroy()),
        );
      }
      return prepared as never;
    },
  });
  const stream = async (request: FastifyRequest, reply: FastifyReply) => {
    // The library writes to the socket itself, past the reply that carries the headers of the edge.
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string);
    answers.set(request, reply.raw);
    reply.raw.once("close", () => answers.delete(request));
    await sse(request, reply);
  };
  server.get("/graphql/stream", stream);
  server.post("/graphql/stream", stream);

  return {
    wsHandler,
    stream,
    close: async () => {
      for (const socket of sockets) socket.close(goingAway, "The server stops; connect again.");
      for (const answer of answers.values()) answer.destroy();
    },
  };
};

/** What graphql-sse sends instead of a stream. */
const refusal = (errors: readonly GraphQLError[]) => [
  JSON.stringify({ errors }),
  { status: 400, statusText: "Bad Request", headers: { "content-type": "application/json; charset=utf-8" } },
];

/** Closes a connection as soon as its session has ended, in whatever process that happened. */
const guardSession = (app: App, sessionId: string, close: () => void): (() => void) => {
  const check = () =>
    app.sessions.isAlive(sessionId).then(
      (alive) => {
        if (!alive) close();
      },
      () => {},
    );
  const unsubscribe = app.sessions.onEnd(sessionId, check);
  const timer = setInterval(check, recheckMs);
  return () => {
    unsubscribe();
    clearInterval(timer);
  };
};
