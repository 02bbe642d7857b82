import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import { genesis, linkHash } from "#src/platform/audit-chain.js";
import { auditTopic, hasAuditMac } from "#src/platform/audit-entry.js";
import { BackgroundLoop } from "#src/platform/background-loop.js";
import type { Bus } from "#src/platform/bus.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { runOutsideScope } from "#src/platform/scope.js";
import type { AuditCheckpoints } from "./audit-checkpoints.js";
import { type RecordRow, recordColumns, recordOf } from "./audit-links.js";

/** Any number that nothing else locks: of all processes one seals at a time. */
const sealLock = 7_203_420;
const batch = 500;
/** Pause after a look, in which more entries gather, and between two looks that nobody asked for, in milliseconds. */
const gatherMs = 150;
const lookMs = 750;
/** Pause between two looks for logs that have gone on for an hour without a checkpoint, in milliseconds. */
const checkpointLookMs = 60_000;

type WaitingRow = RecordRow & { entryId: string; chain: string };

interface Link {
  readonly chain: string;
  readonly sequence: number;
  readonly entryId: string;
  readonly hash: string;
}

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly auditKeys: readonly Buffer[];
  readonly checkpoints: AuditCheckpoints;
}

/** The sealer acts for nobody. */
export const sealerActor: Actor = asSystem({
  workspaceId: noWorkspace,
  userId: "",
  permissions: new Set(),
  requestId: "audit sealer",
});

/** Gives entries their places in the chains of their workspaces: one batch and one process at a time, and within a second. */
export class AuditSealer {
  readonly #loop: BackgroundLoop;
  #checkpointsAt = 0;

  constructor(private readonly deps: Deps) {
    const failure = "audit entries could not be sealed; they will be";
    this.#loop = new BackgroundLoop({ ...deps, topic: auditTopic, gatherMs, lookMs, failure }, (signal) =>
      this.#work(signal),
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Seals everything that is committed now. Waits for another process that is at it. */
  async catchUp(): Promise<void> {
    // Not in the transaction of whoever asks: what is sealed stays so, even when that is only a rehearsal.
    await runOutsideScope(async () => {
      while ((await this.#seal(true)) === batch);
    });
  }

  async #work(signal: AbortSignal): Promise<void> {
    while ((await this.#seal(false)) === batch && !signal.aborted);
    if (performance.now() < this.#checkpointsAt) return;
    this.#checkpointsAt = performance.now() + checkpointLookMs;
    await this.deps.checkpoints.signDue();
  }

  /** How many entries were sealed: a whole batch when there may be more. */
  async #seal(patiently: boolean): Promise<number> {
    const { database } = this.deps;
    const [waiting] = await database.upkeep(sql`select 1 from audit_unsealed limit 1`);
    if (waiting === undefined) return 0;
    return database.write(sealerActor, async (change) => {
      change.hide();
      if (!(await this.#lock(change, patiently))) return 0;
      const rows = await change.sql(sql<WaitingRow>`
        select q.entry_id as "entryId", q.workspace_id as chain, ${recordColumns}
        from audit_unsealed q left join audit_entry e on e.id = q.entry_id
        order by q.xid, q.position limit ${batch}`);
      const { now } = change;
      await this.#store(change, await this.#link(change, rows, now), now);
      return rows.length;
    });
  }

  async #lock(change: Change, patiently: boolean): Promise<boolean> {
    if (patiently) {
      await change.sql(sql`select pg_advisory_xact_lock(${sealLock})`);
      return true;
    }
    const [lock] = await change.sql(sql<{ held: boolean }>`select pg_try_advisory_xact_lock(${sealLock}) as held`);
    return lock?.held ?? false;
  }

  async #link(change: Change, rows: readonly WaitingRow[], now: Date): Promise<Link[]> {
    const { logger, auditKeys } = this.deps;
    const sealedAt = toMicros(now);
    const chains = [...new Set(rows.map(({ chain }) => chain))];
    const heads = await change.sql(sql<{ chain: string; sequence: string; hash: string }>`
      select w.id as chain, s.sequence, s.hash from unnest(${chains}::text[]) as w (id), lateral (
        select sequence, hash from audit_seal where workspace_id = w.id order by sequence desc limit 1) s`);
    const head = new Map(heads.map(({ chain, sequence, hash }) => [chain, { sequence: Number(sequence), hash }]));
    return rows.map((row) => {
      const { entryId, chain } = row;
      const entry = recordOf(row);
      // Sealed all the same: its place is evidence, and verification names it.
      if (entry === null || !hasAuditMac(auditKeys, entry))
        logger.error({ entryId, workspaceId: chain }, "an audit entry was altered or forged before it was sealed");
      const { sequence, hash: previous } = head.get(chain) ?? { sequence: 0, hash: genesis };
      const link = { sequence: sequence + 1, sealedAt, entryId, entry };
      const hash = linkHash(previous, link);
      head.set(chain, { sequence: link.sequence, hash });
      return { chain, sequence: link.sequence, entryId, hash };
    });
  }

  async #store(change: Change, links: readonly Link[], now: Date): Promise<void> {
    if (links.length === 0) return;
    const entryIds = links.map(({ entryId }) => entryId);
    await change.sql(sql`
      with sealed as (delete from audit_unsealed where entry_id = any(${entryIds}::text[]))
      insert into audit_seal (workspace_id, sequence, entry_id, hash, sealed_at)
      select l.*, ${now}::timestamptz from unnest(${links.map(({ chain }) => chain)}::text[],
        ${links.map(({ sequence }) => sequence)}::bigint[], ${entryIds}::text[], ${links.map(({ hash }) => hash)}::text[]) as l`);
  }
}

const toMicros = (time: Date): string => time.toISOString().replace("Z", "000Z");
