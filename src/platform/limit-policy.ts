import type { NetworkLimit } from "./field-bounds.js";

/** How much of something is allowed within a window that begins anew for each subject at its own time. */
export interface LimitPolicy {
  /** In headers, errors and metrics. */
  readonly name: string;
  /** Points of one window; 0 for no limit. */
  readonly limit: number;
  readonly windowMs: number;
  /** What is counted, as it follows a number in a message. */
  readonly counted: string;
  /** True for what guards accounts: counted in Postgres, always at once, and refused while it cannot be counted. */
  readonly strict: boolean;
}

export interface LimitSettings {
  readonly perUser: number;
  readonly perStranger: number;
  readonly signIn: number;
  readonly signUp: number;
  readonly mail: number;
}

/** The limits of operations, and of what single fields do beyond that. */
export type LimitPolicies = ReturnType<typeof limitPolicies>;

const hourMs = 60 * 60_000;

const hourly = (name: string, limit: number, counted: string): LimitPolicy => ({
  name,
  limit,
  windowMs: hourMs,
  counted: `${counted} an hour`,
  strict: false,
});

/** The same for what guards accounts. */
export const strictly = (name: string, limit: number, counted: string, hours = 1): LimitPolicy => ({
  name,
  limit,
  windowMs: hours * hourMs,
  counted: `${counted} ${hours === 1 ? "an hour" : `in ${hours} hours`}`,
  strict: true,
});

/** Limits up to this are never leased in blocks: each point is asked for, and the last one is given to the right one. */
const exactUpTo = 1_000;
const largestBlock = 500;

/** How many points a process asks for at once when `remaining` are left: 1 % of them, so that little lies idle. */
export const blockSize = ({ limit, strict }: LimitPolicy, remaining: number): number =>
  strict || limit <= exactUpTo ? 0 : Math.min(largestBlock, Math.max(1, Math.floor(remaining / 100)));

export const limitPolicies = ({ perUser, perStranger, signIn, signUp, mail }: LimitSettings) => ({
  user: hourly("user", perUser, "root fields"),
  stranger: hourly("anonymous", perStranger, "root fields without signing in"),
  /** Of one network, by the name that fields declare with `@LimitedBy`. */
  network: {
    "sign-up": strictly("sign-up", signUp, "new accounts"),
    "sign-in-start": strictly("sign-in-start", 10 * signIn, "sign-ins begun"),
    mail: strictly("mail", 10 * mail, "mails"),
  } satisfies Record<NetworkLimit, LimitPolicy>,
  /** Of one account, for whoever sends mails that somebody else asks for. */
  mailbox: strictly("mailbox", mail, "mails to one address"),
});
