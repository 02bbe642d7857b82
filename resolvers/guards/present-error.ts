import type { ValidationError } from "class-validator";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { DomainError, type ErrorCode, type ErrorDetails } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { currentScope } from "#src/platform/scope.js";
import { withoutHint } from "./disclosure.js";

interface Shown {
  code: ErrorCode;
  message: string;
  details?: ErrorDetails;
}

/** A message may repeat what was sent; nobody reads more of it, in characters. */
const longestMessage = 1_000;
/** Denials that one operation brings into the audit log at most. */
const maxDenied = 100;

/**
 * What a client is shown of an error, the same over HTTP, WebSocket and event streams. Whatever is not known is
 * `INTERNAL`. Names that were probably meant are told only with `hints`.
 */
export const presentError = (
  error: unknown,
  requestId: string,
  logger: Logger,
  hints = false,
): GraphQLFormattedError => {
  const graphql =
    error instanceof GraphQLError ? error : new GraphQLError("unknown", { originalError: error as Error });
  const shown = show(graphql);
  noteDenial(graphql);
  if (shown.code === "INTERNAL") logger.error({ err: graphql.originalError ?? graphql, requestId }, "a request failed");
  return {
    message: shorten(hints ? shown.message : withoutHint(shown.message)),
    ...(graphql.locations === undefined ? {} : { locations: graphql.locations }),
    ...(graphql.path === undefined ? {} : { path: graphql.path }),
    extensions: { code: shown.code, ...shown.details, requestId },
  };
};

/** All errors of all transports come by here: those that are denials are kept for the audit log. */
const noteDenial = (error: GraphQLError): void => {
  const cause = rootOf(error);
  const scope = currentScope();
  if (!(cause instanceof DomainError) || cause.denial === undefined || scope === undefined) return;
  const [root] = error.path ?? [];
  const key = root === undefined ? undefined : String(root);
  // The scope of a subscription may live for hours.
  scope.denied = [...(scope.denied ?? []), { code: cause.code, denial: cause.denial, key }].slice(0, maxDenied);
};

const shorten = (message: string) =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage)} …`;

const show = (error: GraphQLError): Shown => {
  const cause = rootOf(error);
  if (cause instanceof DomainError)
    return { code: cause.code, message: cause.message, details: { ...placeOf(error, cause), ...cause.details } };
  const failures = (cause as { extensions?: { validationErrors?: ValidationError[] } } | undefined)?.extensions
    ?.validationErrors;
  if (failures?.[0] !== undefined) return showValidation(failures[0]);
  // Postgres stores no NUL characters (22021, 22P05) and refuses numbers and times out of range (22003, 22008).
  const { code } = (cause ?? {}) as { code?: string };
  if (code === "22021" || code === "22P05")
    return { code: "BAD_USER_INPUT", message: "A text contains the character NUL, which cannot be stored." };
  if (code === "22003" || code === "22008")
    return { code: "BAD_USER_INPUT", message: "A number or time is out of range." };
  // Without a cause it is GraphQL's own word.
  const own = cause === undefined || cause instanceof GraphQLError ? codeOf(error) : "INTERNAL";
  if (own !== "INTERNAL") return { code: own, message: error.message };
  return { code: "INTERNAL", message: "Something failed inside Atrium. Its log says what, under this request id." };
};

/** Where in the variables a value stands that a scalar refuses: the scalar itself cannot know. */
const placeOf = ({ message }: GraphQLError, cause: DomainError): ErrorDetails => {
  if (!message.startsWith("Variable ") || !message.endsWith(cause.message)) return {};
  const place = / at "([^"]+)"; (?:Expected type "\w+"\. )?$/.exec(message.slice(0, -cause.message.length))?.[1];
  return place === undefined ? {} : { field: place.replace(/\[(\d+)\]/g, ".$1") };
};

const rootOf = (error: GraphQLError): Error | undefined => {
  let cause: Error | undefined = error.originalError ?? undefined;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
};

const codeOf = (error: GraphQLError): ErrorCode => {
  const code = error.extensions.code;
  if (code === "QUERY_TOO_COMPLEX" || code === "PAYLOAD_TOO_LARGE") return code;
  // An error with a path arose while a field was answered; the others speak of the document or its variables.
  return error.path === undefined ? "BAD_USER_INPUT" : "INTERNAL";
};

const showValidation = (failure: ValidationError): Shown => {
  const path = ["input"];
  let current = failure;
  path.push(current.property);
  while (current.constraints === undefined && current.children?.[0] !== undefined) {
    current = current.children[0];
    path.push(current.property);
  }
  const reason = Object.values(current.constraints ?? {})[0] ?? "is not valid";
  return { code: "BAD_USER_INPUT", message: `\`${current.property}\` ${reason}.`, details: { field: path.join(".") } };
};
