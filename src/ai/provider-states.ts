import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { runOutsideScope } from "#src/platform/scope.js";
import { shareNext } from "#src/platform/share-next.js";
import type { Circuit } from "./circuit-breaker.js";
import { providerStateTopic, type StoredHealth } from "./provider-state.js";

/** What is stored of one provider. */
export interface KnownState {
  readonly circuit: Circuit | null;
  readonly health: StoredHealth | null;
}

export type PlacedState = KnownState & { readonly provider: string; readonly place: string };

/** What becomes of a provider's state; nothing of it is written when it is the same as before. */
interface Altered extends KnownState {
  /** Whether clients are told. */
  readonly isNews: boolean;
}

/** Providers belong to no workspace. */
const nobody: Actor = asSystem({
  workspaceId: noWorkspace,
  userId: "",
  permissions: new Set(),
  requestId: "provider states",
});

/** The rows of providers. They are the installation's own, so nothing here is seen or changed under the tenant role. */
export class ProviderStates {
  /** Circuits of all providers: asked once for all calls that begin at the same time. */
  readonly #circuits = shareNext(async (): Promise<ReadonlyMap<string, Circuit>> => {
    const rows = await this.database.apart(
      sql`select provider, circuit from provider_state where circuit is not null`,
      { repeatable: true },
    );
    return new Map(rows.map(([provider, circuit]) => [provider ?? "", JSON.parse(circuit ?? "null") as Circuit]));
  });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Makes the rows that are missing. */
  register(providers: readonly string[]): Promise<void> {
    return this.#write(async (change) => {
      await lockPlaces(change);
      await change.systemSql(sql`
        insert into provider_state (provider, probe_due_at, place)
        select n.name, ${change.now}::timestamptz, (select coalesce(max(place), 0) from provider_state) + n.number
        from unnest(${providers}::text[]) with ordinality as n (name, number)
        where not exists (select 1 from provider_state s where s.provider = n.name)`);
    });
  }

  /** What all processes know of a provider's calls, as of now. */
  async circuitOf(provider: string): Promise<Circuit | undefined> {
    return (await this.#circuits()).get(provider);
  }

  /** Those that have changed behind a place, in the order of their last changes. */
  read(providers: readonly string[], place = 0n): Promise<PlacedState[]> {
    return this.database.rows(selected(providers, place));
  }

  /** The same within a change, with what it has changed so far. */
  readWithin(change: Change, providers: readonly string[]): Promise<PlacedState[]> {
    return change.systemSql(selected(providers, 0n));
  }

  /** Puts off the probes that are due, and gives whose they are: of all processes the caller alone makes them. */
  async claimProbes(providers: readonly string[], everyMs: number): Promise<string[]> {
    const now = this.clock.now();
    const rows = await this.database.upkeep(sql<{ provider: string }>`
      update provider_state set probe_due_at = ${new Date(now.getTime() + everyMs)}::timestamptz
      where provider = any(${providers}::text[]) and probe_due_at <= ${now}::timestamptz returning provider`);
    return rows.map(({ provider }) => provider);
  }

  /**
   * Changes what is known of a provider under its row's lock, in a transaction of its own whatever the operation does:
   * what providers did is not undone with it.
   */
  alter<T>(provider: string, work: (known: KnownState, now: number) => Altered & { result: T }): Promise<T> {
    return this.#write(async (change) => {
      const altered = await this.alterWithin(change, provider, (known) => work(known, change.now.getTime()));
      return altered.result;
    });
  }

  /** The same as a part of a change. */
  async alterWithin<T extends Altered>(change: Change, provider: string, work: (known: KnownState) => T): Promise<T> {
    const [known] = await change.systemSql(
      sql<KnownState>`select circuit, health from provider_state where provider = ${provider} for update`,
    );
    if (known === undefined) throw new Error(`Nothing is stored of the provider ${provider}.`);
    const altered = work(known);
    const { circuit, health, isNews } = altered;
    if (circuit === known.circuit && health === known.health) return altered;
    if (isNews) await lockPlaces(change);
    const place = isNews ? sql`(select max(place) + 1 from provider_state)` : sql`place`;
    await change.systemSql(sql`
      update provider_state set circuit = ${json(circuit)}::jsonb, health = ${json(health)}::jsonb, place = ${place}
      where provider = ${provider}`);
    if (isNews) change.wake(providerStateTopic);
    return altered;
  }

  #write<T>(work: (change: Change) => Promise<T>): Promise<T> {
    return runOutsideScope(() =>
      this.database.write(nobody, (change) => {
        // No cache keeps what is shown of it.
        change.hide();
        return work(change);
      }),
    );
  }
}

const selected = (providers: readonly string[], place: bigint) => sql<PlacedState>`
  select provider, circuit, health, place::text from provider_state
  where provider = any(${providers}::text[]) and place > ${String(place)}::bigint order by place`;

/** Held until the commit, so that places become visible in their order. */
const lockPlaces = (change: Change) => change.systemSql(sql`select pg_advisory_xact_lock(hashtext('provider_state'))`);

const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
