/** A request that nobody means well with, and what has to come of it. */
export interface HostileRequest {
  readonly name: string;
  /** Refused: the answer is an error. Harmless: it may also be a plain answer. */
  readonly outcome: "refused" | "harmless";
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

type Outcome = HostileRequest["outcome"];

/** A POST of a document with variables. */
export const documentOf = (
  name: string,
  query: unknown,
  variables?: unknown,
  outcome: Outcome = "refused",
): HostileRequest => ({ name, outcome, body: JSON.stringify({ query, variables }) });

const times = (count: number, part: (index: number) => string, between = " ") =>
  Array.from({ length: count }, (_, index) => part(index)).join(between);
const nest = (depth: number, open: string, inner: string, close: string) =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
const harmless = (name: string, query: string) => documentOf(name, query, undefined, "harmless");

const garbage = [
  "",
  " ",
  "{",
  "}",
  "{}",
  "query",
  "query {",
  "mutation",
  "{ me",
  "{ me { } }",
  "{ me( { id } }",
  "{ me(a:) { id } }",
  "((((((((",
  '"',
  '"""',
  '{ node(id: "',
  "$",
  "...",
  "{ ... }",
  "{ ... on }",
  "@",
  "{ me @ { id } }",
  "fragment on on Query { me { id } }",
  "{ me { id } } }",
  "null",
  "query ($a) { me { id } }",
  "query ($a: ) { me { id } }",
  "query ($a: [Int { me { id } }",
  "{ : a }",
  "extend type Query { x: Int }",
  "type Query { me: Int }",
  "schema { query: Mutation } { me { id } }",
  "directive @x on FIELD { me { id } }",
  "<script>alert(1)</script>",
  'SELECT * FROM "user"',
  "../../../etc/passwd",
  "%s%s%s%n",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant as it stands
  "${7*7}",
  "{{7*7}}",
  "{ me { id } } query Named { me { id } }",
].map((query) => documentOf(`no syntax: ${JSON.stringify(query)}`, query));

const characters = [
  documentOf("NUL in a document", "{ me\0 { id } }"),
  documentOf("NUL in a string", '{ node(id: "\\u0000") { id } }'),
  documentOf("NUL as a long escape", '{ node(id: "\\u{00000}") { id } }'),
  documentOf("a lone surrogate for a name", "{ \ud800 }"),
  documentOf("a lone surrogate in a string", '{ node(id: "\ud800") { id } }'),
  documentOf("an escaped lone surrogate", '{ node(id: "\\uD800") { id } }'),
  documentOf("an escape past Unicode", '{ node(id: "\\u{110000}") { id } }'),
  documentOf("an empty escape", '{ node(id: "\\u{}") { id } }'),
  documentOf("an endless escape", `{ node(id: "\\u{${"0".repeat(50_000)}") { id } }`),
  documentOf("a zero-width space in a name", "{ m\u200be { id } }"),
  documentOf("letters of full width", "{ \uff4d\uff45 { id } }"),
  documentOf("right-to-left override", "{ \u202eem { id } }"),
  documentOf("an emoji for a name", "{ \u{1f4a3} }"),
  documentOf("control characters", "{ \x07\x1b[31m }"),
  documentOf("marks upon marks", `{ node(id: "a${"\u0301".repeat(10_000)}") { id } }`),
  harmless("a byte order mark", "\ufeff{ __typename }"),
  documentOf("a line separator", "{ __typename }\u2028"),
];

const depths = [
  documentOf("fields 16 deep", `{ ${nest(16, "a { ", "b", " }")} }`),
  documentOf("fields 1,500 deep", nest(1_500, "{ a ", "{ b }", "}")),
  documentOf("braces that never end", "{ a".repeat(2_000)),
  documentOf("inline fragments 500 deep", `{ ${nest(500, "... { ", "__typename", " }")} }`),
  documentOf("a list 2,000 deep", `{ node(id: ${nest(2_000, "[", "1", "]")}) { id } }`),
  documentOf("lists that never end", `{ node(id: ${"[".repeat(4_900)}`),
  documentOf("an object 1,500 deep", `{ quotes(filter: ${nest(1_500, "{ not: ", "{}", "}")}) { totalCount } }`),
  documentOf("objects that never end", `{ quotes(filter: ${"{a:".repeat(1_600)}`),
  documentOf(
    "a filter 31 deep",
    `{ quotes(filter: ${nest(31, "{ not: ", "{ text: { eq: 1 } }", "}")}) { totalCount } }`,
  ),
  documentOf(
    "a filter of 15 levels",
    `{ quotes(filter: ${nest(15, "{ and: [", '{ text: { eq: "a" } }', "] }")}) { totalCount } }`,
  ),
  documentOf("a type 1,500 deep", `query ($a: ${nest(1_500, "[", "Int", "]")}) { me { id } }`),
  documentOf("a type 2,400 deep", `query ($a: ${nest(2_400, "[", "Int", "]")} = 1) { me { id } }`),
  documentOf("a default value 1,000 deep", `query ($a: [Int] = ${nest(1_000, "[", "1", "]")}) { me { id } }`),
  documentOf("a directive's value 1,000 deep", `{ me @skip(if: ${nest(1_000, "[", "true", "]")}) { id } }`),
];

const sizes = [
  documentOf("a number of 90,000 digits", `{ quotes(first: ${"9".repeat(90_000)}) { totalCount } }`),
  harmless(
    "a float of 90,000 digits",
    `{ quotes(filter: { qualityScore: { eq: 1.${"9".repeat(90_000)} } }) { totalCount } }`,
  ),
  harmless("a float past all bounds", "{ quotes(filter: { qualityScore: { eq: 1e99999 } }) { totalCount } }"),
  documentOf("a string of 90,000 letters", `{ node(id: "${"x".repeat(90_000)}") { id } }`),
  documentOf("a block string of 40,000 lines", `{ node(id: """${"\\n".repeat(1)}${"\n x".repeat(20_000)}""") { id } }`),
  documentOf("a name of 90,000 letters", `{ ${"x".repeat(90_000)} }`),
  documentOf("a type of 90,000 letters", `query ($a: ${"X".repeat(90_000)}) { me { id } }`),
  documentOf("a document of 1,000,000 characters", `{ me { id } } # ${"x".repeat(1_000_000)}`),
  documentOf("a document of spaces", `{${" ".repeat(500_000)}me}`),
  harmless("a long comment", `# ${"x".repeat(90_000)}\n{ __typename }`),
  harmless("commas for spaces", `{${",".repeat(90_000)}__typename}`),
  documentOf("10,000 tokens", `{ ${"me ".repeat(10_000)} }`),
  ...["-1", "0", "101", "2147483648", "99999999999999999999", "1.5", '"10"', "true", "[1]", "{}", "NaN", "1e3"].map(
    (first) => documentOf(`a page of ${first}`, `{ quotes(first: ${first}) { nodes { id } } }`),
  ),
  documentOf("both ends of a list past its bounds", "{ quotes(first: -5, last: 1000) { nodes { id } } }"),
];

const floods = [
  documentOf("1,000 aliases", `{ ${times(1_000, (n) => `a${n}: __typename`)} }`),
  documentOf("16 aliases of one field", `{ ${times(16, (n) => `a${n}: me { id }`)} }`),
  documentOf("51 root fields", `{ ${times(51, (n) => `a${n}: __typename`)} }`),
  documentOf(
    "51 root fields in a fragment",
    `{ ...F } fragment F on Query { ${times(51, (n) => `a${n}: __typename`)} }`,
  ),
  documentOf(
    "50 guesses",
    `mutation { ${times(50, (n) => `a${n}: signIn(input: { email: "a@b.co", password: "${n}" }) { accessToken }`)} }`,
  ),
  documentOf(
    "50 accounts",
    `mutation { ${times(50, (n) => `a${n}: signUp(input: { email: "a${n}@b.co", password: "12345678" }) { accessToken }`)} }`,
  ),
  documentOf("20 jobs", `mutation { ${times(20, (n) => `a${n}: generateQuote(input: { topic: "${n}" }) { id }`)} }`),
  documentOf("one field 1,000 times", `{ ${"__typename ".repeat(1_001)} }`),
  documentOf("one object 500 times", `{ ${"me { id } ".repeat(500)} }`),
  documentOf("one place 30 times 30 times", `{ ${`me { ${"id ".repeat(30)} } `.repeat(30)} }`),
  documentOf(
    "one place 9 times 9 times 9 times",
    `{ ${`quotes { ${`nodes { ${"id ".repeat(9)} } `.repeat(9)} } `.repeat(9)} }`,
  ),
  documentOf("one field with 300 arguments", `{ ${times(300, (n) => `node(id: "${n}") { id }`)} }`),
  documentOf("one argument 1,000 times", `{ node(${times(1_000, (n) => `id: ${n}`)}) { id } }`),
  documentOf("one key 1,500 times", `{ quotes(filter: { ${"text: { eq: 1 } ".repeat(700)} }) { totalCount } }`),
  documentOf("1,500 unknown keys", `{ quotes(filter: { ${times(1_500, (n) => `k${n}: 1`)} }) { totalCount } }`),
  documentOf("2,000 ids", `{ nodes(ids: [${times(2_000, (n) => `"quote_${n}"`)}]) { id } }`),
  documentOf("101 ids", `{ nodes(ids: [${times(101, () => '"quote_01jd0000000000000000000000"')}]) { id } }`),
  documentOf("2,000 directives on a field", `{ me ${"@a ".repeat(2_000)} { id } }`),
  documentOf("2,000 directives on an operation", `query ${"@a ".repeat(2_000)} { me { id } }`),
  documentOf("51 conditions", `{ ${times(51, (n) => `a${n}: __typename @include(if: true)`)} }`),
  documentOf("one condition twice", "{ me @include(if: true) @include(if: false) { id } }"),
  documentOf(
    "conditions on a fragment 60 times",
    `{ ...F ${"@skip(if: false) ".repeat(60)} } fragment F on Query { __typename }`,
  ),
  documentOf("directives on a variable", `query ($a: Int ${"@a ".repeat(2_000)}) { me { id } }`),
  documentOf("1,000 variables", `query (${times(1_000, (n) => `$a${n}: Int`)}) { me { id } }`),
  documentOf("1,000 variables of no type", `query (${times(1_000, (n) => `$a${n}: T${n}`)}) { me { id } }`),
  documentOf("one variable 1,000 times", `query (${times(1_000, () => "$a: Int")}) { me { id } }`),
  documentOf(
    "1,000 operations",
    times(1_000, (n) => `query Q${n} { me }`),
  ),
  documentOf("1,000 fragments", `{ me { id } } ${times(700, (n) => `fragment F${n} on Query { me }`)}`),
  documentOf("1,000 unknown fields", `{ ${times(1_000, (n) => `field${n}`)} }`),
  documentOf("1,000 inline fragments", `{ ${times(1_001, () => "... { me }")} }`),
  documentOf("400 unknown types", `{ ${times(400, (n) => `... on T${n} { a }`)} }`),
];

const doubling = (count: number, bottom: string) =>
  `{ ...F0 } ${times(count, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} ${bottom}`;

const fragments = [
  documentOf("a circle of one", "{ ...A } fragment A on Query { ...A }"),
  documentOf(
    "a circle of three",
    "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }",
  ),
  documentOf("a circle through a field", "{ me { ...A } } fragment A on User { id ... on User { ...A } }"),
  documentOf(
    "a circle through the schema",
    "{ node(id: 1) { ...A } } fragment A on Quote { createdBy { id } generation { ... on Quote { ...A } } }",
  ),
  documentOf(
    "a circle that nothing spreads",
    "{ me { id } } fragment A on Query { ...B } fragment B on Query { ...A ...A }",
  ),
  documentOf("2^20 fields", doubling(20, "fragment F20 on Query { __typename }")),
  documentOf("2^90 fields", doubling(90, "fragment F90 on Query { __typename }")),
  documentOf("2^90 of nothing", doubling(90, "")),
  documentOf(
    "2^90 that nothing spreads",
    doubling(90, "fragment F90 on Query { me { id } }").replace("{ ...F0 }", "{ me { id } }"),
  ),
  documentOf(
    "20 fragments that alias each other",
    `{ ...F0 } ${times(20, (n) => `fragment F${n} on Query { a${n}: node(id: 1) { id } ...F${n + 1} b${n}: node(id: 1) { id } ...F${n + 1} }`)} fragment F20 on Query { __typename }`,
  ),
  documentOf(
    "a bomb behind a field",
    `{ me { ...F0 } } ${times(30, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F30 on User { id }`,
  ),
  documentOf(
    "all fragments spread all",
    `{ ...F0 } ${times(60, (n) => `fragment F${n} on Query { ${times(15, (m) => `...F${(n + m + 1) % 60}`)} }`)}`,
  ),
  documentOf(
    "90 fragments side by side",
    `{ ${times(90, (n) => `...F${n}`)} } ${times(90, (n) => `fragment F${n} on Query { x: node(id: ${n}) { id } }`)}`,
  ),
  documentOf(
    "350 operations over 350 fragments",
    `${times(350, (n) => `query Q${n} { ...F0 }`)} ${times(350, (n) => `fragment F${n} on Query { ...F${n + 1} }`)}`,
  ),
  documentOf("an unknown fragment", "{ ...Unknown }"),
  documentOf("a fragment on a scalar", "{ me { id { ...A } } } fragment A on String { a }"),
  documentOf("a fragment on an input", "{ ...A } fragment A on QuoteFilter { text }"),
  documentOf("a fragment that never applies", "{ me { ... on Quote { text } } }"),
  documentOf(
    "two fragments of one name",
    "{ ...A } fragment A on Query { me { id } } fragment A on Query { me { id } }",
  ),
  documentOf(
    "a fragment of JavaScript's names",
    "{ ...__proto__ ...constructor } fragment __proto__ on Query { x } fragment constructor on Query { x }",
  ),
  documentOf("an alias of JavaScript's names on nothing", "{ __proto__: nothing constructor: nothing }"),
  harmless("an alias of JavaScript's names", "{ __proto__: __typename constructor: __typename toString: __typename }"),
];

const levels = (depth: number): string => (depth === 0 ? "name" : `fields { type { ${levels(depth - 1)} } }`);

const introspection = [
  documentOf("fields of types of fields, 3 deep", `{ __schema { types { ${levels(3)} } } }`),
  documentOf("fields of types of fields, 7 deep", `{ __schema { types { ${levels(7)} } } }`),
  documentOf(
    "fields of types in a circle of fragments",
    "{ __schema { types { ...T } } } fragment T on __Type { fields { type { ...T } } }",
  ),
  documentOf("types of types", `{ __schema { types { ${nest(6, "possibleTypes { ", "name", " }")} } } }`),
  documentOf("interfaces of interfaces", `{ __schema { types { ${nest(6, "interfaces { ", "name", " }")} } } }`),
  documentOf(
    "30 times the schema",
    `{ ${times(30, (n) => `a${n}: __schema { types { fields { args { type { name } } } } }`)} }`,
  ),
  documentOf("40 types by name", `{ ${times(40, (n) => `a${n}: __type(name: "Quote") { ${levels(2)} }`)} }`),
  documentOf("a type without a name", "{ __type { name } }"),
  documentOf("the schema of a mutation", "mutation { __schema { types { name } } }"),
  documentOf("the schema of a subscription", "subscription { __schema { types { name } } }"),
  harmless("ofType 10 deep", `{ __schema { types { ${nest(10, "ofType { ", "name", " }")} } } }`),
  harmless(
    "a type of JavaScript's names",
    '{ __type(name: "__proto__") { name } b: __type(name: "constructor") { name } }',
  ),
];

const conditions = [
  documentOf("a condition without a value", "{ me @include { id } }"),
  documentOf("a condition of null", "{ me @skip(if: null) { id } }"),
  documentOf("a condition of a text", '{ me @skip(if: "true") { id } }'),
  documentOf("a condition of a missing variable", "{ me @skip(if: $no) { id } }"),
  documentOf("a condition of a nullable variable", "query ($no: Boolean) { me @skip(if: $no) { id } }"),
  documentOf("a condition with two values", "{ me @skip(if: true, if: false) { id } }"),
  documentOf("a directive of the schema", '{ me @deprecated(reason: "x") { id } }'),
  documentOf("a deferred field", "{ ... @defer { me { id } } }"),
  documentOf("a streamed list", "{ quotes { nodes @stream(initialCount: 0) { id } } }"),
  documentOf("a subscription of two fields", 'subscription { events { id } jobEvents(jobId: "1") { __typename } }'),
  documentOf("a subscription without a field", "subscription { events @skip(if: true) { id } }"),
  documentOf("a subscription of one event by POST", "subscription { events { id } }"),
  documentOf("a subscription to __typename", "subscription { __typename }"),
  harmless("nothing at all", "{ me @skip(if: true) { id } }"),
  harmless("nothing by both", "{ __typename @include(if: true) @skip(if: true) }"),
];

/** Documents, without a look at what carries them. */
export const hostileDocuments: readonly HostileRequest[] = [
  ...garbage,
  ...characters,
  ...depths,
  ...sizes,
  ...floods,
  ...fragments,
  ...introspection,
  ...conditions,
];
