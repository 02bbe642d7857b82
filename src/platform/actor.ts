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
}

/** The actor of a background job: it may do what it was asked for, in the workspace that asked. */
export const jobActor = (job: { workspaceId: string; createdById: string; requestId: string }): Actor => ({
  workspaceId: job.workspaceId,
  userId: job.createdById,
  permissions: new Set(),
  requestId: job.requestId,
});
