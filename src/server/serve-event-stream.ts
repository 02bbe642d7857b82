import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ExecutionArgs, getOperationAST, OperationTypeNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { GraphqlParams } from "#resolvers/guards/admit-document.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { Delivery } from "./delivery.js";
import { EventStreamOutlet } from "./event-stream-outlet.js";
import type { FanOut } from "./fan-out.js";
import { readGraphqlRequest } from "./graphql-request.js";
import type { Operations } from "./operations.js";
import { rateLimitHeaders, refusalHeaders } from "./rate-limit-headers.js";
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
  const { operations, app } = services;
  const { arrival } = request.raw;
  const refuse = (status: number, error: DomainError) =>
    reply.code(status).send({ errors: [presentError(error, arrival.requestId, app.logger)] });
  if (!(request.headers.accept ?? "").includes("text/event-stream"))
    return refuse(406, badInput("Streams come as `text/event-stream`: accept that."));
  let params: GraphqlParams;
  try {
    const { method, headers, body, query: search } = request;
    params = readGraphqlRequest({ method, headers, body, search: search as Record<string, unknown> });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return refuse(error.code === "UNSUPPORTED_MEDIA_TYPE" ? 415 : 400, error);
  }
  const { requestId, trace } = arrival;
  const come = { requestId, transport: "sse", trace, headers: request.headers } as const;
  const prepared = await operations.prepare(params, credentialsOf(request), come);
  if (Array.isArray(prepared)) {
    const refusal = refusalHeaders(prepared);
    return reply
      .code(refusal === undefined ? 400 : 429)
      .headers(refusal ?? {})
      .send({ errors: prepared });
  }
  const { quota } = prepared.contextValue as Context;
  reply.headers(rateLimitHeaders(quota, app.clock.now().getTime()));
  const operation = getOperationAST(prepared.document, prepared.operationName)?.operation;
  if (operation === OperationTypeNode.MUTATION && request.method === "GET") {
    reply.header("allow", "POST");
    return refuse(405, badInput("GET is for queries and subscriptions: send this with POST."));
  }
  arrival.isStream = true;
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
