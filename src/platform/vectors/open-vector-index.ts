import { exactIndex } from "./exact-index.js";
import { pgvectorIndex } from "./pgvector-index.js";
import { hasPgvector } from "./pgvector-tables.js";
import type { SqlSession } from "./sql-session.js";
import type { VectorIndex } from "./vector-index.js";

/** The index that the database allows: pgvector where the extension is, else the exact one. */
export const openVectorIndex = async (sql: SqlSession, maxBytes: number): Promise<VectorIndex> =>
  (await hasPgvector(sql.query)) ? pgvectorIndex(sql) : exactIndex({ query: sql.query, maxBytes });
