import { isDeepStrictEqual } from "node:util";
import { owner, signIn } from "./atrium.js";
import { withClient } from "./database.js";
import { httpRequest, load } from "./load.js";
import { cpuMs } from "./process.js";
import { queries } from "./queries.js";
import { spread } from "./statistics.js";

/** Sessions are opened anew before their access tokens end. */
const tokenAgeMs = 5 * 60_000;
const warmUpSeconds = 1;
/** Each measurement begins with some load that is not counted: the last one was on another server. */
const lead = 0.1;

/** Requests of one query for one server, round and round. */
export const requestsFor = async (server, name, sample) => {
  if (server.name === "atrium" && !(server.signedInAt > Date.now() - tokenAgeMs)) {
    server.headers = await signIn(server, owner);
    server.signedInAt = Date.now();
  }
  const { documentOf, variablesOf, expectedOf } = dialect(server, name, sample);
  const make = (variables) => {
    const body = { operationName: name, query: documentOf(), variables: variablesOf(variables) };
    return httpRequest(server.port, server.headers ?? {}, body, expectedOf(variables));
  };
  const all = queries[name].variables?.(sample) ?? [{}];
  // Where the client makes the ids, no request can be sent twice.
  if (server.name === "postgraphile" && queries[name].postgraphileVariables !== undefined) {
    let turn = 0;
    return () => make(all[turn++ % all.length]);
  }
  const requests = all.map(make);
  let turn = 0;
  return () => requests[turn++ % requests.length];
};

const dialect = (server, name, sample) => {
  const query = queries[name];
  const own = server.name === "postgraphile";
  return {
    documentOf: () => (own ? query.postgraphile : query.document).replace(/\s+/g, " "),
    variablesOf: (variables) => {
      if (own && query.postgraphileVariables) return query.postgraphileVariables(variables.input, sample);
      const text = own ? query.postgraphile : query.document;
      return Object.fromEntries(Object.entries(variables).filter(([key]) => text.includes(`$${key}:`)));
    },
    expectedOf: (variables) => variables.id ?? variables.input?.text ?? "data",
  };
};

/** What there is to ask for: ids at random, and whose workspace it is. */
export const readSample = (url) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      `select m.workspace_id as workspace, u.id as "user" from "user" u join membership m on m.user_id = u.id where u.email = $1`,
      [owner.email],
    );
    const ids = await client.query("select id from quote order by hashtextextended(id, 7) limit 5000");
    return { ...rows[0], ids: ids.rows.map(({ id }) => id) };
  });

/**
 * Asks a server one query and returns the data of the answer in the common form, or throws.
 */
export const answerOf = async (server, name, sample) => {
  await requestsFor(server, name, sample);
  const { documentOf, variablesOf } = dialect(server, name, sample);
  const variables = variablesOf((queries[name].variables?.(sample) ?? [{}])[0]);
  const answer = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...server.headers },
    body: JSON.stringify({ operationName: name, query: documentOf(), variables }),
  });
  const text = await answer.text();
  if (!answer.ok || text.includes('"errors"')) throw new Error(`${answer.status} ${text.slice(0, 600)}`);
  return queries[name].data(JSON.parse(text).data);
};

/** Holds every server's answer against the reference's. Returns what is wrong with each, by its name. */
export const verify = async (servers, name, sample) => {
  const answers = new Map();
  const wrong = {};
  for (const server of servers) {
    try {
      answers.set(server.name, await answerOf(server, name, sample));
    } catch (error) {
      wrong[server.name] = error.message;
    }
  }
  const [[reference, expected] = []] = answers;
  for (const [other, answer] of answers) {
    if (!isDeepStrictEqual(answer, expected))
      wrong[other] =
        `answers other data than ${reference}: ${JSON.stringify(answer).slice(0, 600)}, not ${JSON.stringify(expected).slice(0, 600)}`;
  }
  return wrong;
};

/** Rates of one query in rounds: `rounds[i][server]` is what round i measured. The order turns from round to round. */
export const measure = async (servers, name, sample, { rounds, seconds }) => {
  const next = new Map();
  for (const server of servers) {
    next.set(server, await requestsFor(server, name, sample));
    await load({ port: server.port, next: next.get(server), seconds: warmUpSeconds });
  }
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = servers.map((_, index) => servers[(index + round) % servers.length]);
    if (round % 2 === 1) order.reverse();
    const rates = {};
    for (const server of order) {
      await load({ port: server.port, next: next.get(server), seconds: lead });
      const before = cpuMs(server.pid);
      const measured = await load({ port: server.port, next: next.get(server), seconds });
      rates[server.name] = { ...measured, cpuMs: (cpuMs(server.pid) - before) / measured.answers };
    }
    measured.push(rates);
  }
  return measured;
};

/** Median and range of the ratios of two servers' rates, round by round. */
export const ratio = (measured, name, base) =>
  spread(measured.map((rates) => rates[name].perSecond / rates[base].perSecond));

/** The same of the processor time that an answer costs the server itself, turned so that more is better here, too. */
export const cpuRatio = (measured, name, base) => {
  const ratios = measured.map((rates) => rates[base].cpuMs / rates[name].cpuMs);
  return ratios.every(Number.isFinite) ? spread(ratios) : null;
};

/** Written behind the operations, for the limit's rows as well as for Atrium's own. */
const writtenLater = ["audit_seal", "audit_unsealed", "audit_checkpoint", "rate_limit_count"];

/** Rows by table, to see what an operation writes. */
export const countRows = (url) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename <> all ($1) order by 1",
      [writtenLater],
    );
    const counts = rows.map(({ name }) => `select '${name}' as name, count(*)::int as rows from public."${name}"`);
    const counted = await client.query(counts.join(" union all "));
    return Object.fromEntries(counted.rows.map(({ name, rows }) => [name, rows]));
  });
