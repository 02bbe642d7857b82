import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const logs = join(here, ".data", "logs");
const readyWithinMs = 30_000;

/** True when the servers have a core of their own. */
export const isPinned = process.env.BENCH_PINNED === "1";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs a script of Node on the core of the servers and waits until it answers on its port. */
export const startServerProcess = async ({ name, script, args = [], nodeArgs = [], env }) => {
  const port = await freePort();
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${name}.log`);
  const log = openSync(logFile, "w");
  const command = [...(isPinned ? ["taskset", "-c", "0"] : []), process.execPath, ...nodeArgs, script, ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd: here,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env, PORT: String(port) },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  running.add(child);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  exited.then(() => running.delete(child));
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (await answers(port)) break;
    if (!running.has(child) || Date.now() > deadline)
      throw new Error(`The server ${name} did not start:\n${readLog(name).slice(-2_000)}`);
    await sleep(50);
  }
  return {
    name,
    port,
    pid: child.pid,
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.race([exited, sleep(15_000).then(() => child.kill("SIGKILL"))]);
    },
  };
};

const answers = async (port) => {
  const body = JSON.stringify({ operationName: "T0", query: "query T0 { __typename }" });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, { method: "POST", headers, body }).catch(
    () => undefined,
  );
  return answer?.ok === true;
};

/** Processor time of all threads of a process so far, in milliseconds; nothing where there is no /proc. */
export const cpuMs = (pid) => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanos = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
    return nanos.reduce((sum, value) => sum + value, 0) / 1e6;
  } catch {
    return undefined;
  }
};

/** Memory of a process that is in the machine's RAM, in bytes. */
export const residentBytes = (pid) =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;

/** What a server has written so far. */
export const readLog = (name) => readFileSync(join(logs, `${name}.log`), "utf8");

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
