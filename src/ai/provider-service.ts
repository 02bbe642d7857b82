import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import type { Following, Live } from "#src/platform/live.js";
import { CircuitState } from "./circuit-breaker.js";
import type { Circuits } from "./circuits.js";
import type { Provider } from "./provider.js";
import { providerStateTopic } from "./provider-state.js";
import type { PlacedState, ProviderStates } from "./provider-states.js";
import { type ProviderStatus, statusOf } from "./provider-status.js";

interface Deps {
  readonly database: Database;
  readonly live: Live;
  readonly clock: Clock;
  readonly states: ProviderStates;
  readonly circuits: Circuits;
  readonly defaultName: string | undefined;
}

const encode = (place: bigint | string) => Buffer.from(`providers:${place}`).toString("base64url");

const decode = (cursor: string): bigint => {
  const [, place] = /^providers:(\d{1,18})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (place === undefined)
    throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of providers.`, "after");
  return BigInt(place);
};

/** The configured providers, how they are, and what operators do about it. */
export class ProviderService {
  readonly #byName: ReadonlyMap<string, Provider>;
  readonly #names: readonly string[];

  constructor(
    providers: readonly Provider[],
    private readonly deps: Deps,
  ) {
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    this.#names = [...this.#byName.keys()];
  }

  /** In the order of their preference. */
  async list(): Promise<ProviderStatus[]> {
    const rows = new Map((await this.deps.states.read(this.#names)).map((row) => [row.provider, row]));
    return this.#names.flatMap((name) => this.#show(rows.get(name)));
  }

  async find(name: string): Promise<ProviderStatus | null> {
    if (!this.#byName.has(name)) return null;
    return (await this.deps.states.read([name])).flatMap((row) => this.#show(row))[0] ?? null;
  }

  /**
   * Each provider as it is, then whichever has changed. What is behind a cursor are states, not a history: a provider that
   * has changed several times since is told once, as it is now.
   */
  follow(after: string | null | undefined): Following<ProviderStatus> {
    const { states, live } = this.deps;
    const read = async (place: bigint) => {
      const rows = await states.read(this.#names, place);
      const entries = rows.flatMap((row) => this.#show(row).map((value) => ({ place: BigInt(row.place), value })));
      return { entries, rest: "wait" as const };
    };
    return live.follow({ topic: providerStateTopic, read, cursorOf: encode }, after ? decode(after) : 0n);
  }

  /** Closes a circuit before its time. */
  async resetCircuit(actor: Actor, name: string): Promise<ProviderStatus> {
    const provider = this.#byName.get(name);
    if (provider === undefined || provider.offline) {
      const known = this.#names.filter((each) => !this.#byName.get(each)?.offline).join(", ") || "none";
      throw badInput(`${JSON.stringify(name)} is no provider with a circuit; these are: ${known}.`, "provider");
    }
    const { database, circuits, states } = this.deps;
    return database.write(actor, async (change) => {
      const before = await circuits.reset(change, name);
      // Providers belong to no workspace: it is told to the one from which the operator came.
      change.audit(
        "provider.circuit_reset",
        { id: actor.workspaceId },
        {
          before: { provider: name, circuitState: before },
          after: { provider: name, circuitState: CircuitState.CLOSED },
        },
      );
      const [row] = await states.readWithin(change, [name]);
      const [status] = this.#show(row);
      if (status === undefined) throw new Error(`Nothing is stored of the provider ${name}.`);
      return status;
    });
  }

  #show(row: PlacedState | undefined): ProviderStatus[] {
    const provider = this.#byName.get(row?.provider ?? "");
    if (row === undefined || provider === undefined) return [];
    const { clock, circuits, defaultName } = this.deps;
    const isDefault = provider.name === (defaultName ?? this.#names[0]);
    const { settings } = circuits;
    return [statusOf(provider, { known: row, isDefault, cursor: encode(row.place), now: clock.now(), settings })];
  }
}
