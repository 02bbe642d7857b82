import { ProviderError, type ProviderFault } from "#src/ai/provider.js";
import type { Wire } from "./wire.js";

/**
 * The contract's fault for whatever a vendor's client threw.
 * @param begun true when a part of the answer had come: a connection that breaks then has cut it.
 */
export function toProviderError(provider: string, cause: unknown, wire: Wire, begun: boolean): ProviderError {
  if (cause instanceof ProviderError) return cause;
  if (wire.refusal) {
    const { status, retryAfterMs } = wire.refusal;
    return new ProviderError(provider, faultOfStatus(status), { cause, retryAfterMs, status });
  }
  // The clients check a request before they send it: what they refuse themselves can never succeed.
  if (!wire.sent) return new ProviderError(provider, "rejected", { cause });
  const chain = [...causes(cause)];
  const told = chain.map(faultToldInStream).find(Boolean);
  const broken = chain.map((error) => faultOfConnection(error, wire.answered)).find(Boolean);
  const fault =
    told ?? (broken === "unavailable" && begun ? "cut" : broken) ?? (wire.answered ? "invalid_answer" : "unavailable");
  return new ProviderError(provider, fault, { cause });
}

/** What an HTTP status that is not a success says. */
export function faultOfStatus(status: number): ProviderFault {
  if (status === 401 || status === 403) return "credentials";
  if (status === 429 || status === 529) return "rate_limited";
  if (status >= 500) return "unavailable";
  return status >= 400 ? "rejected" : "invalid_answer";
}

const toldFaults: readonly (readonly [RegExp, ProviderFault])[] = [
  [/overloaded|rate_?limit/i, "rate_limited"],
  [/authentication|permission|api_key/i, "credentials"],
  [/timeout/i, "timeout"],
  [/invalid_request|bad_?request|not_found|too_large|context_length/i, "rejected"],
];

/** Once an answer streams, its status is 200 and an error comes as an event: named by a type, or a code like a status. */
function faultToldInStream(error: object): ProviderFault | undefined {
  if (!("error" in error) || typeof error.error !== "object" || error.error === null) return undefined;
  const body = "error" in error.error && isRecord(error.error.error) ? error.error.error : error.error;
  const { code, type } = body as { code?: unknown; type?: unknown };
  if (typeof code === "number" && code >= 400) return faultOfStatus(code);
  return toldFaults.find(([pattern]) => pattern.test(`${type} ${code}`))?.[1] ?? "unavailable";
}

/** By the names and codes of Node and its fetch. */
function faultOfConnection({ name, code }: { name?: unknown; code?: unknown }, answered: boolean) {
  // Inside a body, the same error means that the connection ended before the body did.
  if (name === "HTTPParserError") return answered ? "unavailable" : "invalid_answer";
  if (typeof code !== "string") return undefined;
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) return "timeout";
  return /^(UND_ERR_|E[A-Z]{3})/.test(code) ? "unavailable" : undefined;
}

function* causes(error: unknown): Generator<object> {
  for (let current = error; isRecord(current); current = current.cause) yield current;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
