import { Context } from "#resolvers/context.js";
import type { App } from "#src/app.js";
import { isApiKey, parseApiKey } from "#src/identity/api-key-text.js";
import type { Caller } from "#src/identity/caller.js";
import { DomainError, unauthenticated } from "#src/platform/errors.js";
import { networkOf } from "#src/platform/network.js";

export interface Credentials {
  authorization: string | undefined;
  workspaceId: string | undefined;
  userAgent: string | undefined;
  /** IP address of the client, past the proxies that are trusted. */
  address: string;
}

type Headers = Readonly<Record<string, unknown>>;

interface Request {
  readonly headers: Headers;
  readonly ip: string;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Reads credentials from HTTP headers, or from the same names in the payload that opens a WebSocket. */
export const credentialsOf = ({ headers, ip }: Request, opening: Headers = {}): Credentials => {
  const lowered = Object.fromEntries(Object.entries(opening).map(([name, value]) => [name.toLowerCase(), value]));
  const given = (name: string) => text(lowered[name]) ?? text(headers[name]);
  return {
    authorization: given("authorization"),
    workspaceId: given("x-workspace-id"),
    userAgent: text(headers["user-agent"]),
    address: ip,
  };
};

/**
 * The context of one operation. A token that is given but not valid is refused, even where none would be needed, and counts
 * against the network that it came from.
 */
export const createContext = async (app: App, credentials: Credentials, requestId: string): Promise<Context> => {
  try {
    return await authenticate(app, credentials, requestId);
  } catch (error) {
    if (error instanceof DomainError) await app.limits.take(app.limitPolicies.stranger, networkOf(credentials.address));
    throw error;
  }
};

const authenticate = async (app: App, credentials: Credentials, requestId: string): Promise<Context> => {
  const { authorization, workspaceId, userAgent, address } = credentials;
  const origin = { requestId, userAgent, address };
  // A form that has not been filled in yet sends the scheme alone.
  if (authorization === undefined || /^Bearer\s*$/i.test(authorization)) return new Context(app, origin, undefined);
  const token = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw unauthenticated("The Authorization header must read `Bearer <access token or API key>`.");
  const caller = await app.authentication.authenticate(token, workspaceId, requestId);
  if (caller !== undefined) {
    refuseAddress(app, caller, address);
    return new Context(app, origin, caller);
  }
  const elsewhere =
    workspaceId === undefined ? undefined : await app.authentication.authenticate(token, undefined, requestId);
  if (elsewhere !== undefined)
    throw refused("You are not a member of the workspace that X-Workspace-Id names.", elsewhere);
  if (isApiKey(token)) {
    throw unauthenticated(
      parseApiKey(token) === undefined
        ? "The API key is mistyped or cut off: its checksum does not fit."
        : "The API key is not valid: it has ended, was rotated or revoked, or its maker has left.",
    );
  }
  throw unauthenticated("The access token is not valid or has ended: refresh it with `refreshSession`, or sign in.");
};

/** Operators act from where the settings allow it, so that a stolen token of theirs is worth nothing elsewhere. */
const refuseAddress = ({ config }: App, caller: Caller, address: string): void => {
  if (caller.isOperator && !config.http.adminAddresses.includes(address)) {
    throw refused(`Operators may not act from ${address}: ATRIUM_ADMIN_IPS does not name it.`, caller);
  }
};

/** A denial that belongs to the log of the caller's own workspace. */
const refused = (message: string, { userId, workspaceId }: Caller) =>
  new DomainError("FORBIDDEN", message, {}, { denial: { account: { userId, workspaceId } } });
