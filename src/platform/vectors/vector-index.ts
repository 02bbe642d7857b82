/** What is searched together: rows of one kind, of one workspace, by one model. */
export interface VectorSpace {
  readonly workspaceId: string;
  /** Such as `quote`. */
  readonly collection: string;
  /** `provider/model`. */
  readonly model: string;
}

export interface Neighbour {
  readonly subjectId: string;
  /** Cosine similarity, −1 to 1. */
  readonly similarity: number;
}

/**
 * Finds vectors near to another one. The rows of `embedding` are the truth; an index is made of them and can be made anew.
 * It knows nothing of who may see what: callers ask for more than they need and let the database decide.
 */
export interface VectorIndex {
  /** What the operator calls it, such as `exact` or `pgvector`. */
  readonly name: string;
  /** At most `limit` neighbours, the nearest first. `vector` has length 1. */
  search(space: VectorSpace, vector: Float32Array, limit: number): Promise<readonly Neighbour[]>;
  close(): void;
}
