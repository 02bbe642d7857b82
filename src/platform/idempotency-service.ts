import { createHmac } from "node:crypto";
import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Database } from "./database.js";
import { DomainError } from "./errors.js";
import type { Keys } from "./keys.js";
import { outcomeOf } from "./mutation-outcome.js";
import { seal, unseal } from "./sealed-text.js";

/** How long an answer is kept, in milliseconds. */
const keptMs = 24 * 60 * 60_000;
/** How long a request waits for another one with its key, in milliseconds. */
const patienceMs = 10_000;

/** One sending of a mutation under a key. */
interface Sending {
  /** Whose key it is: the same key of another user, or in another workspace, is another one. */
  readonly actor: Actor;
  readonly key: string;
  /** All that decides what the mutation does: sent again under its key, it must be the same. */
  readonly body: unknown;
}

interface Once {
  readonly text: string;
  /** True when the mutation was done before, and this is what it answered then. */
  readonly replayed: boolean;
}

interface Attempt extends Once {
  readonly isFinal: boolean;
}

/** Mutations that are done once, however often they are sent: the key, the effects and the answer are one commit. */
export class IdempotencyService {
  /** By which requests are hashed and answers sealed; behind them those of ATRIUM_SECRET_PREVIOUS, for what was kept. */
  readonly #keys: readonly [KeyPair, ...KeyPair[]];
  /** What this process is doing: who sends the same meanwhile waits here, and not on a connection of his own. */
  readonly #running = new Map<string, { hash: Buffer; answer: Promise<string | undefined> }>();

  constructor(
    private readonly database: Database,
    keys: Keys,
  ) {
    const pairOf = (each: Keys) => ({
      hash: each.derive("idempotency-body"),
      answer: each.derive("idempotency-answer"),
    });
    this.#keys = [pairOf(keys), ...(keys.previous === undefined ? [] : [pairOf(keys.previous)])];
  }

  /**
   * Executes a mutation, or answers as it did before. `execute` gives the text of the answer; it may run again after a
   * deadlock. Errors of the caller are answers like any other. After others, such as INTERNAL, everything is taken back,
   * so that the same can be sent again. Throws CONFLICT when the key was used for something else, and, with `retryAfter`,
   * when another process is still at it after ten seconds.
   */
  async run({ actor, key, body }: Sending, execute: () => Promise<string>): Promise<Once> {
    const owner = ownerOf(actor);
    const place = JSON.stringify([actor.workspaceId, owner, key]);
    const text = canonical(body);
    const hashes = this.#keys.map((each) => createHmac("sha256", each.hash).update(text).digest());
    const hash = hashes[0] as Buffer;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const other = this.#running.get(place);
      if (other === undefined) break;
      if (!other.hash.equals(hash)) throw usedOtherwise(key);
      const answered = await within(other.answer, deadline - performance.now(), () => inProgress(key));
      if (answered !== undefined) return { text: answered, replayed: true };
    }
    const attempt = this.#attempt({ actor, owner, key, hash, hashes, place }, execute).finally(() =>
      this.#running.delete(place),
    );
    const answer = attempt.then(
      ({ isFinal, text }) => (isFinal ? text : undefined),
      () => undefined,
    );
    this.#running.set(place, { hash, answer });
    return attempt;
  }

  #attempt(row: KeyRow, execute: () => Promise<string>): Promise<Attempt> {
    return this.database.together(
      async () => {
        // The key is the first lock of its transaction, so waiting for one can't be part of a deadlock.
        while (!(await this.#claim(row))) {
          const text = await this.#answered(row);
          if (text !== undefined) return { text, replayed: true, isFinal: true };
        }
        const { text, isFinal } = outcomeOf(await execute());
        if (isFinal) await this.#keep(row, text);
        return { text, replayed: false, isFinal };
      },
      ({ isFinal, replayed }) => isFinal && !replayed,
    );
  }

  /** True when the key is this transaction's now. Waits while another transaction holds it, in whatever process. */
  async #claim({ actor, owner, key, hash }: KeyRow): Promise<boolean> {
    try {
      return await this.database.write(actor, async (change) => {
        const { now } = change;
        await change.sql(sql`set local lock_timeout = ${sql.lit(patienceMs)}`);
        const claimed = await change.sql(sql`
          insert into idempotency_key as k (workspace_id, user_id, key, body_hash, answer, created_at, expires_at)
          values (${actor.workspaceId}, ${owner}, ${key}, ${hash}, '', ${now}, ${new Date(now.getTime() + keptMs)})
          on conflict (workspace_id, user_id, key) do update set body_hash = excluded.body_hash,
            answer = excluded.answer, created_at = excluded.created_at, expires_at = excluded.expires_at
            where k.expires_at <= excluded.created_at
          returning true`);
        await change.sql(sql`set local lock_timeout to default`);
        return claimed.length > 0;
      });
    } catch (error) {
      throw isLockTimeout(error) ? inProgress(key) : error;
    }
  }

  /** What the mutation answered; nothing when the row is gone, because a sweep took it meanwhile. */
  async #answered({ actor, owner, key, hashes, place }: KeyRow): Promise<string | undefined> {
    const row = await this.database.row(sql<{ bodyHash: Buffer; answer: Buffer }>`
      select body_hash as "bodyHash", answer from idempotency_key
      where workspace_id = ${actor.workspaceId} and user_id = ${owner} and key = ${key}`);
    if (row === undefined) return undefined;
    const keys = this.#keys[hashes.findIndex((hash) => row.bodyHash.equals(hash))];
    if (keys === undefined) throw usedOtherwise(key);
    return unseal(keys.answer, row.answer, place);
  }

  async #keep({ actor, owner, key, place }: KeyRow, text: string): Promise<void> {
    const answer = seal(this.#keys[0].answer, text, place);
    await this.database.write(actor, (change) =>
      change.sql(sql`update idempotency_key set answer = ${answer}
        where workspace_id = ${actor.workspaceId} and user_id = ${owner} and key = ${key}`),
    );
  }
}

interface KeyPair {
  readonly hash: Buffer;
  readonly answer: Buffer;
}

interface KeyRow {
  readonly actor: Actor;
  /** Whose key it is: a user's, or an API key's own. */
  readonly owner: string;
  readonly key: string;
  readonly hash: Buffer;
  /** By each of the keys, this one first. */
  readonly hashes: readonly Buffer[];
  readonly place: string;
}

/** API keys are held by programs that do not know each other, and of which one may less than the other. */
const ownerOf = ({ credential, userId }: Actor): string => (credential?.kind === "API_KEY" ? credential.id : userId);

/** JSON in which the order of an object's fields makes no difference: clients may write the same request twice. */
const canonical = (body: unknown): string =>
  JSON.stringify(body, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const within = async <T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
};

const isLockTimeout = (error: unknown) => (error as { code?: string }).code === "55P03";

const usedOtherwise = (key: string) =>
  new DomainError(
    "CONFLICT",
    `The idempotency key ${JSON.stringify(key)} was used for another request within the last 24 hours: choose a new one.`,
    { field: "idempotencyKey" },
  );

const inProgress = (key: string) =>
  new DomainError(
    "CONFLICT",
    `The request with the idempotency key ${JSON.stringify(key)} is still in progress: send it again later.`,
    { field: "idempotencyKey", retryAfter: 1 },
    { transient: true },
  );
