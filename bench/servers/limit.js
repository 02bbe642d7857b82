// The physical limit: bare node:http and pg, one hand-written statement an operation, which returns the JSON of the answer.
import { createServer } from "node:http";
import pg from "pg";
import { newQuoteId } from "../queries.js";
import { databaseUrl, poolSize, port, user, workspace } from "./settings.js";

const operations = {
  Q1: {
    sql: `select json_build_object('data', json_build_object('quote', (
        select json_build_object('id', id, 'text', text, 'author', author, 'source', source, 'topic', topic, 'createdAt', created_at)
        from quote where id = $1 and workspace_id = $2)))::text`,
    values: ({ id }) => [id, workspace],
  },
  Q2: {
    sql: `with page as (
        select id, text, author, created_at, created_by_id, row_number() over () as n
        from (select * from quote where workspace_id = $1 order by created_at desc, id desc limit $2 + 1) q
      )
      select json_build_object('data', json_build_object('quotes', json_build_object(
        'edges', json_agg(json_build_object(
          'cursor', encode(convert_to(p.id, 'UTF8'), 'base64'),
          'node', json_build_object('id', p.id, 'text', p.text, 'author', p.author, 'createdAt', p.created_at,
            'createdBy', json_build_object('id', u.id, 'username', u.username))) order by p.n) filter (where p.n <= $2),
        'pageInfo', json_build_object(
          'endCursor', encode(convert_to(max(p.id) filter (where p.n = $2), 'UTF8'), 'base64'),
          'hasNextPage', count(*) > $2))))::text
      from page p join "user" u on u.id = p.created_by_id`,
    values: ({ first }) => [workspace, first],
  },
  Q3: {
    sql: `select json_build_object('data', json_build_object('quotes', json_build_object('nodes', json_agg(
        json_build_object('id', q.id, 'text', q.text, 'tags', q.tags,
          'createdBy', json_build_object('id', u.id, 'username', u.username),
          'favourites', json_build_object('nodes', f.nodes)) order by q.created_at desc, q.id desc))))::text
      from (select * from quote where workspace_id = $1 order by created_at desc, id desc limit $2) q
      join "user" u on u.id = q.created_by_id
      cross join lateral (
        select coalesce(json_agg(json_build_object('id', f.id, 'createdAt', f.created_at,
          'user', json_build_object('id', fu.id, 'username', fu.username)) order by f.created_at desc, f.id desc), '[]') as nodes
        from (select * from quote_favourite where quote_id = q.id order by created_at desc, id desc limit $3) f
        join "user" fu on fu.id = f.user_id) f`,
    values: ({ first, favourites }) => [workspace, first, favourites],
  },
  Q4: {
    sql: `select json_build_object('data', json_build_object('quotesAggregate', json_agg(
        json_build_object('group', json_build_object('author', author), 'count', count) order by count desc, author)))::text
      from (select author, count(*) from quote where workspace_id = $1 group by author order by count(*) desc, author limit $2) a`,
    values: ({ first }) => [workspace, first],
  },
  // The same rows as Atrium writes, in one statement: the bench compares what both have added to each table.
  M1: {
    sql: `with new as (
        insert into quote (id, workspace_id, created_at, updated_at, text, author, topic, source, created_by_id)
        values ($1, $2, now(), now(), $3, $4, $5, 'USER', $6) returning *
      ), logged as (
        insert into event (id, workspace_id, created_at, kind, subject_id, actor_id, request_id, data)
        select replace(id, 'quote_', 'event_'), workspace_id, created_at, 'quote.created', id, created_by_id, $7,
          jsonb_build_object('id', id, 'text', text, 'author', author, 'source', source, 'topic', topic)
        from new
      )
      select json_build_object('data', json_build_object('createQuote', json_build_object('id', new.id, 'text', text,
        'author', author, 'createdAt', new.created_at,
        'createdBy', json_build_object('id', u.id, 'username', u.username))))::text
      from new join "user" u on u.id = new.created_by_id`,
    values: ({ input: { text, author, topic } }) => {
      const id = newQuoteId();
      return [id, workspace, text, author, topic, user, id.replace("quote_", "request_")];
    },
  },
};

/** `pipelined`: named statements, several on their way at a time on each connection. */
export const startLimit = async ({ pipelined }) => {
  const connection = { connectionString: databaseUrl, options: "-c timezone=UTC" };
  const clients = pipelined
    ? Array.from({ length: poolSize }, () => new pg.Client({ ...connection, pipeline: true }))
    : [new pg.Pool({ ...connection, max: poolSize })];
  if (pipelined) await Promise.all(clients.map((client) => client.connect()));
  let turn = 0;
  const run = async ({ operationName, variables }) => {
    if (operationName === "T0") return '{"data":{"__typename":"Query"}}';
    const { sql, values } = operations[operationName];
    const client = clients[turn++ % clients.length];
    const query = { text: sql, values: values(variables), rowMode: "array" };
    const { rows } = await client.query(pipelined ? { ...query, name: operationName } : query);
    return rows[0][0];
  };
  createServer((request, response) => {
    if (request.method === "GET") return response.end("ready");
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", async () => {
      try {
        const json = await run(JSON.parse(body));
        response.writeHead(200, {
          "content-type": "application/json; charset=utf-8",
          "content-length": Buffer.byteLength(json),
        });
        response.end(json);
      } catch (error) {
        response.writeHead(500).end(JSON.stringify({ errors: [{ message: error.message }] }));
      }
    });
  }).listen(port, "127.0.0.1");
};

if (import.meta.main) await startLimit({ pipelined: false });
