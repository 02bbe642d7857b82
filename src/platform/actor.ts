/** What a request, or background work, proves with on whose behalf it comes. */
export interface Credential {
  readonly kind: "SESSION" | "API_KEY" | "JOB";
  /** Of the session, the API key or the job. */
  readonly id: string;
}

/** On whose behalf something happens: given to every service method, never looked up inside one. */
export interface Actor {
  readonly workspaceId: string;
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
  /** Ties log lines, jobs and errors of one request together. */
  readonly requestId: string;
  /**
   * Set where there is nobody yet on whose behalf something happens, such as at a sign-up: its transaction is the system's
   * own, and the wall in Postgres does not stand around it.
   */
  readonly isSystem?: true;
  /** Left out before anybody has signed in. */
  readonly credential?: Credential;
}

/** In place of a workspace, for work of the installation itself. No id, so nobody's workspace holds such rows. */
export const noWorkspace = "system";

/** The actor of a background job: it may do what it was asked for, in the workspace that asked. */
export const jobActor = (job: { id: string; workspaceId: string; createdById: string; requestId: string }): Actor => ({
  credential: { kind: "JOB", id: job.id },
  workspaceId: job.workspaceId,
  userId: job.createdById,
  permissions: new Set(),
  requestId: job.requestId,
});
