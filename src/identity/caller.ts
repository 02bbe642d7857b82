import type { Actor } from "#src/platform/actor.js";
import type { Role } from "./membership.js";

/** The actor of a request that came with a valid access token. */
export interface Caller extends Actor {
  readonly sessionId: string;
  readonly role: Role;
}

/** What is known of a request before anybody has signed in. */
export interface Origin {
  readonly requestId: string;
  readonly userAgent: string | undefined;
  /** IP address of the client, past the proxies that are trusted. */
  readonly address: string;
}
