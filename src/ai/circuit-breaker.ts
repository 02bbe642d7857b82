export enum CircuitState {
  CLOSED = "CLOSED",
  OPEN = "OPEN",
  HALF_OPEN = "HALF_OPEN",
}

export interface CircuitSettings {
  /** So many failures inside the window open the circuit. */
  readonly failures: number;
  readonly windowMs: number;
  /** How long nothing is asked before the first probe. */
  readonly openMs: number;
  /** Probes under way at a time. */
  readonly probes: number;
  /** So many probes that went well close the circuit. */
  readonly successes: number;
  /** A probe that has not ended by then makes room for another one: its process may have died. */
  readonly probeMs: number;
}

export const circuitDefaults: CircuitSettings = {
  failures: 5,
  windowMs: 60_000,
  openMs: 30_000,
  probes: 1,
  successes: 1,
  probeMs: 60_000,
};

/** What is remembered of one provider's calls. Times are milliseconds since 1970; it is stored as JSON. */
export interface Circuit {
  readonly state: CircuitState;
  /** Counts openings and closings: a call that began before the last one says nothing about the time since. */
  readonly era: number;
  /** While closed: when calls failed, as far as the window may reach back. */
  readonly failedAt: readonly number[];
  /** When it opened last; null while closed. */
  readonly openedAt: number | null;
  /** While half-open: the probes under way, by their numbers, and until when each has its place. */
  readonly probes: readonly { readonly number: number; readonly until: number }[];
  readonly lastProbe: number;
  /** While half-open: probes that went well. */
  readonly succeeded: number;
}

export const newCircuit: Circuit = {
  state: CircuitState.CLOSED,
  era: 0,
  failedAt: [],
  openedAt: null,
  probes: [],
  lastProbe: 0,
  succeeded: 0,
};

/** A call that was let through, as its end has to name it. */
export interface CircuitCall {
  readonly era: number;
  /** Its number, when it is a probe. */
  readonly probe: number | null;
}

export type Admission =
  | { readonly circuit: Circuit; readonly call: CircuitCall }
  | { readonly circuit: Circuit; readonly call: undefined; readonly retryAfterMs: number };

/** While all places of probes are taken, nobody knows when one will be free. */
const busyMs = 1_000;

/**
 * The state machine. Every function gives the circuit after what happened, and the same object when nothing changed, so
 * that whoever stores it knows what needs no write.
 */
export const admit = (circuit: Circuit, now: number, settings: CircuitSettings): Admission => {
  const { state, era, lastProbe } = circuit;
  if (state === CircuitState.CLOSED) return { circuit, call: { era, probe: null } };
  const waitMs = retryAtOf(circuit, settings) - now;
  if (state === CircuitState.OPEN && waitMs > 0) return { circuit, call: undefined, retryAfterMs: waitMs };
  const probes = circuit.probes.filter(({ until }) => until > now);
  if (probes.length >= settings.probes) return { circuit, call: undefined, retryAfterMs: busyMs };
  const number = lastProbe + 1;
  return {
    circuit: {
      ...circuit,
      state: CircuitState.HALF_OPEN,
      probes: [...probes, { number, until: now + settings.probeMs }],
      lastProbe: number,
    },
    call: { era, probe: number },
  };
};

export const succeed = (circuit: Circuit, call: CircuitCall, settings: CircuitSettings): Circuit => {
  if (call.probe === null || call.era !== circuit.era) return circuit;
  const succeeded = circuit.succeeded + 1;
  if (succeeded < settings.successes) return { ...release(circuit, call), succeeded };
  return close(circuit);
};

export const fail = (circuit: Circuit, call: CircuitCall, now: number, settings: CircuitSettings): Circuit => {
  if (call.era !== circuit.era) return circuit;
  if (circuit.state === CircuitState.HALF_OPEN) return open(circuit, now);
  const failedAt = [...recent(circuit, now, settings), now];
  return failedAt.length < settings.failures ? { ...circuit, failedAt } : open(circuit, now);
};

/** Nothing is known of the call: whoever made it wanted no more of it. */
export const release = (circuit: Circuit, call: CircuitCall): Circuit => {
  if (call.probe === null || call.era !== circuit.era) return circuit;
  return { ...circuit, probes: circuit.probes.filter(({ number }) => number !== call.probe) };
};

/** As new, whatever is under way. */
export const close = ({ era, lastProbe }: Circuit): Circuit => ({ ...newCircuit, era: era + 1, lastProbe });

const open = ({ era, lastProbe }: Circuit, now: number): Circuit => ({
  ...newCircuit,
  state: CircuitState.OPEN,
  era: era + 1,
  openedAt: now,
  lastProbe,
});

/** Failures inside the window: one of exactly its length ago is outside. */
export const recent = ({ failedAt }: Circuit, now: number, { windowMs }: CircuitSettings): readonly number[] =>
  failedAt.filter((at) => now - at < windowMs);

/** The state that a call would meet now: an open circuit becomes half-open by itself. */
export const stateAt = (circuit: Circuit, now: number, settings: CircuitSettings): CircuitState =>
  circuit.state === CircuitState.OPEN && retryAtOf(circuit, settings) <= now ? CircuitState.HALF_OPEN : circuit.state;

/** When an open circuit lets the first probe through. */
export const retryAtOf = ({ openedAt }: Circuit, { openMs }: CircuitSettings): number => (openedAt ?? 0) + openMs;
