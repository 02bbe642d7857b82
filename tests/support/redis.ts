import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A Redis of one test's own, that may fall silent, die and come back. */
export interface OwnRedis {
  readonly url: string;
  /** It keeps its connections and answers nobody. */
  freeze(): void;
  thaw(): void;
  /** Ends it, with all that it held. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export const startOwnRedis = async (): Promise<OwnRedis> => {
  const folder = await mkdtemp(join(tmpdir(), "atrium-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir", folder];
    child = spawn("redis-server", args, { stdio: "ignore" });
    const probe = new Redis(url, { maxRetriesPerRequest: 100, retryStrategy: () => 50 });
    probe.on("error", () => {});
    await probe.ping();
    probe.disconnect();
  };
  const kill = async () => {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    kill,
    start,
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
