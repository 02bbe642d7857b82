import { GraphQLError } from "graphql";
import { errorsOf } from "#resolvers/guards/admit-document.js";
import { DomainError, type ErrorCode } from "#src/platform/errors.js";

const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** The status that an error brings along; none for what a document is refused for. */
export const statusOf = (error: unknown): number | undefined => {
  if (error instanceof DomainError) return statuses[error.code];
  return errorsOf(error).every((each) => each instanceof GraphQLError) ? undefined : 500;
};

/** What is an answer like others at `/graphql`, and has a status of its own at a route that answers one question. */
const routeStatuses: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  CONFLICT: 409,
  PROVIDER_UNAVAILABLE: 503,
  TIMEOUT: 503,
  INTERNAL: 500,
};

/** The same for a route that answers one question: there every error has a status. */
export const routeStatusOf = (error: unknown): number =>
  error instanceof DomainError ? routeStatusOfCode(error.code) : (statusOf(error) ?? 400);

const routeStatusOfCode = (code: ErrorCode): number => routeStatuses[code] ?? statuses[code] ?? 400;

/**
 * The same for measurements, which may be sent twice, by the code that is shown: what went wrong here is 503, because who
 * sends them drops what is answered with 500 (OTLP/HTTP, "Retryable Response Codes").
 */
export const intakeStatusOf = (code: ErrorCode): number => (code === "INTERNAL" ? 503 : routeStatusOfCode(code));
