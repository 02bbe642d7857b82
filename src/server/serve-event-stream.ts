import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ExecutionArgs, getOperationAST, OperationTypeNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { App } from "#src/app.js";
import { badInput } from "#src/platform/errors.js";
import { Delivery } from "./delivery.js";
import { EventStreamOutlet } from "./event-stream-outlet.js";
import type { FanOut } from "./fan-out.js";
import type { Operations } from "./operations.js";
import { credentialsOf } from "./request-context.js";

interface Services {
  readonly app: App;
  readonly operations: Operations;
  readonly fanOut: FanOut;
}

/**
 * Answers one operation with an event stream. What cannot begin is refused in JSON with a status; what has begun ends with
 * an event `complete`, so a stream that stops without it was cut off and may be taken up again.
 */
export const serveEventStream = async (services: Services, request: FastifyRequest, reply: FastifyReply) => {
  const { operations } = services;
  if (!(request.headers.accept ?? "").includes("text/event-stream"))
    return reply.code(406).send({ error: "This address answers requests with `Accept: text/event-stream` alone." });
  const prepared = await operations.prepare(paramsOf(request), credentialsOf(request.headers), request.requestId);
  if (Array.isArray(prepared)) return reply.code(400).send({ errors: prepared });
  const operation = getOperationAST(prepared.document, prepared.operationName)?.operation;
  if (operation === OperationTypeNode.MUTATION && request.method === "GET")
    return reply.code(405).header("allow", "POST").send({ error: "A mutation is sent by POST." });
  reply.hijack();
  // The client may have gone while its operation was looked at.
  if (reply.raw.destroyed) return;
  const outlet = new EventStreamOutlet(reply.raw, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    if (operation === OperationTypeNode.SUBSCRIPTION) await deliver(services, prepared, outlet, reply.raw);
    else outlet.complete(await operations.execute(prepared));
  } catch (error) {
    outlet.complete(operations.failure(prepared, error));
  }
};

/** Runs a subscription until it ends, its client leaves, or its caller may no longer follow it. */
const deliver = async (
  { app, fanOut }: Services,
  args: ExecutionArgs,
  outlet: EventStreamOutlet,
  response: FastifyReply["raw"],
) => {
  const delivery = await fanOut.subscribe(args, outlet);
  if (!(delivery instanceof Delivery)) return outlet.complete(delivery);
  const { caller } = args.contextValue as Context;
  const release = caller === undefined ? () => {} : app.access.watch(caller, (reason) => delivery.fail(reason));
  const leave = () => delivery.finish();
  response.once("close", leave);
  if (response.destroyed) leave();
  try {
    for await (const last of delivery) outlet.complete(last);
    outlet.complete();
  } finally {
    release();
  }
};

/** The parameters of GraphQL over HTTP. Throws what is wrong with them, as far as nobody behind looks at it. */
const paramsOf = ({ method, query, body }: FastifyRequest) => {
  const given = ((method === "GET" ? query : body) ?? {}) as Record<string, unknown>;
  if (typeof given !== "object" || Array.isArray(given)) throw badInput("The body must be a JSON object.");
  const variables = typeof given.variables === "string" ? parseJson(given.variables) : (given.variables ?? undefined);
  if (variables !== undefined && (variables === null || typeof variables !== "object" || Array.isArray(variables)))
    throw badInput("`variables` must be a JSON object.", "variables");
  return { ...given, variables };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
