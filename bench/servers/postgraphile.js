// PostGraphile 5 on the same tables, with its standard preset and nothing of a development server.
import { createServer } from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { databaseUrl, poolSize, port } from "./settings.js";

// Groups ordered by their count are not in its schema: its own way to get them is a function of the database.
const topAuthors = `
  create or replace function top_authors(in_workspace text) returns table (author text, count bigint) language sql stable as $$
    select author, count(*) from quote where workspace_id = in_workspace group by author order by count(*) desc, author
  $$`;
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
await client.query(topAuthors);
await client.end();

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: databaseUrl, schemas: ["public"], poolConfig: { max: poolSize } })],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
});
const served = instance.createServ(grafserv);
const server = createServer();
await served.addTo(server);
server.listen(port, "127.0.0.1");
