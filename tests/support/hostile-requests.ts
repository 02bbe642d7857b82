import { gzipSync } from "node:zlib";
import { documentOf, type HostileRequest } from "./hostile-documents.js";

const quotes =
  "query ($filter: QuoteFilter, $after: String, $before: String, $orderBy: [QuoteOrder!]) { quotes(filter: $filter, after: $after, before: $before, orderBy: $orderBy) { nodes { id } } }";
const nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
const signIn = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }";
const harmless = "harmless";

const filter = (name: string, value: unknown, outcome: HostileRequest["outcome"] = "refused") =>
  documentOf(`filter: ${name}`, quotes, { filter: value }, outcome);

/** JSON that no object of JavaScript stands for. */
const raw = (name: string, body: string, outcome: HostileRequest["outcome"] = "refused"): HostileRequest => ({
  name: `body: ${name}`,
  outcome,
  body,
});
const nested = (depth: number) => `${'{"not":'.repeat(depth)}{"text":{"eq":"x"}}${"}".repeat(depth)}`;
const branch = { text: { contains: "a" } };

const variables = [
  filter("10,000 branches of or", { or: Array.from({ length: 10_000 }, () => branch) }),
  filter("10,000 branches of and", { and: Array.from({ length: 10_000 }, () => branch) }),
  filter("201 branches", { or: Array.from({ length: 201 }, () => branch) }),
  filter("or of or of or", {
    or: Array.from({ length: 15 }, () => ({ or: Array.from({ length: 15 }, () => ({ or: [branch] })) })),
  }),
  filter("1,001 values", { text: { in: Array.from({ length: 1_001 }, (_, n) => `${n}`) } }),
  filter("50,000 values", { text: { in: Array.from({ length: 50_000 }, (_, n) => `${n}`) } }),
  documentOf(
    "15 lists with a filter of 450 branches",
    `query ($filter: QuoteFilter) { ${Array.from({ length: 15 }, (_, n) => `a${n}: quotes(filter: $filter) { nodes { id } }`).join(" ")} }`,
    { filter: { or: Array.from({ length: 450 }, () => branch) } },
  ),
  filter("nothing", {}),
  filter("an empty condition", { text: {} }),
  filter("an empty or", { or: [] }),
  filter("null in or", { or: [null] }),
  filter("an operator of another database", { text: { $ne: "" } }),
  filter("an operator that is an object", { text: { eq: { $gt: "" } } }),
  filter("a list for a text", { text: { eq: ["a"] } }),
  filter("null for a text", { text: { eq: null } }),
  filter("a text", "text = 'x'"),
  filter("a list", [branch, branch]),
  filter("constructor", { constructor: { eq: "x" } }),
  filter("a condition named __proto__", JSON.parse('{"__proto__":{"text":{"eq":"x"}}}')),
  filter("a pattern of wildcards", { text: { contains: "%_".repeat(2_000) } }, harmless),
  filter(
    "a pattern that would run for ever as a regular expression",
    { text: { contains: `${"(a+)+".repeat(50)}$` } },
    harmless,
  ),
  filter("backslashes", { text: { startsWith: "\\".repeat(5_001) } }, harmless),
  filter("a text of 900,000 letters", { text: { contains: "x".repeat(900_000) } }, harmless),
  filter("a lone surrogate", { text: { eq: "\ud800" } }),
  filter("NUL", { text: { eq: "a\0b" } }),
  filter("NUL in a name", { "te\0xt": { eq: "a" } }),
  filter("a number past all bounds", { qualityScore: { gt: 1e308 } }, harmless),
  filter("the smallest number", { qualityScore: { lt: 5e-324 } }, harmless),
  filter("an enum that is none", { source: { eq: "HUMAN" } }),
  filter("an enum of JavaScript's names", { source: { eq: "__proto__" } }),
  ...[
    "0000-00-00T00:00:00Z",
    "2020-13-45T25:61:61Z",
    "+275760-09-13T00:00:00.001Z",
    "99999-01-01T00:00:00Z",
    "infinity",
    "now",
    "",
    1e20,
    -1,
    true,
  ].map((value) => filter(`the time ${JSON.stringify(value)}`, { createdAt: { gt: value } })),
  filter("the first day", { createdAt: { gt: "0001-01-01T00:00:00Z" } }, harmless),
  filter("the last day", { createdAt: { lt: "9999-12-31T23:59:59.999Z" } }, harmless),
  documentOf("100,000 ids", nodes, { ids: Array.from({ length: 100_000 }, () => "a") }),
  documentOf("101 ids in a variable", nodes, {
    ids: Array.from({ length: 101 }, () => "quote_01jd0000000000000000000000"),
  }),
  documentOf("ids that are objects", nodes, { ids: [{ id: 1 }, [[]], null] }),
  documentOf("5 criteria", quotes, { orderBy: Array.from({ length: 5 }, () => ({ field: "AUTHOR" })) }),
  documentOf("10,000 criteria", quotes, { orderBy: Array.from({ length: 10_000 }, () => ({ field: "AUTHOR" })) }),
  documentOf("a criterion of SQL", quotes, { orderBy: [{ field: "author; drop table quote" }] }),
  documentOf(
    "10,000 variables that nothing uses",
    "{ __typename }",
    Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`v${n}`, n])),
    harmless,
  ),
  documentOf("200,000 values", "{ __typename }", { a: Array.from({ length: 200_000 }, () => 1) }),
  documentOf("variables that are a text", "{ __typename }", "{}"),
  documentOf("variables that are a list", "{ __typename }", []),
  documentOf("variables that are a number", "{ __typename }", 1),
  raw("__proto__ for variables", '{"query":"{ __typename }","variables":{"__proto__":{"x":1}}}'),
  raw("__proto__ for everything", '{"__proto__":{"query":"{ __typename }"}}'),
  raw("a constructor with a prototype", '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"x":1}}}}'),
  raw("a filter 70 deep", `{"query":${JSON.stringify(quotes)},"variables":{"filter":${nested(70)}}}`),
  raw("a filter 11 deep", `{"query":${JSON.stringify(quotes)},"variables":{"filter":${nested(11)}}}`),
  raw("variables 5,000 deep", `{"query":"{ __typename }","variables":{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}}`),
  raw(
    "variables 400,000 deep",
    `{"query":"{ __typename }","variables":{"a":${"[".repeat(400_000)}${"]".repeat(400_000)}}}`,
  ),
  raw("lists that never end", `{"query":"{ __typename }","variables":${"[".repeat(900_000)}`),
  raw(
    "a number past all bounds",
    `{"query":"query ($n: Int) { quotes(first: $n) { totalCount } }","variables":{"n":1e999}}`,
  ),
  raw(
    "a long number",
    `{"query":"query ($n: Int) { quotes(first: $n) { totalCount } }","variables":{"n":${"9".repeat(100_000)}}}`,
  ),
];

const injections = [
  "' OR '1'='1",
  '\'; DROP TABLE "user"; --',
  "x'; SELECT pg_sleep(5); --",
  '1) UNION SELECT password FROM "user" --',
  "\\'; COPY (SELECT 1) TO PROGRAM 'id'; --",
  "$1 ?? :id {0} %(id)s",
];
const places: readonly [string, (text: string) => [string, object]][] = [
  ["an id", (id) => ["query ($id: ID!) { node(id: $id) { id } }", { id }]],
  ["a job", (id) => ["query ($id: ID!) { job(id: $id) { id } }", { id }]],
  ["a quote to delete", (id) => ["mutation ($id: ID!) { deleteQuote(id: $id) { id } }", { id }]],
  ["a cursor", (after) => [quotes, { after }]],
  ["a cursor of events", (after) => ["query ($after: String) { events(after: $after) { id } }", { after }]],
  ["a text", (text) => [quotes, { filter: { text: { eq: text } } }]],
  ["a part of a text", (text) => [quotes, { filter: { author: { contains: text } } }]],
  ["an address", (email) => [signIn, { input: { email, password: "x" } }]],
  ["a password", (password) => [signIn, { input: { email: "nobody@example.com", password } }]],
  [
    "a refresh token",
    (token) => ["mutation ($token: String!) { refreshSession(refreshToken: $token) { accessToken } }", { token }],
  ],
];
const sql = places.flatMap(([place, make]) =>
  injections.map((text) => documentOf(`SQL in ${place}: ${text}`, ...make(text), harmless)),
);

const json64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const cursors = [
  "x",
  "not a cursor",
  "=".repeat(10_000),
  "x".repeat(500_000),
  json64(null),
  json64({ __proto__: 1 }),
  json64(["id DESC", {}]),
  json64(["id DESC", "1", "2"]),
  json64(["id ASC", "quote_1"]),
  json64(["__proto__ DESC", "1"]),
  json64(["id DESC", null]),
  Buffer.from(`${"[".repeat(100_000)}`).toString("base64url"),
].map((after, index) => documentOf(`cursor ${index}: ${after.slice(0, 30)}`, quotes, { after }));
const ids = [
  "",
  " ",
  "quote_",
  "_",
  "quote_01JD0000000000000000000000",
  "quote_zzzzzzzzzzzzzzzzzzzzzzzzzz",
  "__proto___01jd0000000000000000000000",
  "x".repeat(500_000),
  "quote_01jd000000000000000000000\n",
].map((id, index) =>
  documentOf(
    `id ${index}: ${JSON.stringify(id.slice(0, 40))}`,
    "query ($id: ID!) { node(id: $id) { id } }",
    { id },
    harmless,
  ),
);

const typename = '{"query":"{ __typename }"}';
const typed = (type: string, body: HostileRequest["body"] = typename): HostileRequest => ({
  name: `content type ${type}`,
  outcome: "refused",
  headers: { "content-type": type },
  body: body as string,
});
const headed = (name: string, headers: Record<string, string>, outcome: HostileRequest["outcome"] = "refused") => ({
  name: `header ${name}`,
  outcome,
  headers,
  body: typename,
});
const asked = (name: string, fields: object, outcome: HostileRequest["outcome"] = "refused"): HostileRequest => ({
  name: `parameter ${name}`,
  outcome,
  body: JSON.stringify({ query: "query A { __typename } query B { __typename }", ...fields }),
});
const got = (name: string, search: string, outcome: HostileRequest["outcome"] = "refused"): HostileRequest => ({
  name: `GET ${name}`,
  outcome,
  method: "GET",
  path: `/graphql?${search}`,
  headers: { "apollo-require-preflight": "1" },
});

const stream = { accept: "text/event-stream" };
const transport: HostileRequest[] = [
  raw("nothing", ""),
  raw("null", "null"),
  raw("a number", "1"),
  raw("a text", '"{ __typename }"'),
  raw("an empty object", "{}"),
  raw("an empty list", "[]"),
  raw("a batch", `[${typename},${typename}]`),
  raw("a batch of 10,000", `[${Array.from({ length: 10_000 }, () => typename).join()}]`),
  raw("a batch in an object", `{"0":${typename},"length":1}`),
  raw("a comment", `/* */ ${typename}`),
  raw("something behind it", `${typename}{}`),
  raw("NaN", '{"query":NaN}'),
  raw("single quotes", "{'query':'{ __typename }'}"),
  raw("1.5 MB", `{"query":"${"x".repeat(1_500_000)}"}`),
  raw("a key of 900,000 letters", `{"${"k".repeat(900_000)}":1}`),
  raw("100,000 keys", `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join()}}`),
  raw("a key twice", '{"query":"{ me { id } }","query":"{ __typename }"}', harmless),
  raw("a byte order mark", `\ufeff${typename}`, harmless),
  { name: "body: UTF-16", outcome: "refused", body: Uint8Array.from(Buffer.from(typename, "utf16le")) },
  { name: "body: bytes that are no UTF-8", outcome: "refused", body: Uint8Array.from([0x7b, 0xff, 0xfe, 0x80, 0x7d]) },
  typed("text/plain"),
  typed("application/x-www-form-urlencoded", "query=%7B__typename%7D"),
  typed(
    "multipart/form-data; boundary=x",
    '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{ __typename }"}\r\n--x--',
  ),
  typed("application/graphql", "{ __typename }"),
  typed("text/plain; application/json"),
  typed("application/xml", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"),
  typed("application/octet-stream"),
  typed("x"),
  {
    ...typed("application/json", Uint8Array.from(gzipSync(Buffer.alloc(50_000_000)))),
    name: "a bomb of gzip",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
  },
  {
    ...typed("application/json"),
    name: "an unknown encoding",
    headers: { "content-type": "application/json", "content-encoding": "x" },
    outcome: harmless,
  },
  headed("Accept: image/png", { accept: "image/png" }),
  headed("Accept of 7,000 types", { accept: Array.from({ length: 1_000 }, (_, n) => `a/${n}`).join() }),
  headed("Accept: q=NaN", { accept: "application/json;q=x, */*;q=-1" }),
  headed("Accept: multipart", { accept: "multipart/mixed;deferSpec=20220824" }),
  headed("Authorization: Basic", { authorization: "Basic YTpi" }),
  headed("Authorization without a scheme", { authorization: "x" }),
  headed("Authorization: three dots", { authorization: "Bearer ..." }),
  headed("Authorization: a token without a signature", {
    authorization: `Bearer ${json64({ alg: "none" })}.${json64({ sub: "user_1", exp: 9e9 })}.`,
  }),
  headed("Authorization: a token of another key", {
    authorization: `Bearer ${json64({ alg: "HS256" })}.${json64({ sub: "user_1", exp: 9e9 })}.AAAA`,
  }),
  headed("Authorization of 7,000 letters", { authorization: `Bearer ${"x".repeat(7_000)}` }),
  headed("X-Workspace-Id: SQL", { "x-workspace-id": "' OR 1=1 --" }, harmless),
  headed("X-Request-Id: markup", { "x-request-id": "<script>" }, harmless),
  headed("X-HTTP-Method-Override", { "x-http-method-override": "DELETE" }, harmless),
  headed("X-Forwarded-For of 1,000 addresses", { "x-forwarded-for": "10.0.0.1,".repeat(700) }, harmless),
  asked("operationName: missing", {}),
  asked("operationName: unknown", { operationName: "C" }),
  asked("operationName: __proto__", { operationName: "__proto__" }),
  asked("operationName: constructor", { operationName: "constructor" }),
  asked("operationName: a list", { operationName: ["A"] }),
  asked("operationName of 900,000 letters", { operationName: "A".repeat(900_000) }),
  asked("operationName: empty", { operationName: "" }),
  asked("extensions: a text", { operationName: "A", extensions: "x" }),
  asked("extensions: a list", { operationName: "A", extensions: [1] }),
  asked("extensions: a persisted query that is none", {
    query: undefined,
    extensions: { persistedQuery: { version: 1, sha256Hash: "x" } },
  }),
  asked("extensions: a persisted query of a text", { query: undefined, extensions: { persistedQuery: "x" } }),
  asked("documentId: unknown", { query: undefined, documentId: `sha256:${"f".repeat(64)}` }),
  asked("documentId: a path", { query: undefined, documentId: "../../etc/passwd" }),
  asked("documentId: an object", { query: undefined, documentId: { $ne: 1 } }),
  asked("query: a parsed document", { query: { kind: "Document", definitions: [] } }),
  asked("query: a list", { query: ["{ __typename }"] }),
  asked("query: a number", { query: 1 }),
  got("a mutation", "query=mutation%20%7B%20signOut%20%7B%20id%20%7D%20%7D"),
  got("a subscription", "query=subscription%20%7B%20events%20%7B%20id%20%7D%20%7D"),
  got("two documents", "query=%7B__typename%7D&query=%7Bme%7Bid%7D%7D"),
  got("variables that are no JSON", "query=%7B__typename%7D&variables=%7B"),
  got("variables that are a list", "query=%7B__typename%7D&variables=%5B%5D"),
  got("half an escape", "query=%7B__typename%7D&x=%E0%A4%A", harmless),
  got("no document", "operationName=A"),
  got("10,000 parameters", Array.from({ length: 3_000 }, (_, n) => `a${n}`).join("&")),
  got("nested parameters", "query[__proto__][x]=1&query[a]=1"),
  { name: "GET from a foreign page", outcome: "refused", method: "GET", path: "/graphql?query=%7B__typename%7D" },
  ...["PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => ({
    name: `method ${method}`,
    outcome: "refused" as const,
    method,
  })),
  { name: "a stream that nobody accepts", outcome: "refused", path: "/graphql/stream", body: typename },
  { name: "a stream of nothing", outcome: "refused", path: "/graphql/stream", headers: stream, body: "{}" },
  { name: "a stream of garbage", outcome: "refused", path: "/graphql/stream", headers: stream, body: '{"query":"{"}' },
  {
    name: "a stream of a bomb",
    outcome: "refused",
    path: "/graphql/stream",
    headers: stream,
    body: JSON.stringify({ query: `{ ${"me ".repeat(6_000)} }` }),
  },
  { name: "a stream of a batch", outcome: "refused", path: "/graphql/stream", headers: stream, body: `[${typename}]` },
  {
    name: "a stream of a foreign form",
    outcome: "refused",
    path: "/graphql/stream",
    headers: { ...stream, "content-type": "text/plain; application/json" },
    body: typename,
  },
  {
    name: "a stream of a mutation by GET",
    outcome: "refused",
    method: "GET",
    headers: stream,
    path: "/graphql/stream?query=mutation%20%7B%20signOut%20%7B%20id%20%7D%20%7D",
  },
];

/** Variables, values, bodies, headers and methods. */
export const hostileRequests: readonly HostileRequest[] = [...variables, ...sql, ...cursors, ...ids, ...transport];
