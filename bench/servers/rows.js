import pg from "pg";
import { newQuoteId } from "../queries.js";
import { databaseUrl, poolSize, user, workspace } from "./settings.js";

const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });

const quoteColumns = `id, text, author, source, topic, tags, created_at as "createdAt", created_by_id as "createdById"`;

/** The hand-written statements of the peers that have no ORM. */
export const findQuote = async (id) => {
  const sql = `select ${quoteColumns} from quote where id = $1 and workspace_id = $2`;
  return (await pool.query(sql, [id, workspace])).rows[0];
};

export const newestQuotes = async (first) => {
  const sql = `select ${quoteColumns} from quote where workspace_id = $1 order by created_at desc, id desc limit $2`;
  const { rows } = await pool.query(sql, [workspace, first + 1]);
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ node, cursor: Buffer.from(node.id).toString("base64url") }));
  return { nodes, edges, pageInfo: { endCursor: edges.at(-1)?.cursor ?? null, hasNextPage: rows.length > first } };
};

/** Users by id, in the order of the ids. */
export const usersByIds = async (ids) => {
  const { rows } = await pool.query('select id, username from "user" where id = any($1)', [ids]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
};

/** The newest favourites of each quote, in the order of the ids. */
export const favouritesOf = async (quoteIds, first) => {
  const sql = `select f.id, f.created_at as "createdAt", f.user_id as "userId", q.id as "quoteId"
    from unnest($1::text[]) q (id) cross join lateral (
      select * from quote_favourite where quote_id = q.id order by created_at desc, id desc limit $2) f`;
  const { rows } = await pool.query(sql, [quoteIds, first]);
  const byQuote = new Map(quoteIds.map((id) => [id, { nodes: [] }]));
  for (const row of rows) byQuote.get(row.quoteId).nodes.push(row);
  return quoteIds.map((id) => byQuote.get(id));
};

export const topAuthors = async (first) => {
  const sql = `select author, count(*)::int as count from quote where workspace_id = $1
    group by author order by count(*) desc, author limit $2`;
  const { rows } = await pool.query(sql, [workspace, first]);
  return rows.map(({ author, count }) => ({ group: { author }, count }));
};

/** A bare insert: no event. */
export const createQuote = async ({ text, author, topic }) => {
  const sql = `insert into quote (id, workspace_id, created_at, updated_at, text, author, topic, source, created_by_id)
    values ($1, $2, now(), now(), $3, $4, $5, 'USER', $6) returning ${quoteColumns}`;
  return (await pool.query(sql, [newQuoteId(), workspace, text, author, topic, user])).rows[0];
};
