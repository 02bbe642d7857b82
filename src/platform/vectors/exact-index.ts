import { shareNext } from "../share-next.js";
import type { Query } from "./sql-session.js";
import { vectorOf } from "./vector-bytes.js";
import type { Neighbour, VectorIndex, VectorSpace } from "./vector-index.js";
import { VectorSet } from "./vector-set.js";

interface Options {
  readonly query: Query;
  /** Most bytes of vectors in memory; the space that was searched last always stays. */
  readonly maxBytes: number;
}

const page = 1_000;
/** From one look at what has been deleted to the next, and how long a space stays that nobody searches, in milliseconds. */
const lookMs = 60_000;
const idleMs = 15 * 60_000;

/** A space in memory: read once, then each time what other transactions have written since. */
class LoadedSpace {
  readonly vectors: VectorSet;
  usedAt = performance.now();
  #lookedAt = performance.now();
  /** Behind it everything has been read. */
  #floor = "0";
  readonly refresh = shareNext(() => this.#read());

  constructor(
    private readonly query: Query,
    private readonly space: VectorSpace,
    length: number,
  ) {
    this.vectors = new VectorSet(length);
  }

  get #of(): [string, string, string] {
    return [this.space.workspaceId, this.space.collection, this.space.model];
  }

  async #read(): Promise<void> {
    let [xid, subjectId] = [this.#floor, ""];
    let floor: string | undefined;
    for (;;) {
      // Its snapshot is taken before the rows are read, so what commits meanwhile is above the floor.
      const rows = await this.query<{ subjectId: string; vector: Uint8Array; xid: string; floor: string }>(
        `select subject_id as "subjectId", vector, xid::text, pg_snapshot_xmin(pg_current_snapshot())::text as floor
         from embedding where workspace_id = $1 and collection = $2 and model = $3 and (xid, subject_id) > ($4::xid8, $5)
           and octet_length(vector) = $6
         order by embedding.xid, subject_id limit ${page}`,
        [...this.#of, xid, subjectId, this.vectors.length * 4],
      );
      floor ??= rows[0]?.floor;
      for (const row of rows) this.vectors.set(row.subjectId, vectorOf(row.vector));
      const last = rows.at(-1);
      if (last === undefined || rows.length < page) break;
      ({ xid, subjectId } = last);
    }
    this.#floor = floor ?? this.#floor;
  }

  /** Now and then, what has been deleted is forgotten here too. Nobody finds it meanwhile: its row is gone. */
  async forgetDeleted(): Promise<void> {
    if (performance.now() - this.#lookedAt < lookMs) return;
    this.#lookedAt = performance.now();
    const known = [...this.vectors.ids];
    const rows = await this.query<{ id: string }>(
      "select subject_id as id from embedding where workspace_id = $1 and collection = $2 and model = $3",
      this.#of,
    );
    const stored = new Set(rows.map(({ id }) => id));
    for (const id of known) if (!stored.has(id)) this.vectors.delete(id);
  }
}

/**
 * Compares with every vector of the space, which this process has in its memory: always right, and fast up to some hundred
 * thousand. It needs nothing but the table.
 */
export const exactIndex = ({ query, maxBytes }: Options): VectorIndex => {
  /** By their keys; the one that was used last is the last. */
  const spaces = new Map<string, LoadedSpace>();
  const bytes = () => [...spaces.values()].reduce((sum, { vectors }) => sum + vectors.bytes, 0);
  const dropIdle = () => {
    for (const [key, { usedAt }] of spaces) if (performance.now() - usedAt > idleMs) spaces.delete(key);
  };
  const timer = setInterval(dropIdle, lookMs).unref();
  return {
    name: "exact",
    async search(space: VectorSpace, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
      const key = JSON.stringify([space.workspaceId, space.collection, space.model, vector.length]);
      const loaded = spaces.get(key) ?? new LoadedSpace(query, space, vector.length);
      spaces.delete(key);
      spaces.set(key, loaded);
      loaded.usedAt = performance.now();
      await loaded.refresh();
      await loaded.forgetDeleted();
      for (const [other] of spaces) {
        if (other === key || bytes() <= maxBytes) break;
        spaces.delete(other);
      }
      return loaded.vectors.nearest(vector, limit);
    },
    close() {
      clearInterval(timer);
      spaces.clear();
    },
  };
};
