import { connect as connectTcp } from "node:net";
import fc from "fast-check";
import { createSchema } from "#resolvers/schema.js";
import { errorCodes } from "#src/platform/errors.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type HostileRequest, hostileDocuments } from "./support/hostile-documents.js";
import { hostileRequests } from "./support/hostile-requests.js";
import { randomRequests } from "./support/random-documents.js";

const corpus = [...hostileDocuments, ...hostileRequests];
const withinMs = 100;

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  ann = await atrium.signUp();
  // The first requests of a process compile what all others use.
  for (const { query } of [
    { query: "{ me { id } }" },
    { query: "{ quotes { nodes { id } } }" },
    { query: "{ nothing }" },
  ])
    for (let n = 0; n < 5; n += 1) await send({ name: "", outcome: "harmless", body: JSON.stringify({ query }) }, ann);
}, 60_000);
afterAll(() => atrium.close());

interface Answer {
  status: number;
  text: string;
  ms: number;
}

const send = async (request: HostileRequest, person?: Person): Promise<Answer> => {
  const { method = "POST", path = "/graphql", headers = {}, body } = request;
  const authorization: Record<string, string> =
    person === undefined ? {} : { authorization: `Bearer ${person.accessToken}` };
  const begun = performance.now();
  const answer = await fetch(`${atrium.url}${path}`, {
    method,
    headers: {
      ...(method === "POST" ? { "content-type": "application/json" } : {}),
      ...authorization,
      ...headers,
    },
    ...(method === "GET" || body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, text, ms: performance.now() - begun };
};

/** The shortest of some tries: what else this machine does is no fault of the server's. */
const sendQuickly = async (request: HostileRequest, person: Person | undefined): Promise<Answer> => {
  let best = await send(request, person);
  for (let tries = 1; tries < 15 && best.ms > withinMs; tries += 1) {
    const next = await send(request, person);
    if (next.ms < best.ms) best = next;
  }
  return best;
};

/** Words that are in no message of ours, and in many of those that are not. */
const inside =
  /node_modules|\bat \S+ \(|file:\/\/|relation "|syntax error at|violates|\/dist\/|\/src\/|TypeError|RangeError|GraphQLError/;

const check = ({ status, text }: Answer, outcome: HostileRequest["outcome"]) => {
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(inside);
  if (text.startsWith("event:") || text.startsWith(":")) {
    // The answer came as a stream: its errors are in its first event.
    if (outcome === "refused") expect(text).toMatch(/"code":"[A-Z_]+"/);
    return;
  }
  const { errors } = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
  if (outcome === "refused") expect(errors?.length).toBeGreaterThan(0);
  for (const { message, extensions } of errors ?? []) {
    expect(errorCodes).toContain(extensions.code);
    expect(extensions.code).not.toBe("INTERNAL");
    expect(message.length).toBeLessThan(1_100);
  }
};

test("I12 the corpus has at least 200 different requests", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(200);
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  expect(corpus.filter(({ outcome }) => outcome === "refused").length).toBeGreaterThan(200);
});

describe.each(["a stranger", "somebody who has signed in"])("I12 from %s", (who) => {
  test.each(corpus.map((request) => [request.name, request] as const))("%s", async (_name, request) => {
    const answer = await sendQuickly(request, who === "a stranger" ? undefined : ann);
    check(answer, request.outcome);
    expect(answer.ms).toBeLessThan(withinMs);
  });
});

describe("I12 what is no HTTP", () => {
  const exchange = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(atrium.url);
      const socket = connectTcp({ host: hostname, port: Number(port) }, () => socket.end(text));
      let received = "";
      socket.on("data", (data) => (received += data.toString("latin1")));
      socket.on("close", () => resolve(received));
      // Who is still talking when the server hangs up may hear nothing of it.
      socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? resolve("") : reject(error)));
      socket.setTimeout(3_000, () => socket.destroy());
    });
  const post = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const typename = '{"query":"{ __typename }"}';

  test.each([
    ["noise", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
    ["a method that is none", "GRAPHQL /graphql HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a version that is none", "GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n"],
    ["headers of 100 KB", `GET /graphql HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
    ["an address of 100 KB", `GET /graphql?query=${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["a header with NUL", "GET /graphql HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"],
    ["two lengths", `${post}Content-Length: 5\r\nContent-Length: 26\r\n\r\n${typename}`],
    ["a length and chunks", `${post}Content-Length: 26\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${typename}`],
    ["a length below zero", `${post}Content-Length: -1\r\n\r\n${typename}`],
    ["a length past all bounds", `${post}Content-Length: 99999999999\r\n\r\n${typename}`],
    ["chunks that are none", `${post}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ["fewer bytes than promised", `${post}Content-Length: 100\r\nConnection: close\r\n\r\n${typename}`],
  ])("%s is refused or dropped, and the server goes on", async (_what, text) => {
    const answer = await exchange(text);
    if (answer !== "") expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])).toBeLessThan(500);
    expect(answer).not.toMatch(inside);
    expect(answer).not.toContain("HTTP/1.1 200");
    expect((await send({ name: "", outcome: "harmless", body: typename })).status).toBe(200);
  });
});

describe("I12 at random", () => {
  const schema = createSchema();
  const words = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "@",
    "...",
    "|",
    "=",
    "on",
    "fragment",
    "query",
    "mutation",
    "subscription",
    "null",
    "true",
    '"',
    '"""',
    "#",
    "\n",
    "me",
    "id",
    "node",
    "quotes",
    "__typename",
    "__schema",
    "$a",
    "1",
    "-",
    "1e9",
    "@skip(if: true)",
    "F",
    "\\u0000",
    "\ud800",
    "é",
  ];
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((tokens) => tokens.join(" "));
  /** A valid document with some of its characters gone, doubled or replaced. */
  const mutated = fc
    .tuple(
      randomRequests(schema),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 3 }), fc.constantFrom(...words)), { maxLength: 2 }),
    )
    .map(([{ source, variables }, edits]) => {
      let query = source;
      for (const [place, kind, word] of edits) {
        const at = place % (query.length + 1);
        const length = kind === 0 ? 0 : (place % 40) + 1;
        const kept = kind === 1 ? query.slice(at, at + length).repeat(2) : kind === 2 ? "" : word;
        query = query.slice(0, at) + kept + query.slice(at + length);
      }
      return { query, variables };
    });
  const guessed = fc.record(
    {
      query: fc.oneof(
        soup,
        fc.constant(
          "query ($filter: QuoteFilter, $after: String, $first: Int) { quotes(filter: $filter, after: $after, first: $first) { nodes { id } } }",
        ),
      ),
      variables: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom("filter", "after", "first", "__proto__"), fc.jsonValue()),
      ),
      operationName: fc.jsonValue(),
      extensions: fc.jsonValue(),
      documentId: fc.jsonValue(),
    },
    { requiredKeys: ["query"] },
  );
  const bodies = fc.oneof(
    soup.map((query) => JSON.stringify({ query })),
    { weight: 3, arbitrary: mutated.map((body) => JSON.stringify(body)) },
    guessed.map((body) => JSON.stringify(body)),
    fc.json(),
    fc.string({ unit: "binary", maxLength: 200 }),
  );
  const cases = 2_000;

  test(`${cases} requests give no failure, and leave the server as it was`, async () => {
    const before = process.memoryUsage().rss;
    const slow: string[] = [];
    let refused = 0;
    let executed = 0;
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, signedIn) => {
        const request: HostileRequest = { name: "", outcome: "harmless", body };
        const answer = await sendQuickly(request, signedIn ? ann : undefined);
        check(answer, "harmless");
        if (answer.ms > withinMs) slow.push(`${answer.ms} ms: ${body.slice(0, 500)}`);
        if (answer.text.includes('"data":')) executed += 1;
        else refused += 1;
      }),
      { numRuns: cases },
    );
    expect(slow).toEqual([]);
    expect(refused).toBeGreaterThan(cases / 2);
    expect(executed).toBeGreaterThan(cases / 40);
    const [{ status, text }] = [await send({ name: "", outcome: "harmless", body: '{"query":"{ __typename }"}' })];
    expect([status, JSON.parse(text).data]).toEqual([200, { __typename: "Query" }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
  }, 300_000);
});
