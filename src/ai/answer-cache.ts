import { createHmac } from "node:crypto";
import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import { canonicalJson } from "#src/platform/audit-chain.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import { storageOf } from "#src/platform/column.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import type { Keys } from "#src/platform/keys.js";
import type { Metrics } from "#src/platform/metrics.js";
import { CacheMode } from "./cache-mode.js";
import { CachedAnswer } from "./cached-answer.js";
import { Generation } from "./generation.js";
import type { GenerationRequest } from "./generation-request.js";
import { embedText } from "./offline/embed-text.js";
import type { CacheHit, CacheScope, CacheUse, GenerateRequest, Message } from "./provider.js";
import { sameMeaning } from "./same-meaning.js";
import { bareText } from "./without-politeness.js";

/** How long an answer may be given again, in milliseconds. */
export const answerMs = 60 * 60_000;
/** How long it is kept for the case that nobody else answers. */
export const staleAnswerMs = 24 * 60 * 60_000;
/** Cosine from which on two prompts may be the same. What they say decides then: a sentence and its negation are as near. */
export const leastSimilarity = 0.95;
/** The newest answers of a context that a prompt is compared with. */
const mostCompared = 500;
/** The nearest of them whose words are looked at. */
const mostRead = 20;
/** Longer prompts are only found by their hash: they are near to each other whatever their one number or name is. */
const mostCharacters = 2_000;

/** A text that may be given again. */
export interface KeptAnswer {
  readonly text: string;
  readonly hit: CacheHit;
}

/** What the cache did since a time, as far as a viewer sees its generations. */
export interface AnswerCacheStats {
  readonly since: Date;
  readonly entries: number;
  readonly exactHits: number;
  readonly similarHits: number;
  readonly misses: number;
}

interface Deps {
  readonly database: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

type Asked = Omit<GenerateRequest, "cache">;

/** Answers that were given in the last hour, in Postgres: for all processes, and for nobody who may not see their generation. */
export class AnswerCache {
  readonly #key: Buffer;

  constructor(private readonly deps: Deps) {
    this.#key = deps.keys.derive("answer cache");
  }

  /** An answer to the same request, or to one that says the same in other words. */
  async find(request: Asked, { purpose, scope }: CacheUse): Promise<KeptAnswer | undefined> {
    const { exactHash, contextHash, prompt } = this.#keysOf(request, purpose);
    const found = (await this.#exact(exactHash, scope)) ?? (await this.#similar(contextHash, prompt, scope));
    this.deps.metrics.aiCache.inc({ outcome: found?.hit.kind.toLowerCase() ?? "miss" });
    return found;
  }

  /** The last answer to the same request, of whatever age: for when no provider gives one. */
  async lastResort(request: Asked, { purpose, scope }: CacheUse): Promise<KeptAnswer | undefined> {
    const { exactHash } = this.#keysOf(request, purpose);
    const found = await this.#exact(exactHash, scope, "expires_at");
    if (found === undefined) return undefined;
    this.deps.metrics.aiCache.inc({ outcome: "stale" });
    return { ...found, hit: { ...found.hit, isStale: true } };
  }

  /** Keeps the answer that a generation was given, in the commit that stores it. */
  keep(change: Change, { id, request, purpose }: Generation): void {
    const { exactHash, contextHash, prompt } = this.#keysOf(request, purpose);
    change.create(CachedAnswer, {
      ...{ generationId: id, exactHash, contextHash },
      embedding: prompt === undefined ? null : toBytes(embedText(bareText(prompt))),
      freshUntil: new Date(change.now.getTime() + answerMs),
      expiresAt: new Date(change.now.getTime() + staleAnswerMs),
    });
  }

  /** Forgets all answers of the workspace, also those of private generations, and says how many they were. */
  purge(actor: Actor): Promise<number> {
    return this.deps.database.write(actor, async (change) => {
      const { length: entries } = await change.sql(
        sql`delete from cached_answer where workspace_id = ${actor.workspaceId} returning id`,
      );
      change.audit("ai_cache.purged", { id: actor.workspaceId }, { before: { entries }, after: { entries: 0 } });
      return entries;
    });
  }

  /** Counted from the generations themselves, so it holds over all processes. */
  async stats(actor: Actor, since: Date | null | undefined): Promise<AnswerCacheStats> {
    const { database, clock } = this.deps;
    const from = since ?? new Date(clock.now().getTime() - dayMs);
    const text = `
      select count(*) filter (where source.cache_hit = 'EXACT'), count(*) filter (where source.cache_hit = 'SIMILAR'),
        count(*) filter (where source.cache_hit is null and source.cache_mode = '${CacheMode.USE}' and source.status = 'SUCCEEDED'),
        (select count(*) from cached_answer c join generation source on source.id = c.generation_id where ${live("$4")})
      from generation source where ${visible} and source.created_at >= $3::timestamptz`;
    const values = [actor.workspaceId, actor.userId, from.toISOString(), clock.now().toISOString()];
    const [row = []] = await database.read(actor, { text, values, width: 4 });
    const [exactHits = 0, similarHits = 0, misses = 0, entries = 0] = row.map(Number);
    return { since: from, entries, exactHits, similarHits, misses };
  }

  async #exact(hash: string, scope: CacheScope, until: Until = "fresh_until"): Promise<KeptAnswer | undefined> {
    const where = "c.exact_hash = $5";
    const [row] = await this.#read(scope, { columns: answerColumns, where, value: hash, limit: 1, until });
    return row && kept(row, "EXACT", 1);
  }

  async #similar(hash: string, prompt: string | undefined, scope: CacheScope): Promise<KeptAnswer | undefined> {
    if (prompt === undefined) return undefined;
    const columns = ["source.id", "encode(c.embedding, 'hex')"];
    const where = "c.context_hash = $5 and c.embedding is not null";
    const rows = await this.#read(scope, { columns, where, value: hash, limit: mostCompared });
    if (rows.length === 0) return undefined;
    const vector = toBytes(embedText(bareText(prompt)));
    const near = rows
      .map(([id = "", embedding]) => [id, cosine(vector, Buffer.from(embedding ?? "", "hex"))] as const)
      .filter(([, similarity]) => similarity >= leastSimilarity)
      .sort(([, a], [, b]) => b - a)
      .slice(0, mostRead);
    if (near.length === 0) return undefined;
    const read = await this.#read(scope, {
      columns: [...answerColumns, "source.request"],
      where: "source.id = any($5::text[])",
      value: near.map(([id]) => id),
      limit: mostRead,
    });
    const byId = new Map(read.map((row) => [row[0], row]));
    for (const [id, similarity] of near) {
      const row = byId.get(id);
      const asked = row && lastOfUser((JSON.parse(row[4] ?? "{}") as GenerationRequest).messages ?? []);
      if (row && asked && sameMeaning(asked.text, prompt)) return kept(row, "SIMILAR", similarity);
    }
    return undefined;
  }

  /** Entries that may answer in a scope, the newest first. What all will see must not come from what few may. */
  async #read(scope: CacheScope, { columns, where, value, limit, until = "fresh_until" }: Wanted): Promise<Read[]> {
    const { database, clock } = this.deps;
    const text = `select ${columns.join(", ")} from cached_answer c join generation source on source.id = c.generation_id
      where ${live("$3", until)} and (source.visibility = 'WORKSPACE' or $4 = 'PRIVATE') and ${where}
      order by c.created_at desc, c.id desc limit ${limit}`;
    const values = [scope.workspaceId, scope.userId, clock.now().toISOString(), scope.visibility, value];
    return (await database.read(scope, { text, values, width: columns.length })) as Read[];
  }

  #keysOf({ admit: _, ...request }: Asked, purpose: string) {
    const { messages } = request;
    const last = lastOfUser(messages);
    const rest = messages.map((message) => (message === last ? { role: message.role } : message));
    return {
      exactHash: this.#hash(["exact", purpose, request]),
      contextHash: this.#hash(["context", purpose, { ...request, messages: rest }]),
      prompt: last === undefined || last.text.length > mostCharacters ? undefined : last.text,
    };
  }

  #hash(value: unknown): string {
    return createHmac("sha256", this.#key).update(canonicalJson(value)).digest("base64url");
  }
}

interface Wanted {
  readonly columns: readonly string[];
  /** Condition on an entry `c` and its generation `source`, with the value as $5. */
  readonly where: string;
  readonly value: unknown;
  readonly limit: number;
  readonly until?: Until;
}

const answerColumns = ["source.id", "source.text", "source.provider", "source.model"];

/** The column that says how long an entry may be given. */
type Until = "fresh_until" | "expires_at";

type Read = (string | undefined)[];

/** Of a generation `source`: seen by the user $2 in the workspace $1. */
const visible = storageOf(Generation).visible("source", { workspace: "$1", user: "$2" });

/** Of an entry `c` and its generation `source`: the answer is as it was given, and may be given again to who sees it. */
const live = (now: string, until: Until = "fresh_until"): string =>
  `c.workspace_id = $1 and c.${until} > ${now}::timestamptz and ${visible} and source.status = 'SUCCEEDED' and source.is_complete
    and not source.is_degraded`;

const kept = ([generationId = "", text = "", provider, model]: Read, kind: CacheHit["kind"], similarity: number) => ({
  text,
  hit: { kind, generationId, similarity, isStale: false, provider: provider ?? "", model: model ?? "" },
});

const lastOfUser = (messages: readonly Message[]): Message | undefined =>
  messages.findLast(({ role }) => role === "user");

/** A vector in signed bytes, which tell angles well enough: 384 of them are read for each answer that is compared. */
const toBytes = (vector: readonly number[]): Buffer => {
  const greatest = Math.max(...vector.map(Math.abs));
  return Buffer.from(Int8Array.from(vector, (value) => Math.round((value / greatest) * 127)).buffer);
};

const cosine = (a: Buffer, b: Buffer): number => {
  if (a.length !== b.length) return 0;
  let product = 0;
  let ofA = 0;
  let ofB = 0;
  for (let place = 0; place < a.length; place += 1) {
    const left = a.readInt8(place);
    const right = b.readInt8(place);
    product += left * right;
    ofA += left * left;
    ofB += right * right;
  }
  return Math.min(1, product / Math.sqrt(ofA * ofB));
};
