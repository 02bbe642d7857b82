import { connect as connectTcp } from "node:net";
import { WebSocket as Socket } from "ws";
import { type Person, signUpAt, testEnv } from "./support/atrium.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

let database: TestDatabase;
let server: AtriumProcess;
let ann: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await spawnAtrium("api", { ...testEnv(database), ATRIUM_CORS_ORIGINS: "https://app.example.com" });
  ann = await signUpAt(server.url);
}, 60_000);
afterAll(async () => {
  await ann.close();
  await server.kill("SIGTERM");
  await database.drop();
});

type Send = (message: object | string) => void;

interface Options {
  protocols?: string | string[];
  origin?: string;
  onMessage?: (message: { type: string }, send: Send) => void;
}

/** Opens a socket, lets `talk` speak, and resolves with the code that the server closes it with. */
const closeCode = (
  talk: (send: Send) => void,
  { protocols = "graphql-transport-ws", origin, onMessage }: Options = {},
) =>
  new Promise<number>((resolve, reject) => {
    const url = `${server.url.replace("http", "ws")}/graphql`;
    const socket = new Socket(url, protocols, origin === undefined ? {} : { origin });
    const send: Send = (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message));
    socket.on("open", () => talk(send));
    socket.on("message", (data) => onMessage?.(JSON.parse(String(data)) as { type: string }, send));
    socket.on("close", resolve);
    socket.on("error", reject);
  });

/** The same without a client's library, which hangs up by itself when the server does not take its protocol. */
const rawCloseCode = (protocol: string) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connectTcp({ host: hostname, port: Number(port) }, () =>
      socket.write(
        `GET /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
      ),
    );
    let received = Buffer.alloc(0);
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      const frame = received.subarray(received.indexOf("\r\n\r\n") + 4);
      // A close frame: its opcode, its length, its code (RFC 6455, section 5.5.1).
      if (frame.length < 4 || frame[0] !== 0x88) return;
      socket.destroy();
      resolve(frame.readUInt16BE(2));
    });
    socket.on("error", reject);
  });

const init = (payload?: object) => ({ type: "connection_init", ...(payload === undefined ? {} : { payload }) });
const subscribe = (id: string, query = "subscription { events { id } }") => ({
  id,
  type: "subscribe",
  payload: { query },
});

describe("I12 the server closes a socket that breaks the protocol", () => {
  test("with 4400 for what is no message", async () => {
    expect(await closeCode((send) => send("nonsense"))).toBe(4400);
    expect(await closeCode((send) => send({ type: "unheard_of" }))).toBe(4400);
    expect(await closeCode((send) => send({ id: "1", type: "subscribe", payload: { query: 7 } }))).toBe(4400);
    expect(await closeCode((send) => send("[".repeat(50_000)))).toBe(4400);
  });

  test("with 4401 for an operation before it has opened, and for a token that is not valid", async () => {
    expect(await closeCode((send) => send(subscribe("1")))).toBe(4401);
    expect(await closeCode((send) => send(init({ Authorization: "Bearer nonsense" })))).toBe(4401);
    expect(await closeCode((send) => send(init({ Authorization: ["Basic", 1] })), { onMessage: bye })).toBe(4400);
  });

  test("with 4403 for a caller who is known and may not do this", async () => {
    const foreign = {
      Authorization: `Bearer ${ann.accessToken}`,
      "X-Workspace-Id": "workspace_01jd0000000000000000000000",
    };
    expect(await closeCode((send) => send(init(foreign)))).toBe(4403);
  });

  test("with 4406 for a protocol that it does not speak", async () => {
    expect(await closeCode(() => {}, { protocols: [] })).toBe(4406);
    expect(await rawCloseCode("graphql-ws")).toBe(4406);
    expect(await rawCloseCode("chat")).toBe(4406);
  });

  test("with 4408 for a client that never opens", async () => {
    const begun = performance.now();
    expect(await closeCode(() => {})).toBe(4408);
    expect(performance.now() - begun).toBeGreaterThan(2_000);
  }, 20_000);

  test("with 4409 for a second operation under one id", async () => {
    const onMessage: Options["onMessage"] = ({ type }, send) => {
      if (type === "connection_ack") for (const id of ["same", "same"]) send(subscribe(id));
    };
    const opening = init({ Authorization: `Bearer ${ann.accessToken}` });
    expect(await closeCode((send) => send(opening), { onMessage })).toBe(4409);
  });

  test("with 4429 for a second opening", async () => {
    expect(await closeCode((send) => [send(init()), send(init())])).toBe(4429);
  });
});

/** Says something after the greeting that ends the connection. */
const bye: Options["onMessage"] = ({ type }, send) => {
  if (type === "connection_ack") send("bye");
};

describe("I12 a page of another origin opens no socket", () => {
  const open = (origin: string) => closeCode((send) => send(init()), { origin, onMessage: bye });

  test("unless it is on the list or this server's own", async () => {
    for (const origin of ["https://evil.example.com", "https://app.example.com.evil.com", "null", "http://127.0.0.1:1"])
      await expect(open(origin)).rejects.toThrow("403");
    expect(await open("https://app.example.com")).toBe(4400);
    expect(await open(server.url)).toBe(4400);
  });
});
