import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { codingFor } from "#src/server/accept-encoding.js";
import { hashNames } from "#src/server/console-files.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  ann = await atrium.signUp();
  for (let n = 0; n < 20; n += 1)
    await ann.sdk.CreateQuote({ input: { text: `Quote ${n}. ${"word ".repeat(20)}`, author: "Ann" } });
});
afterAll(() => atrium.close());

interface Raw {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Without the headers and the decompression that `fetch` adds by itself. */
const send = (path: string, headers: Record<string, string> = {}, body?: unknown) =>
  new Promise<Raw>((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = httpRequest(`${atrium.url}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const decode = ({ headers, body }: Raw): string => {
  const coding = headers["content-encoding"];
  return (coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body).toString();
};

const assetsIn = (text: string) =>
  [...text.matchAll(/["'(](\/assets\/[^"')]+)["')]/g)].map(([, path]) => path as string);

describe("the console's files", () => {
  test("H2 everything the page refers to carries the hash of its content and is kept for 24 hours", async () => {
    const page = decode(await send("/"));
    const seen = new Map<string, string>();
    const waiting = assetsIn(page);
    expect(waiting.length).toBeGreaterThanOrEqual(3);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      const file = await send(path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(path).toMatch(/^\/assets\/[\w-]+\.[0-9a-f]{10}\.(js|css|svg)$/);
      expect(file.headers["cache-control"]).toBe("public, max-age=86400, immutable");
      expect(file.headers["content-type"]).toMatch(/^(text\/javascript|text\/css|image\/svg\+xml)/);
      expect(file.headers["x-content-type-options"]).toBe("nosniff");
      seen.set(path, file.body.toString());
      waiting.push(...assetsIn(file.body.toString()));
    }
    expect(seen.size).toBeGreaterThanOrEqual(14);
    // Nothing is left that names a file without its hash.
    for (const text of [page, ...seen.values()]) expect(text).not.toMatch(/["'(]\.?\/[\w-]+\.(js|css|svg)["')]/);
  });

  test("H2 a wrong hash, a bare name and a way out of the folder are not found", async () => {
    const [path = ""] = assetsIn(decode(await send("/")));
    const wrong = path.replace(/[0-9a-f]{10}/, "0000000000");
    for (const gone of [wrong, "/main.js", "/assets/main.js", "/assets/..%2fpackage.json", "/assets/__proto__"]) {
      const answer = await send(gone);
      expect([gone, answer.status]).toEqual([gone, 404]);
      expect(answer.headers["cache-control"] ?? "").not.toContain("max-age");
    }
  });

  test("H2 a change anywhere below a file gives it and all above it a new name, and nothing else", () => {
    const sources = new Map([
      ["index.html", '<script src="/main.js"></script><link href="/a.css" />'],
      ["main.js", 'import { b } from "./b.js";\nimport "./c.js";'],
      ["b.js", 'export { d as b } from "./d.js";'],
      ["c.js", "console.log('c')"],
      ["d.js", "export const d = 1;"],
      ["a.css", "body { background: url(/c.svg) }"],
      ["c.svg", "<svg/>"],
    ]);
    const namesOf = (files: ReadonlyMap<string, string>) =>
      new Map([...hashNames(files).assets.keys()].map((name) => [name.replace(/\.[0-9a-f]{10}\./, "."), name]));
    const before = namesOf(sources);
    const after = namesOf(new Map([...sources, ["d.js", "export const d = 2;"]]));
    const changed = [...before].filter(([name, hashed]) => after.get(name) !== hashed).map(([name]) => name);
    expect(changed.sort()).toEqual(["b.js", "d.js", "main.js"]);
    expect(before.size).toBe(6);
    expect(() =>
      hashNames(
        new Map([
          ["index.html", '"/a.js"'],
          ["a.js", '"./b.js"'],
          ["b.js", '"./a.js"'],
        ]),
      ),
    ).toThrow("circle");
  });

  test("H2 the page is asked for anew, and answered with 304 while nothing has changed", async () => {
    for (const coding of ["identity", "gzip", "br"]) {
      const first = await send("/", { "accept-encoding": coding });
      expect(first.headers["cache-control"]).toBe("no-cache");
      const etag = first.headers.etag ?? "";
      expect(etag).toMatch(/^"[0-9a-f]{10}(-br|-gzip)?"$/);
      for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const second = await send("/", { "accept-encoding": coding, "if-none-match": given });
        expect([second.status, second.body.length, second.headers.etag]).toEqual([304, 0, etag]);
      }
      expect((await send("/", { "accept-encoding": coding, "if-none-match": '"other"' })).status).toBe(200);
    }
    const tags = await Promise.all(
      ["identity", "gzip", "br"].map((coding) => send("/", { "accept-encoding": coding })),
    );
    expect(new Set(tags.map(({ headers }) => headers.etag)).size).toBe(3);
  });

  test.each(["/", "/graphiql", "script", "style"])("H2 %s comes in the coding that the client takes", async (what) => {
    const assets = assetsIn(decode(await send("/")));
    const path =
      what === "script"
        ? assets.find((each) => each.endsWith(".js"))
        : what === "style"
          ? assets.find((each) => each.endsWith(".css"))
          : what;
    const plain = await send(path ?? "");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.headers.vary).toBe("Origin, Accept-Encoding");
    for (const coding of ["gzip", "br"]) {
      const coded = await send(path ?? "", { "accept-encoding": coding });
      expect(coded.headers["content-encoding"]).toBe(coding);
      expect(coded.headers.vary).toBe("Origin, Accept-Encoding");
      expect(Number(coded.headers["content-length"])).toBe(coded.body.length);
      expect(coded.body.length).toBeLessThan(plain.body.length / 1.5);
      expect(decode(coded)).toBe(plain.body.toString());
    }
  });

  test.each([
    [undefined, "identity"],
    ["", "identity"],
    ["identity", "identity"],
    ["*;q=0", "identity"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip;q=1.0, br;q=0.1", "gzip"],
    ["br;q=0, *", "gzip"],
    ["identity, gzip;q=0.5", "identity"],
    ["*", "br"],
    ["deflate", "identity"],
    ["identity;q=0, gzip;q=0.001", "gzip"],
    ["X-GZIP", "gzip"],
    ["br;q=nonsense", "identity"],
  ])("H2 `Accept-Encoding: %s` means %s", (header, coding) => {
    expect(codingFor(header)).toBe(coding);
  });
});

describe("answers of the API", () => {
  const quotes = "{ quotes { nodes { id text author } } }";
  const post = (query: string, headers: Record<string, string> = {}, variables = {}) =>
    send(
      "/graphql",
      { "content-type": "application/json", authorization: `Bearer ${ann.accessToken}`, ...headers },
      { query, variables },
    );

  test("H2 a long answer is compressed for who takes it so, and is the same to the byte", async () => {
    const plain = await post(quotes);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.headers.vary).toBe("Origin, Accept-Encoding");
    expect(plain.body.length).toBeGreaterThan(2_000);
    for (const [accepted, coding] of [
      ["gzip", "gzip"],
      ["br", "br"],
      ["gzip, deflate, br, zstd", "br"],
      ["identity", undefined],
      ["*;q=0", undefined],
      ["deflate", undefined],
      ["identity, gzip;q=0.5", undefined],
    ] as const) {
      const coded = await post(quotes, { "accept-encoding": accepted });
      expect([accepted, coded.headers["content-encoding"]]).toEqual([accepted, coding]);
      expect(coded.headers["content-type"]).toBe(plain.headers["content-type"]);
      expect(coded.headers.vary).toBe("Origin, Accept-Encoding");
      expect(coded.headers["x-request-id"]).toBeTruthy();
      expect(decode(coded)).toBe(plain.body.toString());
      if (coding !== undefined) expect(coded.body.length).toBeLessThan(plain.body.length / 2);
    }
  });

  test("H2 short answers and answers of mutations, which may hold a secret, are sent as they are", async () => {
    const short = await post("{ __typename }", { "accept-encoding": "br, gzip" });
    expect(short.headers["content-encoding"]).toBeUndefined();
    const long = `mutation ($text: String!) { createQuote(input: { text: $text, author: "Ann" }) { text } }`;
    const made = await post(long, { "accept-encoding": "br, gzip" }, { text: "word ".repeat(390) });
    expect(made.body.length).toBeGreaterThan(1_500);
    expect(made.headers["content-encoding"]).toBeUndefined();
  });

  test("H2 event streams flow uncompressed", async () => {
    const stream = await send(
      "/graphql/stream",
      {
        "content-type": "application/json",
        accept: "text/event-stream",
        "accept-encoding": "br, gzip",
        authorization: `Bearer ${ann.accessToken}`,
      },
      { query: quotes },
    );
    expect(["br", "gzip"]).not.toContain(stream.headers["content-encoding"]);
    expect(stream.body.toString()).toContain("event: next");
  });
});
