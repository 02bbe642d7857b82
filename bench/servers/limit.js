// The physical limit: bare node:http and pg, one hand-written statement an operation, which returns
// the JSON of the answer.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";
import { newQuoteId } from "../queries.js";
import { databaseUrl, poolSize, port, user, workspace } from "./settings.js";

const operations = {
  Q1: {
    field: "quote",
    sql: `select json_build_object('id', id, 'text', text, 'author', author, 'source', source, 'topic', topic,
        'createdAt', created_at)::text
      from quote where id = $1 and workspace_id = $2`,
    values: ({ id }) => [id, workspace],
  },
  Q2: {
    field: "quotes",
    sql: `select json_build_object(
        'edges', json_agg(json_build_object('cursor', encode(e.id::bytea, 'base64'), 'node', e.node)),
        'pageInfo', json_build_object('endCursor', encode(min(e.id)::bytea, 'base64'),
          'hasNextPage', exists (select from quote where workspace_id = $1 offset $2)))::text
      from (
        select q.id, json_build_object('id', q.id, 'text', q.text, 'author', q.author, 'createdAt', q.created_at,
          'createdBy', json_build_object('id', u.id, 'username', u.username)) as node
        from quote q join "user" u on u.id = q.created_by_id
        where q.workspace_id = $1 order by q.created_at desc, q.id desc limit $2) e`,
    values: ({ first }) => [workspace, first],
  },
  Q3: {
    field: "quotes",
    sql: `select json_build_object('nodes', json_agg(json_build_object('id', q.id, 'text', q.text, 'tags', q.tags,
        'createdBy', (select json_build_object('id', u.id, 'username', u.username) from "user" u where u.id = q.created_by_id),
        'favourites', json_build_object('nodes', coalesce((
          select json_agg(json_build_object('id', f.id, 'createdAt', f.created_at,
            'user', (select json_build_object('id', u.id, 'username', u.username) from "user" u where u.id = f.user_id)))
          from (
            select id, created_at, user_id from quote_favourite where quote_id = q.id
            order by created_at desc, id desc limit $3) f), '[]')))))::text
      from (
        select id, text, tags, created_by_id from quote where workspace_id = $1
        order by created_at desc, id desc limit $2) q`,
    values: ({ first, favourites }) => [workspace, first, favourites],
  },
  Q4: {
    field: "quotesAggregate",
    sql: `select json_agg(json_build_object('group', json_build_object('author', author), 'count', count))::text
      from (
        select author, count(*) from quote where workspace_id = $1
        group by author order by count(*) desc, author limit $2) a`,
    values: ({ first }) => [workspace, first],
  },
  // The same rows as Atrium writes, in one statement: the bench compares what both add to each table.
  M1: {
    field: "createQuote",
    sql: `with new as (
        insert into quote (id, workspace_id, created_at, updated_at, text, author, topic, source, created_by_id)
        values ($1, $2, now(), now(), $3, $4, $5, 'USER', $6) returning id, created_at
      ), logged as (
        insert into event (id, workspace_id, created_at, kind, subject_id, actor_id, request_id, data)
        values ($7, $2, now(), 'quote.created', $1, $6, $8, $9)
      ), audited as (
        insert into audit_entry (id, workspace_id, created_at, actor_id, credential_id, action, outcome, subject_id, after,
          request_id, mac)
        values ($10, $2, now(), $6, 'session', 'quote.created', 'SUCCEEDED', $1, $9, $8, $11)
      )
      select json_build_object('id', new.id, 'text', $3::text, 'author', $4::text, 'createdAt', new.created_at,
        'createdBy', json_build_object('id', u.id, 'username', u.username))::text
      from new, "user" u where u.id = $6`,
    values: ({ input: { text, author, topic } }) => {
      const id = newQuoteId();
      const data = JSON.stringify({ id, text, author, source: "USER", topic });
      const [event, request, entry] = ["event_", "request_", "audit_entry_"].map((prefix) =>
        id.replace("quote_", prefix),
      );
      const mac = createHmac("sha256", "key").update(data).digest("hex");
      return [id, workspace, text, author, topic, user, event, request, data, entry, mac];
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
    const { field, sql, values } = operations[operationName];
    const client = clients[turn++ % clients.length];
    const query = { text: sql, values: values(variables), rowMode: "array" };
    const { rows } = await client.query(pipelined ? { ...query, name: operationName } : query);
    return `{"data":{"${field}":${rows[0]?.[0] ?? null}}}`;
  };
  createServer((request, response) => {
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
