import type { Clock } from "#src/platform/clock.js";

/** Limits are counted in windows of a minute: what was said longer ago says nothing about now. */
const windowMs = 60_000;

/** What is left of a limit, and the limit: OpenAI's and Azure's, then Anthropic's. */
const limits: readonly (readonly [left: string, limit: string])[] = [
  ...["requests", "tokens"].map((of) => [`x-ratelimit-remaining-${of}`, `x-ratelimit-limit-${of}`] as const),
  ...["requests", "tokens", "input-tokens", "output-tokens"].map(
    (of) => [`anthropic-ratelimit-${of}-remaining`, `anthropic-ratelimit-${of}-limit`] as const,
  ),
];

/** What is left of a vendor's rate limit, as its answers tell it. */
export class Headroom {
  #share = 0;
  #saidUntil = 0;
  #pausedUntil = 0;

  constructor(private readonly clock: Clock) {}

  /** 0 to 1, the least of all limits; null when none was told of late. */
  share(): number | null {
    const now = this.clock.now().getTime();
    if (now < this.#pausedUntil) return 0;
    return now < this.#saidUntil ? this.#share : null;
  }

  note(status: number, headers: Headers, retryAfterMs: number | undefined): void {
    const now = this.clock.now().getTime();
    if (status === 429) {
      this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? windowMs));
      this.#saidUntil = 0;
      return;
    }
    const shares = limits.flatMap(([left, limit]) => shareOf(headers.get(left), headers.get(limit)) ?? []);
    if (shares.length === 0) return;
    this.#share = Math.min(...shares);
    this.#saidUntil = now + windowMs;
  }
}

const shareOf = (left: string | null, limit: string | null): number | undefined => {
  if (!left || !limit) return undefined;
  const share = Number(left) / Number(limit);
  return share >= 0 && Number(limit) > 0 ? Math.min(1, share) : undefined;
};
