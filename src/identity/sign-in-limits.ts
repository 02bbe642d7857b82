import { type LimitPolicy, strictly } from "#src/platform/limit-policy.js";
import type { Limits, Quota } from "#src/platform/limits.js";
import { networkOf } from "#src/platform/network.js";

/** Times ATRIUM_SIGN_IN_LIMIT: what one network may get wrong over all accounts, so that spraying passwords ends soon. */
const networkFactor = 10;
/** Times the same: what networks that an account does not know may get wrong together, in an hour and in a day. */
const strangersFactor = { hour: 2, day: 5 };

const unbounded = 2 ** 31 - 1;

/** How long failures are remembered for whom they concern, in seconds. */
const failuresSeconds = 90 * 24 * 60 * 60;

/** The name under which a network is remembered: it does not tell the address. */
export const networkName = (limits: Pick<Limits, "pseudonym">, address: string): string =>
  limits.pseudonym("network", networkOf(address));

/**
 * Bounds guesses at passwords so that they cannot be used to lock an owner out. What a stranger does counts for the network
 * that it comes from, and for all networks together that the account has not been entered from before. A network from which
 * it has been is bounded by its own attempts alone. All is counted by the address that was typed, whether there is such an
 * account or not, before the password is looked at, and outside the operation's transaction.
 */
export class SignInLimits {
  readonly #ofAccountAndNetwork: LimitPolicy;
  readonly #ofNetwork: LimitPolicy;
  readonly #ofStrangers: readonly LimitPolicy[];
  /** Nobody is refused by these: counted so that a network that is known takes as long as one that is not. */
  readonly #ofKnown: readonly LimitPolicy[];

  constructor(
    private readonly limits: Limits,
    perHour: number,
  ) {
    this.#ofAccountAndNetwork = strictly("sign-in", perHour, "attempts to sign in to one account");
    this.#ofNetwork = strictly("sign-in-network", networkFactor * perHour, "failed attempts to sign in");
    const counted = "failed attempts from networks that have not signed in to the account before";
    this.#ofStrangers = [
      strictly("sign-in-account", strangersFactor.hour * perHour, counted),
      strictly("sign-in-account-day", strangersFactor.day * perHour, counted, 24),
    ];
    this.#ofKnown = this.#ofStrangers.map((policy) => ({ ...policy, name: `${policy.name}-known`, limit: unbounded }));
  }

  /** Counts an attempt. Throws RATE_LIMITED. */
  async begin(email: string, address: string): Promise<SignInAttempt> {
    const attempt = new SignInAttempt(this.limits, email, networkName(this.limits, address), {
      strangers: this.#ofStrangers,
      known: this.#ofKnown,
    });
    await this.limits.take(this.#ofAccountAndNetwork, `${email} ${attempt.network}`);
    await attempt.count([this.#ofNetwork], attempt.network);
    return attempt;
  }
}

/** One attempt to sign in, under way. */
export class SignInAttempt {
  readonly #refundable: (Quota | undefined)[] = [];

  constructor(
    private readonly limits: Limits,
    private readonly email: string,
    /** To be compared with the networks of the account's sessions. */
    readonly network: string,
    private readonly policies: { readonly strangers: readonly LimitPolicy[]; readonly known: readonly LimitPolicy[] },
  ) {}

  /** Counts it for the account, by whether somebody has signed in to it from this network before. Throws RATE_LIMITED. */
  from(isKnownNetwork: boolean): Promise<void> {
    const { strangers, known } = this.policies;
    return isKnownNetwork ? this.count(known, this.email) : this.count(strangers, this.email);
  }

  async failed(): Promise<void> {
    await this.limits.tally("failed-sign-ins", this.email, failuresSeconds);
  }

  /** Only failures stay counted. Returns how many there have been since the last success. */
  async succeeded(isRehearsal: boolean): Promise<number> {
    await Promise.all(this.#refundable.map((quota) => this.limits.giveBack(quota)));
    return this.limits.tallied("failed-sign-ins", this.email, { clear: !isRehearsal });
  }

  async count(policies: readonly LimitPolicy[], subject: string): Promise<void> {
    const taken: (Quota | undefined)[] = [];
    try {
      // One after the other: what the hour refuses must not use up the day.
      for (const policy of policies) taken.push(await this.limits.take(policy, subject));
    } catch (error) {
      await Promise.all(taken.map((quota) => this.limits.giveBack(quota)));
      throw error;
    }
    this.#refundable.push(...taken);
  }
}
