/**
 * The closed list of codes that a client can meet in `extensions.code`.
 * Each has its meaning in docs/errors.md.
 */
export const errorCodes = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "BAD_USER_INPUT",
  "NOT_FOUND",
  "CONFLICT",
  "RATE_LIMITED",
  "BUDGET_EXCEEDED",
  "PROVIDER_UNAVAILABLE",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "QUERY_TOO_COMPLEX",
  "TIMEOUT",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What a program needs beside the message. Only these ever leave the server. */
export interface ErrorDetails {
  /** Path of the offending value in the input, such as `input.email`. */
  field?: string;
  /** Name of the rate limit that was reached. */
  policy?: string;
  limit?: number;
  /** What an operation costs at most, in fields. */
  cost?: number;
  remaining?: number;
  /** ISO 8601 time. */
  resetAt?: string;
  /** Seconds until a retry makes sense. */
  retryAfter?: number;
  /** Of a thing that has been changed since it was read: the revision that it has now. */
  revision?: number;
  /** What can prove who signs in, beside the password that was right. */
  secondFactor?: readonly string[];
  /** True when the same would be done after `reauthenticate`, or a new sign-in. */
  reauthenticate?: true;
}

/** What the audit log is to know of an error that is a denial; it never leaves the server. */
export interface Denial {
  /** Whose account it was tried on, when there is one. */
  readonly account?: { readonly userId: string; readonly workspaceId: string } | undefined;
  /** What tells one repeated attempt from another, such as the address that was tried; it is not stored. */
  readonly attempt?: string;
}

interface DomainErrorOptions extends ErrorOptions {
  /** True when the same call may succeed later: a job that meets it is tried again. */
  transient?: boolean;
  /** Makes it a denial in the audit log; FORBIDDEN is always one. */
  denial?: Denial;
}

/**
 * An error that a caller is meant to read: its message says what is wrong, with which value, and what would be right.
 * Every other error is shown as `INTERNAL` with nothing but the request id.
 */
export class DomainError extends Error {
  readonly transient: boolean;
  readonly denial: Denial | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options: DomainErrorOptions = {},
  ) {
    super(message, options);
    this.name = "DomainError";
    this.transient = options.transient ?? false;
    this.denial = options.denial ?? (code === "FORBIDDEN" ? {} : undefined);
  }
}

export const badInput = (message: string, field?: string) =>
  new DomainError("BAD_USER_INPUT", message, field === undefined ? {} : { field });

export const notFound = (noun: string, id: string) =>
  new DomainError("NOT_FOUND", `There is no ${noun} with the id ${JSON.stringify(id)} that you may see.`);

export const unauthenticated = (
  message = "Sign in first: send `Authorization: Bearer <access token>`.",
  denial?: Denial,
) => new DomainError("UNAUTHENTICATED", message, {}, denial === undefined ? {} : { denial });

/** A setting of the operator that is missing or wrong. Stops the process with one sentence and exit code 1. */
export class SettingError extends Error {
  constructor(
    /** Name of the environment variable to look at, such as `DATABASE_URL`. */
    readonly setting: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "SettingError";
  }
}
