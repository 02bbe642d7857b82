import type { GraphQLFormattedError } from "graphql";
import type { ErrorDetails } from "#src/platform/errors.js";
import type { LimitPolicy } from "#src/platform/limit-policy.js";
import type { Quota } from "#src/platform/limits.js";

const policyFields = new WeakMap<LimitPolicy, string>();

/** The policy as a structured field, which stays the same. Its quota counts root fields, of which most requests have one. */
const policyField = (policy: LimitPolicy): string => {
  const known = policyFields.get(policy);
  if (known !== undefined) return known;
  const made = `"${policy.name}";q=${policy.limit};w=${Math.round(policy.windowMs / 1000)}`;
  policyFields.set(policy, made);
  return made;
};

/** What an answer says of the limit that its operation was counted against (draft-ietf-httpapi-ratelimit-headers-10). */
export const rateLimitHeaders = (quota: Quota | undefined, now: number): Readonly<Record<string, string>> => {
  if (quota === undefined) return {};
  const { policy, remaining, resetAt } = quota;
  const seconds = Math.max(0, Math.ceil((resetAt - now) / 1000));
  return { "ratelimit-policy": policyField(policy), ratelimit: `"${policy.name}";r=${remaining};t=${seconds}` };
};

/** The same of an answer that says no more than that a limit was reached; nothing for any other. Its status is 429. */
export const refusalHeaders = (
  errors: readonly GraphQLFormattedError[] | undefined,
): Readonly<Record<string, string>> | undefined => {
  if (errors?.length !== 1 || errors[0]?.extensions?.code !== "RATE_LIMITED") return undefined;
  const { policy, limit, remaining = 0, retryAfter = 1 } = errors[0].extensions as ErrorDetails;
  const retry = { "retry-after": String(retryAfter) };
  if (policy === undefined) return retry;
  return {
    ...retry,
    "ratelimit-policy": `"${policy}";q=${limit}`,
    ratelimit: `"${policy}";r=${remaining};t=${retryAfter}`,
  };
};

/** What an answer without headers says of it, in its extensions. */
export const rateLimitExtension = (quota: Quota | undefined) =>
  quota === undefined
    ? {}
    : {
        rateLimit: {
          policy: quota.policy.name,
          limit: quota.policy.limit,
          remaining: quota.remaining,
          resetAt: new Date(quota.resetAt).toISOString(),
        },
      };
