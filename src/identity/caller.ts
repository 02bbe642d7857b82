import type { Actor, Credential } from "#src/platform/actor.js";
import type { Role } from "./membership.js";

/** A credential whose end can be heard of. */
export interface LiveCredential extends Credential {
  /** Which of an API key's secrets was used; 0 for a session. */
  readonly version: number;
  /** Woken when the credential may have ended. */
  readonly topic: string;
}

/** The actor of a request that came with a valid access token or API key. */
export interface Caller extends Actor {
  readonly credential: LiveCredential;
  readonly role: Role;
  /** Runs the installation: has `system:…` permissions, and acts from ATRIUM_ADMIN_IPS alone. */
  readonly isOperator: boolean;
}

/** A caller as known from one request to the next. */
export type KnownCaller = Omit<Caller, "requestId">;

/** What is known of a request before anybody has signed in. */
export interface Origin {
  readonly requestId: string;
  readonly userAgent: string | undefined;
}
