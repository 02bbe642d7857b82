import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getIntrospectionQuery, print } from "graphql";
import { createClient } from "graphql-ws";
import { WebSocket as Socket } from "ws";
import * as client from "#schema/client.js";
import { type Answer, ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { spawnAtrium } from "./support/processes.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const meQuery = print(client.MeDocument);
const meId = sha256(meQuery);

let open: TestAtrium;
let closed: TestAtrium;
let ann: Person;

beforeAll(async () => {
  open = await startAtrium({ withWorkers: false });
  closed = await startAtrium({ withWorkers: false, env: { ATRIUM_TRUSTED_DOCUMENTS: "require" } });
  ann = await closed.signUp();
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

test("I12 the manifest has every document of the typed client", () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../schema/trusted-documents.json", import.meta.url), "utf8"),
  ) as Record<string, string>;
  const documents = Object.entries(client).filter(([name]) => name.endsWith("Document"));
  expect(documents.length).toBeGreaterThan(20);
  for (const [, document] of documents) {
    const text = print(document as never);
    expect(manifest[sha256(text)]).toBe(text);
  }
});

test("I12 a document may be named by its hash, in the way of the draft and in Apollo's", async () => {
  const ways = [
    { documentId: `sha256:${meId}` },
    { extensions: { persistedQuery: { version: 1, sha256Hash: meId } } },
    { query: meQuery, extensions: { persistedQuery: { version: 1, sha256Hash: meId } } },
  ];
  for (const body of ways) {
    const answer = await ask(closed.url, body, bearer(ann));
    expect(answer.data?.me).toMatchObject({ email: ann.email });
    expect(codeOf(await ask(open.url, body))).toBe("UNAUTHENTICATED");
  }
  const search = new URLSearchParams({ documentId: `sha256:${meId}` });
  const got = await fetch(`${closed.url}/graphql?${search}`, {
    headers: bearer(ann, { "content-type": "application/json" }),
  });
  expect(((await got.json()) as Answer).data?.me).toMatchObject({ email: ann.email });
});

test.each([
  ["an unknown id", { documentId: `sha256:${"0".repeat(64)}` }],
  ["an id of another kind", { documentId: "md5:1" }],
  ["an id that is none", { documentId: { $ne: "" } }],
  ["a name of JavaScript's", { documentId: "sha256:__proto__" }],
  ["an id and a text", { documentId: `sha256:${meId}`, query: "{ __typename }" }],
  ["an unknown hash in Apollo's way", { extensions: { persistedQuery: { version: 1, sha256Hash: "constructor" } } }],
])("I12 %s is BAD_USER_INPUT", async (_what, body) => {
  for (const { url } of [open, closed]) {
    const answer = await ask(url, body);
    expect([codeOf(answer), answer.data]).toEqual(["BAD_USER_INPUT", undefined]);
  }
});

test("I12 when required, nothing else is answered over HTTP, whoever asks", async () => {
  for (const query of ["{ __typename }", `${meQuery} `, getIntrospectionQuery()]) {
    for (const headers of [{}, bearer(ann)]) {
      const answer = await ask(closed.url, { query }, headers);
      expect([codeOf(answer), answer.errors?.[0]?.message]).toEqual([
        "BAD_USER_INPUT",
        "This server answers trusted documents alone, and this is none of them.",
      ]);
    }
  }
  expect((await ann.sdk.Me()).me.email).toBe(ann.email);
});

test("I12 when required, nothing else is answered over WebSocket", async () => {
  expect(await errorOf(ann.subscribe("subscription { events { id } }").next())).toMatchObject({
    code: "BAD_USER_INPUT",
  });
  const socket = createClient({
    url: `${closed.url.replace("http", "ws")}/graphql`,
    webSocketImpl: Socket,
    connectionParams: bearer(ann),
  });
  const byId = { query: "", documentId: `sha256:${meId}` };
  expect((await socket.iterate(byId).next()).value).toMatchObject({ data: { me: { email: ann.email } } });
  await socket.dispose();
});

test("I12 when required, nothing else is answered as an event stream", async () => {
  const stream = (body: object) =>
    fetch(`${closed.url}/graphql/stream`, {
      method: "POST",
      headers: bearer(ann, { "content-type": "application/json", accept: "text/event-stream" }),
      body: JSON.stringify(body),
    });
  const refused = await stream({ query: "subscription { events { id } }" });
  expect(codeOf((await refused.json()) as Answer)).toBe("BAD_USER_INPUT");
  expect(await (await stream({ documentId: `sha256:${meId}` })).text()).toContain(ann.email);
  const search = new URLSearchParams({ documentId: `sha256:${meId}` });
  const got = await fetch(`${closed.url}/graphql/stream?${search}`, {
    headers: bearer(ann, { accept: "text/event-stream" }),
  });
  expect(await got.text()).toContain(ann.email);
});

test("I12 a manifest whose hashes are not those of its documents stops the start", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "atrium-")), "manifest.json");
  for (const [text, complaint] of [
    ["{", "not an object of hashes"],
    [JSON.stringify({ [meId]: "{ __typename }" }), "has another hash"],
  ] as const) {
    writeFileSync(file, text);
    const env = { ...open.env, ATRIUM_TRUSTED_DOCUMENTS_FILE: file };
    const { message } = (await errorOf(spawnAtrium("api", env))) as Error;
    expect(message).toContain("ended with 1");
    expect(message).toContain(complaint);
  }
}, 60_000);
