import { createHmac } from "node:crypto";
import type { Clock } from "./clock.js";
import { DomainError } from "./errors.js";
import type { Keys } from "./keys.js";
import type { LimitCounts } from "./limit-counts.js";
import { LimitLease } from "./limit-lease.js";
import type { LimitPolicy } from "./limit-policy.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";

/** What is left to a subject after it was counted. */
export interface Quota {
  readonly policy: LimitPolicy;
  readonly remaining: number;
  /** When its window ends, in milliseconds since 1970. */
  readonly resetAt: number;
}

interface Deps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where most is counted: Redis where there is one. */
  readonly counts: LimitCounts;
  /** Where strict policies are counted: Postgres, which they would be nothing without. */
  readonly strictCounts: LimitCounts;
}

/** Leases that nobody used for so long are given back, looked at so often; in milliseconds. */
const idleMs = 60_000;
/** Most subjects of one policy that a process remembers; more are asked for anew. */
const maxLeases = 50_000;
/** Counts stay in their store for so many windows: nobody's clock is further off than that. */
const keptWindows = 2;

/**
 * Limits that hold over all processes together: never more than the limit is admitted in a window, whoever counts. Windows
 * are numbered by the clock, each subject's shifted by its own part of one, so that not all begin anew at once.
 */
export class Limits {
  readonly #leases = new Map<LimitPolicy, Map<string, LimitLease>>();
  readonly #taken = new WeakMap<Quota, { lease: LimitLease; points: number }>();
  readonly #key: Buffer;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: Deps) {
    this.#key = deps.keys.derive("limit-subjects");
  }

  /**
   * Counts points of a subject. A promise only where the shared count has to be asked; nothing where there is no limit.
   * Throws RATE_LIMITED, and then nothing was counted.
   */
  take(policy: LimitPolicy, subject: string, points = 1): Quota | undefined | Promise<Quota | undefined> {
    if (policy.limit === 0) return undefined;
    const now = this.deps.clock.now().getTime();
    const lease = this.#leaseOf(policy, subject, now);
    const admitted = lease.take(points, now);
    if (admitted === true) return this.#quotaOf(policy, lease, points);
    if (admitted === false) throw this.#refusal(policy, lease, now);
    return admitted.then((isAdmitted) => {
      if (!isAdmitted) throw this.#refusal(policy, lease, now);
      return this.#quotaOf(policy, lease, points);
    });
  }

  /** Gives back what was taken, while its window lasts. */
  async giveBack(quota: Quota | undefined): Promise<void> {
    const taken = quota && this.#taken.get(quota);
    if (quota === undefined || taken === undefined) return;
    this.#taken.delete(quota);
    if (taken.lease.covers(this.deps.clock.now().getTime())) await taken.lease.giveBack(taken.points);
  }

  /** Counts something without a limit, in Postgres; lost while that is away. */
  async tally(name: string, subject: string, lifeSeconds: number): Promise<void> {
    await this.deps.strictCounts.add(this.#tallyKey(name, subject), 1, lifeSeconds);
  }

  /** What was counted so, as far as it can be read; `clear` begins anew. */
  async tallied(name: string, subject: string, { clear }: { clear: boolean }): Promise<number> {
    const key = this.#tallyKey(name, subject);
    const count = (await this.deps.strictCounts.read(key)) ?? 0;
    if (clear && count > 0) await this.deps.strictCounts.clear(key);
    return count;
  }

  /** A name for a subject that does not tell who it is, the same everywhere in this installation. */
  pseudonym(...parts: readonly string[]): string {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest("base64url").slice(0, 32);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweep();
    }, idleMs).unref();
  }

  /** Gives everything back, so that the other processes have it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
    const now = this.deps.clock.now().getTime();
    const leases = [...this.#leases.values()].flatMap((ofPolicy) => [...ofPolicy.values()]);
    await Promise.all(leases.filter((lease) => lease.covers(now)).map((lease) => lease.release()));
    await Promise.all([this.deps.counts.close(), this.deps.strictCounts.close()]);
  }

  #leaseOf(policy: LimitPolicy, subject: string, now: number): LimitLease {
    let leases = this.#leases.get(policy);
    if (leases === undefined) {
      leases = new Map();
      this.#leases.set(policy, leases);
    }
    const known = leases.get(subject);
    if (known?.covers(now)) return known;
    const made = this.#makeLease(policy, subject, now);
    leases.delete(subject);
    leases.set(subject, made);
    if (leases.size > maxLeases) {
      const [oldest] = leases;
      if (oldest !== undefined) {
        leases.delete(oldest[0]);
        void oldest[1].release();
      }
    }
    return made;
  }

  #tallyKey(name: string, subject: string): string {
    return `${name}:${this.pseudonym(name, subject)}`;
  }

  #makeLease(policy: LimitPolicy, subject: string, now: number): LimitLease {
    const { name, windowMs, strict } = policy;
    const alias = this.pseudonym(name, subject);
    const shift = Buffer.from(alias, "base64url").readUInt32BE() % windowMs;
    const number = Math.floor((now + shift) / windowMs);
    const key = `${name}:${alias}:${number}`;
    const lifeSeconds = Math.ceil((keptWindows * windowMs) / 1000);
    const counts = strict ? this.deps.strictCounts : this.deps.counts;
    return new LimitLease({
      policy,
      startsAt: number * windowMs - shift,
      endsAt: (number + 1) * windowMs - shift,
      add: (points) => counts.add(key, points, lifeSeconds),
      uncountable,
    });
  }

  #quotaOf(policy: LimitPolicy, lease: LimitLease, points: number): Quota {
    const quota = { policy, remaining: lease.remaining, resetAt: lease.endsAt };
    if (policy.strict) this.#taken.set(quota, { lease, points });
    return quota;
  }

  #refusal({ name, limit, counted }: LimitPolicy, { remaining, endsAt }: LimitLease, now: number): DomainError {
    this.deps.metrics.rateLimited.inc({ policy: name });
    const retryAfter = Math.max(1, Math.ceil((endsAt - now) / 1000));
    return new DomainError(
      "RATE_LIMITED",
      `${limit} ${counted} are allowed, and ${remaining} are left: try again in ${retryAfter} seconds.`,
      { policy: name, limit, remaining, resetAt: new Date(endsAt).toISOString(), retryAfter },
      { transient: true },
    );
  }

  async #sweep(): Promise<void> {
    const now = this.deps.clock.now().getTime();
    const released: Promise<void>[] = [];
    for (const leases of this.#leases.values()) {
      for (const [subject, lease] of leases) {
        if (lease.covers(now) && now - lease.usedAt < idleMs) continue;
        leases.delete(subject);
        if (lease.covers(now)) released.push(lease.release());
      }
    }
    await Promise.all([...released, this.deps.counts.sweep(), this.deps.strictCounts.sweep()]).catch((error: unknown) =>
      this.deps.logger.warn({ err: error }, "the sweep for ended rate limits failed and will be repeated"),
    );
  }
}

const uncountable = () =>
  new DomainError(
    "RATE_LIMITED",
    "Attempts cannot be counted at the moment, and are not let through uncounted: try again in some seconds.",
    { remaining: 0, retryAfter: 5 },
    { transient: true },
  );
