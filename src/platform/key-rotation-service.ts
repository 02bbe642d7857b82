import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { type Actor, asSystem } from "./actor.js";
import type { Change } from "./change.js";
import { DataKey } from "./data-key.js";
import type { Database } from "./database.js";
import { defineJob } from "./define-job.js";
import { DomainError } from "./errors.js";
import type { Job } from "./job.js";
import { type KeyRing, lingersMs } from "./key-ring.js";
import type { Run } from "./run.js";
import type { SealedColumns, SealedText } from "./sealed-columns.js";
import { UnsealError, type Vault } from "./vault.js";

export const RotateEncryptionKey = defineJob("keys.rotate", z.object({}), {
  lane: "system",
  timeoutMs: 24 * 60 * 60_000,
});

/** Pause between two reports of progress, in milliseconds. */
const reportMs = 500;
/** How many data keys are shown, the newest first. */
export const maxShownKeys = 100;

interface Deps {
  readonly database: Database;
  readonly ring: KeyRing;
  readonly vault: Vault;
  readonly columns: SealedColumns;
}

/**
 * Gives the installation a new data key and seals everything by it. Reads and writes go on: a text that somebody writes
 * meanwhile is left as it is, and old keys open what they have sealed at any time.
 */
export class KeyRotationService {
  constructor(private readonly deps: Deps) {}

  request(actor: Actor): Promise<Job> {
    return this.deps.database.write(actor, async (change) => change.enqueue(RotateEncryptionKey, {}));
  }

  /** The data keys with how much each has sealed, the newest first. */
  async keys(): Promise<DataKey[]> {
    const { database, columns } = this.deps;
    const counts = await columns.counts();
    const rows = await database.rows(sql<
      Record<"createdAt" | "supersededAt" | "retiredAt", string | null> & { id: string }
    >`
      select id, is_active as "isActive", created_at as "createdAt", superseded_at as "supersededAt", retired_at as "retiredAt"
      from data_key order by id desc limit ${maxShownKeys}`);
    return rows.map(({ createdAt, supersededAt, retiredAt, ...row }) =>
      Object.assign(new DataKey(), row, {
        createdAt: time(createdAt),
        supersededAt: time(supersededAt),
        retiredAt: time(retiredAt),
        sealedCount: counts.get(row.id) ?? 0,
      }),
    );
  }

  /** Safe to begin again at any point: a job makes one key, and what is sealed by it is not looked at again. */
  async rotate(run: Run): Promise<void> {
    const { database, ring, columns } = this.deps;
    await database.write(asSystem(run.actor), (change) => ring.replace(change, run.job.id));
    const { id } = await ring.refresh();
    const replacedAt = performance.now();
    const total = [...(await columns.counts())].reduce((sum, [key, count]) => sum + (key === id ? 0 : count), 0);
    const report = reporter(run, total);
    await this.#pass(run, report);
    await sleep(Math.max(0, lingersMs - (performance.now() - replacedAt)), undefined, { signal: run.signal });
    await this.#transactionsEnd(run.signal);
    // From here on nobody writes what an old key has sealed, and everything that was written can be seen.
    let outcome = await this.#pass(run, report);
    while (outcome.resealed > 0) outcome = await this.#pass(run, report);
    await this.#retire(run, outcome.broken);
  }

  /** Seals once by the newest key whatever another one has sealed. */
  async #pass(run: Run, report: (done: number) => Promise<void>) {
    const { ring, vault, columns } = this.deps;
    const broken: string[] = [];
    let resealed = 0;
    for await (const texts of columns.outdated((await ring.refresh()).id)) {
      run.signal.throwIfAborted();
      const opened = await Promise.all(texts.map((text) => reseal(vault, text)));
      const fresh = opened.filter((text) => text !== undefined);
      await columns.replace(fresh);
      for (const [index, { place }] of texts.entries())
        if (opened[index] === undefined) broken.push(`${place.table}.${place.column} of ${place.row}`);
      resealed += fresh.length;
      await report(fresh.length);
    }
    return { resealed, broken };
  }

  /** Resolves when every transaction that runs now has ended: one that began before may still write what is old. */
  async #transactionsEnd(signal: AbortSignal): Promise<void> {
    const { database } = this.deps;
    const [now] = await database.upkeep(sql<{ xid: string }>`select pg_current_xact_id()::text as xid`);
    for (;;) {
      const [seen] = await database.upkeep(sql<{ ended: boolean }>`
        select pg_snapshot_xmin(pg_current_snapshot()) > ${now?.xid}::xid8 as ended`);
      if (seen?.ended) return;
      await sleep(100, undefined, { signal });
    }
  }

  /** Marks the keys that no row needs any more. What does not open keeps its key, and is told. */
  async #retire(run: Run, broken: readonly string[]): Promise<void> {
    const { database, ring, columns } = this.deps;
    const used = [...(await columns.counts()).keys()];
    const active = await ring.refresh();
    const retire = async (change: Change) => {
      const retired = await change.systemSql(sql<{ id: string }>`update data_key set retired_at = ${change.now}
        where not is_active and retired_at is null and id <> all(${used}::text[]) returning id`);
      change.record("data_key.rotated", active, { retired: retired.map(({ id }) => id) });
      return undefined;
    };
    if (broken.length === 0) return void (await run.finish(retire));
    await database.write(run.actor, retire);
    throw new DomainError(
      "INTERNAL",
      `${broken.length} sealed texts do not open and were left as they are, such as ${broken.slice(0, 3).join(", ")}. ` +
        "Restore them from a backup or empty them, and rotate again.",
    );
  }
}

/** The same text under the newest key; nothing when it does not open. */
const reseal = async (vault: Vault, text: SealedText) => {
  try {
    return { ...text, fresh: await vault.seal(await vault.open(text.sealed, text.place), text.place) };
  } catch (error) {
    if (error instanceof UnsealError) return undefined;
    throw error;
  }
};

const reporter = (run: Run, total: number) => {
  let done = 0;
  let saidAt = performance.now();
  return async (more: number) => {
    done += more;
    if (performance.now() - saidAt < reportMs) return;
    saidAt = performance.now();
    await run.progress(0.95 * Math.min(1, done / Math.max(1, total)));
  };
};

const time = (text: string | null) => (text === null ? null : new Date(text));
