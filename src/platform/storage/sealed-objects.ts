import { addAbortSignal, pipeline, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { sql } from "kysely";
import type { Change } from "../change.js";
import type { Clock } from "../clock.js";
import type { Database } from "../database.js";
import { DomainError } from "../errors.js";
import type { Logger } from "../logger.js";
import { Sweep, sweepBatch } from "../sweep.js";
import { newObjectKey } from "./object-key.js";
import type { ByteRange, ObjectStore } from "./object-store.js";
import { headerBytes, ObjectOpener, sealedRange, sealObject } from "./sealed-object.js";
import { StorageError, storageUnavailable } from "./storage-error.js";

/** A stored object whose commit has not come after so long is given up, in milliseconds. */
const commitWithinMs = 60 * 60_000;
const renewEveryMs = 10 * 60_000;
const sweepEveryMs = 60_000;
/** Another process goes on where one has begun to remove objects and vanished, after so many milliseconds. */
const removeWithinMs = 10 * 60_000;
/** Objects that are removed side by side. */
const together = 8;

export interface SealedObject {
  readonly objectKey: string;
  /** Plain bytes. */
  readonly size: number;
  readonly sha256: string;
}

interface Deps {
  readonly store: ObjectStore;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Encrypted objects in a store, and the removal of those that nothing needs. */
export class SealedObjects {
  /** Removes what was discarded. */
  readonly removal: Sweep;

  constructor(private readonly deps: Deps) {
    const steps = [{ of: "discarded_object", deleteSome: () => this.#removeSome() }];
    this.removal = new Sweep(deps.logger, sweepEveryMs, steps);
  }

  get storeName(): string {
    return this.deps.store.name;
  }

  /**
   * Stores the bytes under a new name, encrypted by what follows from `key`. Unless `keep` is called within an hour, in the
   * commit of the row that names the object, it goes again.
   */
  async put(key: Buffer, content: Readable, signal?: AbortSignal): Promise<SealedObject> {
    const objectKey = newObjectKey();
    await this.#expect(objectKey);
    const renewal = setInterval(() => void this.#expectLonger(objectKey).catch(() => {}), renewEveryMs).unref();
    let plain: { size: number; sha256: string } | undefined;
    const told = async function* () {
      plain = yield* sealObject(content, { objectKey, key });
    };
    const sealed = Readable.from(told(), { objectMode: false });
    // A source that is silent holds up all that reads from it, until it is ended itself.
    if (signal !== undefined) addAbortSignal(signal, content);
    try {
      await this.#told(() => this.deps.store.put(objectKey, sealed, signal));
      signal?.throwIfAborted();
      if (plain === undefined) throw new Error("The store has not read all of the object.");
      return { objectKey, ...plain };
    } catch (error) {
      await this.discard(objectKey).catch(() => {});
      throw error;
    } finally {
      clearInterval(renewal);
      content.destroy();
      sealed.destroy();
    }
  }

  /** Makes an object stay, in the commit of the row that names it. */
  async keep(change: Change, objectKey: string): Promise<void> {
    const kept = await change.systemSql(sql`delete from discarded_object
      where object_key = ${objectKey} and not is_going returning true`);
    if (kept.length === 0)
      throw new DomainError(
        "TIMEOUT",
        "What was stored was not named within an hour, and is gone again.",
        {},
        { transient: true },
      );
  }

  /** Lets objects go in the commit after which no row names them. */
  async discardIn(change: Change, objectKeys: readonly string[]): Promise<void> {
    if (objectKeys.length === 0) return;
    await change.systemSql(sql`insert into discarded_object (object_key, due_at, is_going)
      select key, '-infinity', false from unnest(${objectKeys}::text[]) k (key)
      on conflict (object_key) do update set due_at = excluded.due_at`);
  }

  /** Lets an object go that no row names. */
  async discard(objectKey: string): Promise<void> {
    await this.deps.database.upkeep(sql`insert into discarded_object (object_key, due_at) values (${objectKey}, '-infinity')
      on conflict (object_key) do update set due_at = excluded.due_at`);
  }

  /** The plain bytes of an object of so many of them, or of a range. Throws `NoSuchObject`; the stream may `DamagedObject`. */
  async open(object: { objectKey: string; size: number }, key: Buffer, range?: ByteRange): Promise<Readable> {
    const { objectKey, size } = object;
    const { from, bytes } = sealedRange(size, range);
    const header =
      from === 0
        ? undefined
        : await this.#told(async () =>
            buffer(await this.deps.store.get(objectKey, { start: 0, end: headerBytes - 1 })),
          );
    const sealed = await this.#told(() => this.deps.store.get(objectKey, bytes));
    // Whoever goes away from the one ends the other; how it ended is said by the stream that is given out.
    return pipeline(sealed, new ObjectOpener({ objectKey, key }, size, range, header), () => {});
  }

  async #expect(objectKey: string): Promise<void> {
    await this.deps.database.upkeep(
      sql`insert into discarded_object (object_key, due_at) values (${objectKey}, ${this.#due()})`,
    );
  }

  /** Changes a row and makes none: the object may be named already. */
  async #expectLonger(objectKey: string): Promise<void> {
    await this.deps.database.upkeep(
      sql`update discarded_object set due_at = ${this.#due()} where object_key = ${objectKey}`,
    );
  }

  #due(): Date {
    return new Date(this.deps.clock.now().getTime() + commitWithinMs);
  }

  async #removeSome(): Promise<number> {
    const { database, store, clock } = this.deps;
    const now = clock.now();
    const again = new Date(now.getTime() + removeWithinMs);
    const due = await database.upkeep(sql<{ key: string }>`
      update discarded_object set is_going = true, due_at = ${again} where object_key = any (array(
        select object_key from discarded_object where due_at <= ${now} limit ${sweepBatch} for update skip locked))
      returning object_key as key`);
    const waiting = due.map(({ key }) => key);
    const gone: string[] = [];
    const failures: unknown[] = [];
    const remove = async () => {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        await store.remove(key).then(
          () => gone.push(key),
          (error) => failures.push(error),
        );
      }
    };
    await Promise.all(Array.from({ length: together }, remove));
    await database.upkeep(sql`delete from discarded_object where object_key = any(${gone}::text[])`);
    if (failures.length > 0) throw failures[0];
    return due.length;
  }

  /** The operator reads in the log what to do; whoever asked is told that it cannot be done now. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.deps.logger.error({ err: error, setting: error.setting }, error.message);
      throw storageUnavailable(error);
    }
  }
}
