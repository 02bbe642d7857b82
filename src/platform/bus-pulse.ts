/** Every process says so often that it lives, and counts as silent after so long, in milliseconds. */
const beatMs = 2_000;
const silenceMs = 7_000;

/**
 * Tells whether what others publish arrives here. A process that hears its own pulse hears the others too; one that falls
 * silent may have died between a commit and the word of it. Both are gaps: whoever listens has to look again.
 */
export class Pulse {
  readonly #heard = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly self: string,
    private readonly onGap: () => void,
  ) {}

  /** True while this process hears the bus. */
  get connected(): boolean {
    return this.#isFresh(this.self);
  }

  start(beat: () => void): void {
    this.#timer = setInterval(() => {
      beat();
      this.#look();
    }, beatMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  hear(sender: string): void {
    const wasSilent = sender === this.self && !this.connected;
    // Told before anybody can see the connection as whole again.
    if (wasSilent) this.onGap();
    this.#heard.set(sender, performance.now());
  }

  /** The connection is known to be gone. */
  lose(): void {
    this.#heard.delete(this.self);
  }

  #look(): void {
    for (const sender of [...this.#heard.keys()]) {
      if (sender === this.self || this.#isFresh(sender)) continue;
      this.#heard.delete(sender);
      this.onGap();
    }
  }

  #isFresh(sender: string): boolean {
    return performance.now() - (this.#heard.get(sender) ?? Number.NEGATIVE_INFINITY) < silenceMs;
  }
}
