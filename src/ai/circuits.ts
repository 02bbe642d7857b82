import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Logger } from "#src/platform/logger.js";
import {
  admit,
  type Circuit,
  type CircuitCall,
  type CircuitSettings,
  CircuitState,
  close,
  fail,
  newCircuit,
  release,
  stateAt,
  succeed,
} from "./circuit-breaker.js";
import { ProviderError } from "./provider.js";
import type { ProviderStates } from "./provider-states.js";

/** What a call said of its provider; `released` when it said nothing. */
export type CallEnd = "succeeded" | "failed" | "released";

interface Deps {
  readonly states: ProviderStates;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As they are now: a change of them counts from the next call on. */
  readonly settings: () => CircuitSettings;
}

/** The circuits of all providers, each one over all processes: a call is admitted by what is committed then. */
export class Circuits {
  constructor(private readonly deps: Deps) {}

  get settings(): CircuitSettings {
    return this.deps.settings();
  }

  /** Lets a call to the provider through, or throws `circuit_open`. While all is well it is one read, shared by many. */
  async admit(provider: string): Promise<CircuitCall> {
    const { states, clock } = this.deps;
    const circuit = (await states.circuitOf(provider)) ?? newCircuit;
    const seen = admit(circuit, clock.now().getTime(), this.settings);
    // Only a probe takes something: its place, which others want as well.
    const admission =
      seen.circuit === circuit
        ? seen
        : await this.#change(provider, (current, now) => {
            const claimed = admit(current, now, this.settings);
            return { circuit: claimed.circuit, result: claimed };
          });
    if (admission.call !== undefined) return admission.call;
    throw new ProviderError(provider, "circuit_open", { retryAfterMs: admission.retryAfterMs });
  }

  /** What a call of each of these providers would meet now. */
  async statesOf(providers: readonly string[]): Promise<ReadonlyMap<string, CircuitState>> {
    const { states, clock } = this.deps;
    const known = await Promise.all(providers.map((provider) => states.circuitOf(provider)));
    const now = clock.now().getTime();
    return new Map(providers.map((name, index) => [name, stateAt(known[index] ?? newCircuit, now, this.settings)]));
  }

  /** Takes in how a call ended. What it was asked for is there, or has failed, whether or not this can be stored. */
  async end(provider: string, call: CircuitCall, end: CallEnd): Promise<void> {
    if (end !== "failed" && call.probe === null) return;
    try {
      await this.#change(provider, (circuit, now) => {
        if (end === "released") return { circuit: release(circuit, call), result: undefined };
        const { settings } = this;
        const after = end === "failed" ? fail(circuit, call, now, settings) : succeed(circuit, call, settings);
        return { circuit: after, result: undefined };
      });
    } catch (error) {
      this.deps.logger.warn({ err: error, provider }, "the end of a provider's call could not be stored");
    }
  }

  /** Closes the circuit as a part of a change, and gives its state before. */
  async reset(change: Change, provider: string): Promise<CircuitState> {
    const before = await this.deps.states.alterWithin(change, provider, ({ circuit, health }) => ({
      circuit: circuit === null ? null : close(circuit),
      health,
      isNews: circuit !== null && circuit.state !== CircuitState.CLOSED,
      state: stateAt(circuit ?? newCircuit, change.now.getTime(), this.settings),
    }));
    return before.state;
  }

  #change<T>(provider: string, work: (circuit: Circuit, now: number) => { circuit: Circuit; result: T }): Promise<T> {
    return this.deps.states
      .alter(provider, (known, now) => {
        const before = known.circuit ?? newCircuit;
        const { circuit, result } = work(before, now);
        const isNews = circuit.state !== before.state || circuit.openedAt !== before.openedAt;
        const stored = circuit === before ? known.circuit : circuit;
        return { circuit: stored, health: known.health, isNews, result: { result, circuit, isNews } };
      })
      .then(({ result, circuit, isNews }) => {
        if (isNews) this.#log(provider, circuit.state);
        return result;
      });
  }

  #log(provider: string, state: CircuitState): void {
    const level = state === CircuitState.OPEN ? "warn" : "info";
    this.deps.logger[level]({ provider, state }, "a provider's circuit has changed");
  }
}
