import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { type Actor, asSystem } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { newId } from "#src/platform/ids.js";
import { shareNext } from "#src/platform/share-next.js";
import { detached } from "#src/platform/span.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import { SigningKey, signingKeyTopic } from "./signing-key.js";

/** How long a process signs, and verifies, without asking whether there are other keys, in milliseconds. */
const signsMs = 2_000;
const verifiesMs = 30_000;

/** Pause between two looks for keys that are not known here: whoever makes up their ids waits, and the database does not. */
const looksMs = 250;

/** The key that signs. */
export interface Signer {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** A key that tokens are verified with. */
export interface Verifier {
  readonly id: string;
  readonly publicKey: KeyObject;
  /** Nothing that it has signed is believed from then on; undefined while it signs. */
  readonly endsAt: Date | undefined;
}

interface KeySet {
  readonly signer: Signer;
  readonly verifiers: ReadonlyMap<string, Verifier>;
  readonly readAt: number;
}

/** A public key as others read it (RFC 7517, RFC 8037). */
interface PublishedKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
}

interface Deps {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bus: Bus;
  /** How long a token lives, in milliseconds. */
  readonly tokenMs: number;
}

type StoredKey = Pick<SigningKey, "id" | "publicKey" | "privateKey" | "isActive"> & { supersededAt: string | null };

/** Nobody in particular: keys belong to the installation. */
const installation = asSystem({ workspaceId: "", userId: "", permissions: new Set<string>(), requestId: "keys" });

/** The keys of access tokens, as this process knows them; the table is the truth. */
export class SigningKeys {
  #known: KeySet | undefined;
  /** How often word of new keys has come. */
  #heard = 0;
  readonly #read = shareNext(() => this.#readKeys());
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #look = shareNext(async () => {
    await sleep(Math.max(0, this.#lookedAt + looksMs - performance.now()), undefined, { ref: false });
    this.#lookedAt = performance.now();
    return this.#read();
  });
  readonly #opened = new Map<string, Signer>();
  readonly #unsubscribe: () => void;

  constructor(private readonly deps: Deps) {
    this.#unsubscribe = deps.bus.subscribe(signingKeyTopic, () => {
      this.#known = undefined;
      this.#heard += 1;
    });
  }

  /** Makes the first key where there is none. */
  async start(): Promise<void> {
    // By the connection that is open already: a process starts no later for it.
    const rows = await this.deps.database.upkeep(sql<StoredKey>`
      select id, public_key as "publicKey", private_key as "privateKey", is_active as "isActive", superseded_at as "supersededAt"
      from signing_key where is_active or superseded_at > ${this.#since} order by id`);
    await this.#take(rows, performance.now(), this.#heard);
  }

  close(): void {
    this.#unsubscribe();
  }

  /** The key that signs. */
  async signer(): Promise<Signer> {
    return (await this.#keys(signsMs)).signer;
  }

  /** The key of this id, if its tokens may be believed now. One that is not known here may be of another process. */
  async verifier(id: string): Promise<Verifier | undefined> {
    const known = (await this.#keys(verifiesMs)).verifiers.get(id) ?? (await this.#look()).verifiers.get(id);
    return known?.endsAt === undefined || known.endsAt > this.deps.clock.now() ? known : undefined;
  }

  /** The public keys of all tokens that are valid now. */
  async published(): Promise<PublishedKey[]> {
    const { verifiers } = await this.#keys(signsMs);
    const now = this.deps.clock.now();
    return [...verifiers.values()]
      .filter(({ endsAt }) => endsAt === undefined || endsAt > now)
      .map(({ id, publicKey }) => ({ ...publicKey.export({ format: "jwk" }), kid: id, alg: "EdDSA", use: "sig" }));
  }

  /** A new key, which signs from the commit on. The private part of the one before is gone with it. */
  rotate(actor: Actor): Promise<SigningKey> {
    return this.deps.database.write(asSystem(actor), async (change) => {
      // One at a time, in whatever process: the next one finds this one's key.
      await change.sql(sql`select pg_advisory_xact_lock(hashtext('signing_key'))`);
      const [superseded] = await change.sql(sql<{ id: string }>`update signing_key
        set is_active = false, superseded_at = ${change.now}, private_key = null where is_active returning id`);
      const key = await this.#insert(change);
      change.record("signing_key.rotated", key, {}, { before: { id: superseded?.id ?? null }, after: { id: key.id } });
      change.wake(signingKeyTopic);
      return key;
    });
  }

  async #keys(believedMs: number): Promise<KeySet> {
    const known = this.#known;
    return known !== undefined && performance.now() - known.readAt < believedMs ? known : this.#read();
  }

  async #readKeys(): Promise<KeySet> {
    const [readAt, heard] = [performance.now(), this.#heard];
    return this.#take(await this.#rows(), readAt, heard);
  }

  async #take(rows: readonly StoredKey[], readAt: number, heard: number): Promise<KeySet> {
    const active = rows.find(({ isActive }) => isActive);
    if (active === undefined) {
      // Of processes that start together all make one, and one is kept.
      await detached(() => this.deps.database.write(installation, (change) => this.#insert(change)));
      return this.#readKeys();
    }
    const verifiers = new Map(rows.map((row) => [row.id, this.#verifier(row)]));
    const known = { signer: await this.#signer(active), verifiers, readAt };
    if (heard === this.#heard) this.#known = known;
    return known;
  }

  /** Outside of the operation that asks, whose transaction may be taken back. */
  async #rows(): Promise<StoredKey[]> {
    const query = sql`select id, public_key, private_key, is_active, superseded_at from signing_key
      where is_active or superseded_at > ${this.#since} order by id`;
    const rows = await detached(() => this.deps.database.apart(query, { repeatable: true }));
    return rows.map(([id, publicKey, privateKey, isActive, supersededAt]) => ({
      id: String(id),
      publicKey: String(publicKey),
      privateKey: privateKey ?? null,
      isActive: isActive === "t",
      supersededAt: supersededAt ?? null,
    }));
  }

  async #signer({ id, publicKey, privateKey }: StoredKey): Promise<Signer> {
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const place = placeOf(Object.assign(new SigningKey(), { id }), "privateKey");
    const d = await this.deps.vault.open(privateKey ?? "", place);
    const signer = { id, privateKey: createPrivateKey({ key: { ...jwk(publicKey), d }, format: "jwk" }) };
    this.#opened.clear();
    this.#opened.set(id, signer);
    return signer;
  }

  #verifier({ id, publicKey, supersededAt }: StoredKey): Verifier {
    const endsAt = supersededAt === null ? undefined : new Date(new Date(supersededAt).getTime() + this.#lifeMs);
    const known = this.#known?.verifiers.get(id);
    return { id, publicKey: known?.publicKey ?? createPublicKey({ key: jwk(publicKey), format: "jwk" }), endsAt };
  }

  /** From the last moment at which a process that had not heard of its end may have signed with it. */
  get #lifeMs(): number {
    return this.deps.tokenMs + signsMs;
  }

  get #since(): Date {
    return new Date(this.deps.clock.now().getTime() - this.#lifeMs);
  }

  async #insert(change: Change): Promise<SigningKey> {
    const { privateKey } = generateKeyPairSync("ed25519");
    const { x = "", d = "" } = privateKey.export({ format: "jwk" });
    const key = Object.assign(new SigningKey(), { id: newId("signing_key"), publicKey: x, isActive: true });
    Object.assign(key, { createdAt: change.now, supersededAt: null });
    key.privateKey = await this.deps.vault.seal(d, placeOf(key, "privateKey"));
    await change.sql(sql`insert into signing_key (id, public_key, private_key, is_active, created_at)
      values (${key.id}, ${x}, ${key.privateKey}, true, ${key.createdAt}) on conflict do nothing`);
    return key;
  }
}

const jwk = (x: string): JsonWebKey => ({ kty: "OKP", crv: "Ed25519", x });
