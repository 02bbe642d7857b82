import { serverAudits } from "graphql-http";
import { startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
});
afterAll(() => atrium.close());

/** CSRF prevention asks of a GET what a program can send and a foreign page cannot. */
const fetchAsProgram = (url: string, { headers, ...rest }: RequestInit = {}) =>
  fetch(url, { ...rest, headers: { ...(headers as Record<string, string>), "apollo-require-preflight": "true" } });

const audits = serverAudits({ url: () => `${atrium.url}/graphql`, fetchFn: fetchAsProgram });

test("the suite of GraphQL over HTTP has all its audits", () => expect(audits).toHaveLength(61));

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
  "GraphQL over HTTP %s %s",
  async (_id, _name, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, reason: "reason" in result ? result.reason : undefined }).toEqual({ status: "ok" });
  },
);

const query = encodeURIComponent("{ __typename }");
const ask = (path: string, init: RequestInit = {}) => fetch(`${atrium.url}${path}`, init);
const codeOf = async (answer: Response) =>
  ((await answer.json()) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

describe("I12 what a foreign page could send", () => {
  test.each([
    ["a link", `/graphql?query=${query}`, {}],
    [
      "a plain form",
      "/graphql",
      { method: "POST", body: "query={__typename}", type: "application/x-www-form-urlencoded" },
    ],
    ["a form of plain text", "/graphql", { method: "POST", body: '{"query":"{ __typename }"}', type: "text/plain" }],
    [
      "plain text that claims to be JSON",
      "/graphql/stream",
      { method: "POST", body: '{"query":"{ __typename }"}', type: "text/plain; application/json" },
    ],
    [
      "a form with files",
      "/graphql",
      { method: "POST", body: "--x\r\n\r\n--x--", type: "multipart/form-data; boundary=x" },
    ],
  ])(
    "%s is refused",
    async (_what, path, { method, body, type }: { method?: string; body?: string; type?: string }) => {
      const answer = await ask(path, {
        ...(method === undefined ? {} : { method }),
        ...(body === undefined ? {} : { body }),
        headers: {
          accept: path.endsWith("stream") ? "text/event-stream" : "application/json",
          ...(type === undefined ? {} : { "content-type": type }),
        },
      });
      expect([400, 415]).toContain(answer.status);
      expect(["BAD_USER_INPUT", "UNSUPPORTED_MEDIA_TYPE"]).toContain(await codeOf(answer));
    },
  );

  test("mutations by GET are refused even from a program, over every door", async () => {
    const mutation = encodeURIComponent(
      'mutation { signIn(input: { email: "a@b.c", password: "x" }) { accessToken } }',
    );
    const program = { "apollo-require-preflight": "1" };
    const plain = await ask(`/graphql?query=${mutation}`, { headers: program });
    expect([plain.status, plain.headers.get("allow"), await codeOf(plain)]).toEqual([405, "POST", "BAD_USER_INPUT"]);
    const streamed = await ask(`/graphql/stream?query=${mutation}`, {
      headers: { ...program, accept: "text/event-stream" },
    });
    expect(streamed.status).toBe(405);
  });
});

test.each(["PUT", "PATCH", "DELETE"])("I12 %s is no method of the API", async (method) => {
  const answer = await ask("/graphql", { method });
  expect([answer.status, answer.headers.get("allow"), await codeOf(answer)]).toEqual([
    405,
    "GET, POST",
    "BAD_USER_INPUT",
  ]);
});

test.each([
  ["image/png", 406, "application/json"],
  ["application/json;q=0", 406, "application/json"],
  ["text/html, */*;q=0.1", 200, "application/json"],
  ["application/graphql-response+json, application/json;q=0.9", 200, "application/graphql-response+json"],
  ["application/json, application/graphql-response+json", 200, "application/json"],
  ["application/*;q=0.5, application/json;q=0.1", 200, "application/graphql-response+json"],
])("Accept: %s is answered with %i and %s", async (accept, status, type) => {
  const answer = await ask("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: '{"query":"{ __typename }"}',
  });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([status, `${type}; charset=utf-8`]);
});

test("I12 batches are off", async () => {
  const answer = await ask("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '[{"query":"{ __typename }"}]',
  });
  expect([answer.status, await codeOf(answer)]).toEqual([400, "BAD_USER_INPUT"]);
});
