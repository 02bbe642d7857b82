import { connect as connectSocket, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { createUpload } from "./support/uploads.js";

let atrium: TestAtrium;
beforeAll(async () => {
  atrium = await startAtrium({ env: { ATRIUM_ARRIVAL_SECONDS: "1" } });
});
afterAll(() => atrium.close());

/** Sends pieces, each some time after the one before, until the server hangs up. Gives what it said, and when it was over. */
const trickle = async (address: string, pieces: readonly string[], pauseMs: number) => {
  const { hostname, port } = new URL(address);
  const socket: Socket = connectSocket(Number(port), hostname);
  let answer = "";
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (data) => {
    answer += data;
  });
  socket.on("error", () => {});
  let sent = 0;
  for (const piece of pieces) {
    if (socket.destroyed || socket.readableEnded) break;
    socket.write(piece);
    sent += 1;
    await sleep(pauseMs);
  }
  await closed;
  return { answer, sent };
};

const post = (length: number) =>
  `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

test("I12 a request whose body never comes, or comes byte by byte, is answered 408 and hung up on", async () => {
  const [silent, slow, chunked] = await Promise.all([
    trickle(atrium.url, [post(100)], 0),
    trickle(atrium.url, [post(100), ..."{".repeat(60)], 100),
    trickle(atrium.url, [post(5).replace(/Content-Length: 5/, "Transfer-Encoding: chunked"), "1\r\n{\r\n"], 100),
  ]);
  for (const { answer } of [silent, slow, chunked]) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"TIMEOUT"');
  }
  expect(slow.sent).toBeLessThan(60);
}, 20_000);

test("I12 headers that do not end are answered 408 and hung up on", async () => {
  const { answer } = await trickle(atrium.url, ["GET / HTTP/1.1\r\nHost: a\r\n", ...Array(40).fill("X-A: b\r\n")], 100);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
}, 20_000);

test("I12 a request that arrives in time is answered as always, however often its connection is used", async () => {
  const body = JSON.stringify({ query: "{ __typename }" });
  const once = `${post(body.length)}${body}`;
  const last = once.replace("Host: a", "Host: a\r\nConnection: close");
  const { answer } = await trickle(atrium.url, [once, once, last], 700);
  expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  expect(answer).not.toContain("408");
}, 20_000);

test("V1 an upload may take longer than other requests, but not be silent for as long", async () => {
  const ann = await atrium.signUp();
  const size = 24;
  const upload = await createUpload(ann, { fileName: "a.wav", purpose: "RECORDING", size });
  const put = (length: number) => {
    const { host, pathname, search } = new URL(upload.url ?? "");
    return `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
  };
  const silent = await trickle(atrium.url, [put(size), "aaaa"], 0);
  expect(silent.answer).toBe("");
  const steady = await trickle(atrium.url, [put(size), ..."b".repeat(size)], 120);
  expect(steady.answer).toMatch(/^HTTP\/1\.1 200 /);
}, 20_000);
