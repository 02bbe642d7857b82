import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#src/platform/clock.js";
import type { Logger } from "#src/platform/logger.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { HealthState, probeProvider } from "./probe-provider.js";
import type { Provider } from "./provider.js";
import type { ProviderStates } from "./provider-states.js";

/** From one probe of a provider to the next, by whatever process. */
const everyMs = 10_000;
/** Pause between two looks whether a probe is due: it is made by the process that looks first. */
const lookMs = 1_000;

interface Deps {
  readonly states: ProviderStates;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Probes each provider every so often, from one process at a time: the claim of a probe puts off the next one, so a process
 * that dies is replaced when that is due.
 */
export class ProviderMonitor {
  readonly #probed: ReadonlyMap<string, Provider>;
  readonly #stopped = new AbortController();
  /** When the probes are due that follow the last ones of this process: it is there in time. */
  #dueAt = 0;
  #working: Promise<void> | undefined;

  /** Those that can be probed are. */
  constructor(
    providers: readonly Provider[],
    private readonly deps: Deps,
  ) {
    this.#probed = new Map(providers.flatMap((each) => (each.probe === undefined ? [] : [[each.name, each]])));
  }

  start(): void {
    if (this.#probed.size > 0) this.#working = runInScope(newScope("provider monitor"), () => this.#work());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#orLater(this.#look(signal));
      const waitMs = this.#dueAt - this.deps.clock.now().getTime();
      const pauseMs = waitMs > 0 ? Math.min(waitMs, lookMs) : lookMs;
      await sleep(pauseMs, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  async #orLater(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.#stopped.signal.aborted)
        this.deps.logger.warn({ err: error }, "a provider could not be probed; it will be");
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { states, clock } = this.deps;
    const names = await states.claimProbes([...this.#probed.keys()], everyMs);
    if (names.length > 0) this.#dueAt = clock.now().getTime() + everyMs;
    await Promise.all(names.map((name) => this.#orLater(this.#probe(name, signal))));
  }

  async #probe(name: string, signal: AbortSignal): Promise<void> {
    const { states, clock, logger } = this.deps;
    const provider = this.#probed.get(name);
    if (provider === undefined) return;
    const reading = await probeProvider(provider, { checkedAt: clock.now().getTime(), signal });
    const isNews = await states.alter(name, ({ circuit, health }) => {
      // A process that was held up comes late with what it saw.
      if (health !== null && health.checkedAt > reading.checkedAt)
        return { circuit, health, isNews: false, result: false };
      const isSame = health?.state === reading.state;
      const since = isSame ? health.since : reading.checkedAt;
      const isNews = !isSame || health.fault !== reading.fault;
      return { circuit, health: { ...reading, since }, isNews, result: isNews };
    });
    if (!isNews) return;
    const { state, fault, latency } = reading;
    logger[state === HealthState.UP ? "info" : "warn"](
      { provider: name, state, fault, latency },
      "a provider's health has changed",
    );
  }
}
