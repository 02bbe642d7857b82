import type { FastifyReply, FastifyRequest } from "fastify";
import type { GraphQLFormattedError } from "graphql";
import type { Context } from "#resolvers/context.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { DomainError, type ErrorCode } from "#src/platform/errors.js";
import { recordDenials } from "./record-denials.js";
import { isLong } from "./unread-body.js";

interface Tried {
  readonly caller: Context["caller"] | undefined;
  /** As the audit log calls it. */
  readonly action: string;
}

interface Refusal {
  readonly shown: GraphQLFormattedError;
  readonly code: ErrorCode;
}

/** What whoever sends bytes is shown of an error. The answer says in its headers whether to go on, and when to try again. */
export const refuseIntake = async (
  app: App,
  { raw }: FastifyRequest,
  reply: FastifyReply,
  { caller, action }: Tried,
  error: unknown,
): Promise<Refusal> => {
  const { requestId } = raw.arrival;
  const shown = presentError(error, requestId, app.logger);
  await recordDenials(app, { requestId, caller, action });
  if (isLong(raw)) reply.header("connection", "close");
  const { retryAfter } = error instanceof DomainError ? error.details : {};
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  return { shown, code: shown.extensions?.code as ErrorCode };
};
