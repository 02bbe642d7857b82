import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { type CircuitSettings, CircuitState, newCircuit, recent, retryAtOf, stateAt } from "./circuit-breaker.js";
import { HealthState } from "./probe-provider.js";
import type { Provider } from "./provider.js";
import { ProviderOutcome, toOutcome } from "./provider-call.js";
import type { KnownState } from "./provider-states.js";

registerEnumType(CircuitState, {
  name: "CircuitState",
  description: "Whether a provider may be asked.",
  valuesConfig: {
    CLOSED: { description: "It may." },
    OPEN: { description: "It has failed too often: it is asked nothing for a while, by no process." },
    HALF_OPEN: { description: "One request at a time may try it, by default; when that went well the circuit closes." },
  },
});

registerEnumType(HealthState, {
  name: "HealthState",
  description: "What the last probe of a provider found.",
  valuesConfig: {
    UP: { description: "It answers." },
    DEGRADED: { description: "It answers, but slower than 2 seconds or only to ask to slow down." },
    DOWN: { description: "It does not answer, or refuses the configured credentials." },
  },
});

@ObjectType({ description: "What keeps a provider that fails from being asked." })
export class ProviderCircuit {
  @Field(() => Int, {
    description: "Failed requests inside the window; by default that is 60 seconds, and the fifth opens the circuit.",
  })
  failures!: number;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: "When it opened last; null while it is closed." })
  openedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "From when on the provider is tried again; null while the circuit is closed.",
  })
  retryAt!: Date | null;
}

@ObjectType({ description: "How a provider was when it was probed last." })
export class ProviderHealth {
  @Field(() => HealthState, { description: "What the probe found." })
  state!: HealthState;

  @Field(() => Int, { nullable: true, description: "Milliseconds to the probe's answer; null when none came." })
  latency!: number | null;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "When the probe was made, 10 seconds after the one before; null for a provider that needs none.",
  })
  checkedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "Since when it has been in this state; null for a provider that needs no probes.",
  })
  since!: Date | null;

  @Field(() => ProviderOutcome, { nullable: true, description: "What was wrong; null when nothing was." })
  fault!: ProviderOutcome | null;
}

@ObjectType({ description: "A configured source of generated text, and how it is." })
export class ProviderStatus {
  @Field(() => String, { description: "Its name in requests and records." })
  name!: string;

  @Field(() => Boolean, { description: "True when answers come from this machine, without any model." })
  isOffline!: boolean;

  @Field(() => Boolean, { description: "True for the one that is asked when a request names none." })
  isDefault!: boolean;

  @Field(() => [String], { description: "Its text models, the default first." })
  models!: readonly string[];

  @Field(() => [String], { description: "Its embedding models, the default first." })
  embeddingModels!: readonly string[];

  @Field(() => CircuitState, { description: "Whether it may be asked now. Always CLOSED for the offline one." })
  circuitState!: CircuitState;

  @Field(() => ProviderCircuit, {
    nullable: true,
    description: "What `circuitState` follows from; null for the offline one, which has no circuit.",
  })
  circuit!: ProviderCircuit | null;

  @Field(() => ProviderHealth, { nullable: true, description: "What its last probe found; null before the first." })
  health!: ProviderHealth | null;

  @Field(() => String, { description: "Give it as `after` to hear of later changes alone." })
  cursor!: string;
}

interface Known {
  readonly known: KnownState;
  readonly isDefault: boolean;
  readonly cursor: string;
  readonly now: Date;
  readonly settings: CircuitSettings;
}

export const statusOf = (provider: Provider, { known, isDefault, cursor, now, settings }: Known): ProviderStatus => {
  const circuit = known.circuit ?? newCircuit;
  const ms = now.getTime();
  const isClosed = circuit.state === CircuitState.CLOSED;
  const shown: ProviderCircuit = {
    failures: recent(circuit, ms, settings).length,
    openedAt: isClosed ? null : new Date(circuit.openedAt ?? 0),
    retryAt: isClosed ? null : new Date(retryAtOf(circuit, settings)),
  };
  return Object.assign(new ProviderStatus(), {
    name: provider.name,
    isOffline: provider.offline,
    isDefault,
    models: provider.models,
    embeddingModels: provider.embeddingModels,
    circuitState: stateAt(circuit, ms, settings),
    circuit: provider.offline ? null : shown,
    health: provider.probe === undefined ? withoutProbe : healthOf(known),
    cursor,
  });
};

const withoutProbe: ProviderHealth = {
  state: HealthState.UP,
  latency: null,
  checkedAt: null,
  since: null,
  fault: null,
};

const healthOf = ({ health }: KnownState): ProviderHealth | null =>
  health && {
    state: health.state,
    latency: health.latency,
    checkedAt: new Date(health.checkedAt),
    since: new Date(health.since),
    fault: health.fault && toOutcome(health.fault),
  };
