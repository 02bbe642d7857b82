import type { Embedder } from "#src/ai/embedder.js";
import { addCall } from "#src/ai/spending.js";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { compileFilter } from "#src/platform/lists/filter-sql.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Visibility } from "#src/platform/owned-row.js";
import { currentScope } from "#src/platform/scope.js";
import type { Query } from "#src/platform/vectors/sql-session.js";
import type { Neighbour, VectorIndex, VectorSpace } from "#src/platform/vectors/vector-index.js";
import { Quote } from "./quote.js";
import { quoteCollection } from "./quote-embeddings.js";
import type { QuoteHit, QuoteSearchState } from "./quote-hit.js";
import type { QuoteIndexer } from "./quote-indexer.js";

export const mostHits = 100;
/** Below it a text has nothing to do with what was asked: docs/search.md has the figures. */
export const leastScore = 0.2;

/** Neighbours that are looked at first, for each that is wanted, and how many times more when too few may be seen. */
const perHit = 4;
const leastNeighbours = 50;
const growth = 8;

interface Wish {
  readonly query: string;
  readonly first: number;
  readonly filter?: object | null | undefined;
  readonly minScore: number;
}

interface Deps {
  readonly database: Database;
  readonly embedder: Embedder;
  readonly indexer: QuoteIndexer;
  readonly index: VectorIndex;
  /** The system's own statements, about vectors. */
  readonly query: Query;
}

/** Finds quotes by what they say. The index knows nothing of who may see what: rows are read on behalf of who asks. */
export class QuoteSearch {
  constructor(private readonly deps: Deps) {}

  async search(actor: Actor, { query, first, filter, minScore }: Wish): Promise<QuoteHit[]> {
    const wanted = query.trim();
    if (wanted === "" || [...query].length > 500) throw badInput("`query` must have 1 to 500 characters.", "query");
    if (first < 1 || first > mostHits)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${mostHits}.`, "first");
    if (!(minScore >= -1 && minScore <= 1))
      throw badInput(`\`minScore\` is ${minScore}; it must be from -1 to 1.`, "minScore");
    const [vector] = await Promise.all([this.#vectorOf(actor, wanted), this.deps.indexer.catchUp(actor.workspaceId)]);
    const space = { workspaceId: actor.workspaceId, collection: quoteCollection, model: this.deps.embedder.model };
    return this.#find(actor, space, vector, { first, filter, minScore });
  }

  /** Ever more neighbours, until enough of them may be seen and fit, or none is left that is near enough. */
  async #find(
    actor: Actor,
    space: VectorSpace,
    vector: Float32Array,
    { first, filter, minScore }: Omit<Wish, "query">,
  ): Promise<QuoteHit[]> {
    const hits: QuoteHit[] = [];
    const looked = new Set<string>();
    for (let limit = Math.max(leastNeighbours, first * perHit); ; limit *= growth) {
      currentScope()?.signal?.throwIfAborted();
      const neighbours = await this.deps.index.search(space, vector, limit);
      const near = neighbours.filter(({ similarity }) => similarity >= minScore);
      const fresh = near.filter(({ subjectId }) => !looked.has(subjectId));
      for (const { subjectId } of fresh) looked.add(subjectId);
      hits.push(...(await this.#visible(actor, fresh, filter)));
      if (hits.length >= first || near.length < neighbours.length || neighbours.length < limit)
        return hits.slice(0, first);
    }
  }

  async #visible(
    actor: Actor,
    neighbours: readonly Neighbour[],
    filter: object | null | undefined,
  ): Promise<QuoteHit[]> {
    const { select, read } = rowReader(Quote);
    const { table, visible } = shapeOf(Quote);
    const parameters = new Parameters(actor);
    const columns = select("t", parameters);
    const conditions = [
      `t.id = any(${parameters.add(neighbours.map(({ subjectId }) => subjectId))})`,
      visible("t", parameters),
      ...(filter ? [compileFilter(shapeOf(Quote), "t", filter, parameters)] : []),
    ];
    if (neighbours.length === 0) return [];
    const text = `select ${columns.join(", ")} from ${table} t where ${conditions.join(" and ")}`;
    const rows = await this.deps.database.read(actor, { text, values: parameters.values, width: columns.length });
    const quotes = new Map(rows.map(read).map((quote) => [quote.id, quote]));
    return neighbours.flatMap(({ subjectId, similarity }) => {
      const quote = quotes.get(subjectId);
      return quote === undefined ? [] : [{ quote, score: Math.min(1, similarity) }];
    });
  }

  async #vectorOf(actor: Actor, text: string): Promise<Float32Array> {
    const { embedder, database } = this.deps;
    const { vectors, attempts } = await embedder.embed([text], currentScope()?.signal ?? new AbortController().signal);
    if (embedder.isPaid && attempts.length > 0)
      await database.write(actor, async (change) => {
        const { credential, userId } = actor;
        const apiKeyId = credential?.kind === "API_KEY" ? credential.id : null;
        const asked = {
          id: null,
          createdById: userId,
          apiKeyId,
          visibility: Visibility.PRIVATE,
          purpose: "quotes.search",
        };
        for (const attempt of attempts) addCall(change, asked, attempt);
      });
    return vectors[0] ?? new Float32Array();
  }

  async state(actor: Actor): Promise<QuoteSearchState> {
    const { embedder, index, query } = this.deps;
    const { table, visible } = shapeOf(Quote);
    const parameters = new Parameters(actor);
    const seen = visible("t", parameters);
    const [row] = await query<{ pending: number }>(
      `select count(*)::integer as pending from ${table} t where ${seen} and not exists (
         select 1 from embedding e where e.subject_id = t.id and e.model = ${parameters.add(embedder.model)})`,
      parameters.values,
    );
    return { model: embedder.model, engine: index.name, pending: row?.pending ?? 0 };
  }
}
