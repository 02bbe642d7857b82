import { DomainError, unauthenticated } from "#src/platform/errors.js";

/** What an issuer can say instead of a code (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2.6). */
const refusals: ReadonlySet<string> = new Set([
  "access_denied",
  "account_selection_required",
  "consent_required",
  "interaction_required",
  "login_required",
]);

/** Words of the client library for answers that came, but are not what this journey may end with. */
const mismatches: ReadonlySet<string> = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_INVALID_REQUEST",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);

interface Failure {
  readonly code?: string;
  /** The issuer's own code, when it sent one. */
  readonly error?: string;
}

/** Why a journey to an issuer failed, in words for the person. What the issuer wrote stays here, but for closed codes. */
export const toSignInError = (cause: unknown, label: string): DomainError => {
  const { code = "", error = "" } = cause as Failure;
  if (code === "OAUTH_AUTHORIZATION_RESPONSE_ERROR" && refusals.has(error))
    return unauthenticated(`${label} did not sign you in: ${error}. Start again.`);
  if (code === "OAUTH_RESPONSE_BODY_ERROR" && error === "invalid_grant")
    return unauthenticated(`${label} does not accept this code, or not any more. Start again.`);
  if (mismatches.has(code))
    return unauthenticated(`What came back from ${label} does not belong to this sign-in. Start again.`);
  return issuerUnavailable(cause, label);
};

export const issuerUnavailable = (cause: unknown, label: string): DomainError =>
  new DomainError(
    "PROVIDER_UNAVAILABLE",
    `${label} cannot sign anybody in at this moment. Try again later, or sign in another way.`,
    {},
    { cause, transient: true },
  );

/** What the log may know of a failure: codes, and nothing that anybody wrote. */
export const failureCodes = (cause: unknown): { reason: string; issuerError?: string } => {
  const { code, error } = cause as Failure;
  return {
    reason: code ?? (cause as Error).name,
    ...(typeof error === "string" && /^[a-z_]{1,50}$/.test(error) ? { issuerError: error } : {}),
  };
};
