import { type Actor, noWorkspace } from "#src/platform/actor.js";
import { AuditOutcome } from "#src/platform/audit-entry.js";
import type { Database } from "#src/platform/database.js";
import type { Denial, ErrorCode } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { runOutsideScope } from "#src/platform/scope.js";

/** Repetitions of a denial within this time are one more entry that counts them, in milliseconds. */
const windowMs = 30_000;
/** Entries that one workspace gets in a window at most; what comes on top is counted in one entry. */
const mostPerWindow = 100;

/** What was refused, to whom. */
export interface Refusal {
  /** Nobody, before a sign-in. */
  readonly caller: Actor | undefined;
  readonly requestId: string;
  /** The root field, such as `updateQuote`. */
  readonly action: string;
  readonly code: ErrorCode;
  readonly denial: Denial;
}

interface Window {
  /** Refusals that have been seen, and how many of them came again. */
  readonly seen: Map<string, { readonly refusal: Refusal; repeats: number }>;
  /** Refusals beyond what the window takes. */
  beyond: number;
}

/**
 * Denials in the audit log. The first of its kind, told apart by who, what and on whose account, is stored before the answer
 * leaves. A flood costs at most one statement for each kind, and a bounded number for each workspace: the rest is counted.
 */
export class DenialLog {
  /** By the workspace that is concerned. */
  readonly #windows = new Map<string, Window>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.#turn(), windowMs).unref();
  }

  /** Stores what was only counted so far. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn();
  }

  async record(refusal: Refusal): Promise<void> {
    const name = windowOf(refusal);
    const window = this.#windows.get(name) ?? { seen: new Map(), beyond: 0 };
    this.#windows.set(name, window);
    const key = keyOf(refusal);
    const known = window.seen.get(key);
    if (known !== undefined) known.repeats += 1;
    else if (window.seen.size >= mostPerWindow) window.beyond += 1;
    else {
      window.seen.set(key, { refusal, repeats: 0 });
      await this.#store(workspaceOf(refusal), refusal, null);
    }
  }

  async #turn(): Promise<void> {
    const windows = [...this.#windows];
    this.#windows.clear();
    for (const [workspaceId, { seen, beyond }] of windows) {
      for (const { refusal, repeats } of seen.values())
        if (repeats > 0) await this.#store(workspaceOf(refusal), refusal, { times: repeats });
      const [last] = [...seen.values()].slice(-1);
      if (beyond === 0 || last === undefined) continue;
      const counted = { ...last.refusal, caller: undefined, action: "denials.counted", denial: {} };
      await this.#store(workspaceId, counted, { times: beyond });
    }
  }

  /** Never fails: the answer has to leave, whatever becomes of the entry. */
  async #store(workspaceId: string, refusal: Refusal, after: { times: number } | null): Promise<void> {
    const { caller, requestId, action, code, denial } = refusal;
    const actor: Actor = {
      workspaceId,
      userId: caller?.userId ?? "",
      permissions: new Set(),
      requestId,
      isSystem: true,
      ...(caller?.credential === undefined ? {} : { credential: caller.credential }),
    };
    const subject = denial.account === undefined ? null : { id: denial.account.userId };
    const states = { before: null, after, outcome: AuditOutcome.DENIED, code };
    try {
      // Apart from the operation, whose own transaction may be taken back.
      await runOutsideScope(() => this.database.write(actor, async (change) => change.audit(action, subject, states)));
    } catch (error) {
      this.logger.error({ err: error, requestId, action, code }, "a denial could not be stored in the audit log");
    }
  }
}

/** Where a denial belongs: to the workspace of who asked, or of the account it was tried on, or to the installation. */
const workspaceOf = ({ caller, denial }: Refusal): string =>
  caller?.workspaceId ?? denial.account?.workspaceId ?? noWorkspace;

/** Sign-ins share one window, so that the time of an answer does not tell whether there is such an account. */
const windowOf = (refusal: Refusal): string =>
  refusal.denial.attempt === undefined ? workspaceOf(refusal) : noWorkspace;

const keyOf = ({ caller, action, code, denial }: Refusal): string =>
  JSON.stringify([caller?.userId, caller?.credential?.id, action, code, denial.account?.userId, denial.attempt]);
