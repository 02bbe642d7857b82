import type { Actor } from "#src/platform/actor.js";
import type { Role } from "./membership.js";

/** The actor of a request that came with a valid access token. */
export interface Caller extends Actor {
  readonly sessionId: string;
  readonly role: Role;
  /** Runs the installation: has `system:…` permissions, and acts from ATRIUM_ADMIN_IPS alone. */
  readonly isOperator: boolean;
}

/** What is known of a request before anybody has signed in. */
export interface Origin {
  readonly requestId: string;
  readonly userAgent: string | undefined;
}

/** The actor of somebody who has shown a mailed secret instead of a session. */
export const personActor = (person: { userId: string; workspaceId: string }, { requestId }: Origin): Actor => ({
  userId: person.userId,
  workspaceId: person.workspaceId,
  permissions: new Set(),
  requestId,
});
