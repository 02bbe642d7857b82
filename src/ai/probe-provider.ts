import { type Provider, ProviderError, type UpstreamFault } from "./provider.js";

export enum HealthState {
  UP = "UP",
  DEGRADED = "DEGRADED",
  DOWN = "DOWN",
}

/** What one probe found. */
export interface HealthReading {
  readonly state: HealthState;
  /** Milliseconds to the answer; null when none came. */
  readonly latency: number | null;
  /** When the probe began, in milliseconds since 1970. */
  readonly checkedAt: number;
  readonly fault: UpstreamFault | null;
}

export interface ProbeLimits {
  /** An answer that takes longer is none. */
  readonly timeoutMs: number;
  /** An answer that takes longer says that the provider is slow. */
  readonly slowMs: number;
}

export const probeLimits: ProbeLimits = { timeoutMs: 5_000, slowMs: 2_000 };

/** Asks a provider for a sign of life. Throws only when `signal` was aborted. */
export const probeProvider = async (
  provider: Pick<Provider, "name" | "probe">,
  { checkedAt, signal, limits = probeLimits }: { checkedAt: number; signal: AbortSignal; limits?: ProbeLimits },
): Promise<HealthReading> => {
  const begun = performance.now();
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  try {
    await bounded(provider, AbortSignal.any([signal, timeout]));
    const latency = Math.round(performance.now() - begun);
    const state = latency > limits.slowMs ? HealthState.DEGRADED : HealthState.UP;
    return { state, latency, checkedAt, fault: null };
  } catch (error) {
    signal.throwIfAborted();
    const fault = timeout.aborted ? "timeout" : faultOf(error);
    // It is there, and does not want to be asked as much.
    if (fault !== "rate_limited") return { state: HealthState.DOWN, latency: null, checkedAt, fault };
    return { state: HealthState.DEGRADED, latency: Math.round(performance.now() - begun), checkedAt, fault };
  }
};

/** Ends with the signal, whether or not the provider minds it. */
const bounded = async (provider: Pick<Provider, "probe">, signal: AbortSignal): Promise<void> => {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    await Promise.race([provider.probe?.(signal), ended]);
  } finally {
    signal.removeEventListener("abort", end);
  }
};

const faultOf = (error: unknown): UpstreamFault =>
  error instanceof ProviderError && error.fault !== "circuit_open" ? error.fault : "unavailable";
