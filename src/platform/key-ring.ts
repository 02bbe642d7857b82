import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { asSystem } from "./actor.js";
import type { Bus } from "./bus.js";
import type { Change } from "./change.js";
import { dataKeyTopic } from "./data-key.js";
import type { Database } from "./database.js";
import { SettingError } from "./errors.js";
import { newId } from "./ids.js";
import type { Keys } from "./keys.js";
import { seal, unseal } from "./sealed-text.js";
import { shareNext } from "./share-next.js";
import { detached } from "./span.js";

/** How long a process seals by a key without asking whether there is a newer one, in milliseconds. */
const believedMs = 2_000;

/** How long after it was superseded a key may still be used by somebody who took it before, in milliseconds. */
export const lingersMs = believedMs + 2_000;

export interface OpenKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

interface Wrapped {
  id: string;
  wrapped: string;
  wrappedBy: string;
  isActive: boolean;
}

/** Nobody in particular: keys belong to the installation. */
const installation = asSystem({ workspaceId: "", userId: "", permissions: new Set<string>(), requestId: "keys" });

/**
 * The data keys, as this process knows them: each is read and unwrapped once. Keys are read and made outside of the
 * operation that needs one, whose transaction may be taken back.
 */
export class KeyRing {
  readonly #open = new Map<string, OpenKey>();
  #active: { key: OpenKey; readAt: number } | undefined;
  /** How often word of new keys has come. */
  #heard = 0;
  readonly #unsubscribe: () => void;

  constructor(
    private readonly database: Database,
    private readonly keys: Keys,
    bus: Bus,
  ) {
    this.#unsubscribe = bus.subscribe(dataKeyTopic, () => {
      this.#active = undefined;
      this.#heard += 1;
    });
  }

  /**
   * Opens every key and wraps those anew that ATRIUM_SECRET_PREVIOUS opened. Makes the first one. Throws `SettingError`
   * when ATRIUM_SECRET is not the one that they were wrapped by.
   */
  async start(): Promise<void> {
    const readAt = performance.now();
    // By the connection that is open already: a process starts no later for it.
    const rows = await this.database.upkeep(sql<Wrapped>`
      select id, wrapped, wrapped_by as "wrappedBy", is_active as "isActive" from data_key order by id`);
    for (const row of rows) {
      const key = this.#unwrap(row);
      if (row.isActive) this.#active = { key, readAt };
      await this.#rewrap(row);
    }
    await this.active();
  }

  close(): void {
    this.#unsubscribe();
  }

  /** The key that seals. A newer one of another process is heard of at once, or after `believedMs`. */
  async active(): Promise<OpenKey> {
    const believed = this.#active;
    if (believed !== undefined && performance.now() - believed.readAt < believedMs) return believed.key;
    return this.refresh();
  }

  /** The key that seals at this moment, whatever was believed. */
  readonly refresh = shareNext(() => this.#readActive());

  /** A key by its id, whichever process made it; nothing when there is none. */
  async find(id: string): Promise<OpenKey | undefined> {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const row = (await this.#read()).find((each) => each.id === id);
    return row && this.#unwrap(row);
  }

  /** Makes a new key the active one in the caller's transaction; the same one again for the same job. */
  async replace(change: Change, jobId: string): Promise<void> {
    // One rotation at a time: with the row alone to wait for, the third one would miss the second one's key.
    await change.sql(sql`select pg_advisory_xact_lock(hashtext('data_key'))`);
    const made = await change.sql(sql`select 1 from data_key where job_id = ${jobId}`);
    if (made.length > 0) return;
    await change.sql(sql`update data_key set is_active = false, superseded_at = ${change.now} where is_active`);
    await this.#insert(change, jobId);
    change.wake(dataKeyTopic);
  }

  async #readActive(): Promise<OpenKey> {
    const [readAt, heard] = [performance.now(), this.#heard];
    const active = (await this.#read()).find(({ isActive }) => isActive);
    if (active === undefined) {
      // Of processes that start together all make one, and one is kept.
      await detached(() => this.database.write(installation, (change) => this.#insert(change, null)));
      return this.#readActive();
    }
    const key = this.#unwrap(active);
    if (heard === this.#heard) this.#active = { key, readAt };
    return key;
  }

  async #read(): Promise<Wrapped[]> {
    const query = sql`select id, wrapped, wrapped_by, is_active from data_key order by id`;
    const rows = await detached(() => this.database.apart(query, { repeatable: true }));
    return rows.map(([id, wrapped, wrappedBy, isActive]) => ({
      id: String(id),
      wrapped: String(wrapped),
      wrappedBy: String(wrappedBy),
      isActive: isActive === "t",
    }));
  }

  #unwrap({ id, wrapped, wrappedBy }: Wrapped): OpenKey {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const keys = [this.keys, this.keys.previous].find((each) => each && fingerprintOf(each) === wrappedBy);
    if (keys === undefined) throw wrongSecret(id);
    const key = { id, bytes: unwrapKey(keys, id, wrapped) };
    this.#open.set(id, key);
    return key;
  }

  async #rewrap({ id, wrappedBy }: Wrapped): Promise<void> {
    const key = this.#open.get(id);
    const now = fingerprintOf(this.keys);
    if (key === undefined || wrappedBy === now) return;
    await this.database.upkeep(sql`update data_key set wrapped = ${wrapKey(this.keys, key)}, wrapped_by = ${now}
      where id = ${id} and wrapped_by = ${wrappedBy}`);
  }

  async #insert(change: Change, jobId: string | null): Promise<void> {
    const key = { id: newId("data_key"), bytes: randomBytes(32) };
    await change.sql(sql`insert into data_key (id, wrapped, wrapped_by, is_active, created_at, job_id)
      values (${key.id}, ${wrapKey(this.keys, key)}, ${fingerprintOf(this.keys)}, true, ${change.now}, ${jobId})
      on conflict do nothing`);
  }
}

const fingerprintOf = (keys: Keys) => keys.derive("data-key-fingerprint").subarray(0, 9).toString("base64url");
const wrappingPlace = (id: string) => JSON.stringify(["data_key", id]);

const wrapKey = (keys: Keys, { id, bytes }: OpenKey) =>
  seal(keys.derive("data-key-wrapping"), bytes.toString("base64url"), wrappingPlace(id)).toString("base64url");

const unwrapKey = (keys: Keys, id: string, wrapped: string): Buffer => {
  try {
    const sealed = Buffer.from(wrapped, "base64url");
    return Buffer.from(unseal(keys.derive("data-key-wrapping"), sealed, wrappingPlace(id)), "base64url");
  } catch (cause) {
    throw new Error(`The row ${id} of data_key was changed: it does not open, and what it sealed needs a backup.`, {
      cause,
    });
  }
};

const wrongSecret = (id: string) =>
  new SettingError(
    "ATRIUM_SECRET",
    `It does not open the key ${id} of this database: set it to the secret that the database was used with. If that was ` +
      "changed on purpose, set ATRIUM_SECRET_PREVIOUS to the one before. docs/encryption.md says more.",
  );
