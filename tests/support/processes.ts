import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "./test-database.js";

const node = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));
const main = fileURLToPath(new URL("../../dist/src/main.js", import.meta.url));

export interface AtriumProcess {
  readonly child: ChildProcess;
  /** Address of its API; empty for a worker. */
  readonly url: string;
  /** Everything it wrote, line by line. */
  readonly lines: readonly string[];
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  /** Ends it as a crash would, or with another signal, and resolves with its exit code. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

type Environment = Readonly<Record<string, string>>;

/** A real process of the build, as an operator would start it; resolves when it says that it is ready. */
export const spawnAtrium = (
  role: "start" | "api" | "worker",
  env: Environment,
  level = "info",
): Promise<AtriumProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(node, [main, role], {
      env: { PATH: process.env.PATH ?? "", ...env, LOG_LEVEL: level },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    let rest = "";
    const read = (data: Buffer) => {
      const parts = (rest + data.toString()).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        if (line.includes('"msg":"ready"')) {
          resolve({ child, url: (JSON.parse(line) as { console?: string }).console ?? "", lines, exited, kill });
        }
      }
    };
    const exited = new Promise<number | null>((done) => child.once("exit", done));
    const kill = (signal: NodeJS.Signals = "SIGKILL") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void exited.then((code) => reject(new Error(`atrium ${role} ended with ${code}:\n${lines.join("\n")}\n${rest}`)));
  });

/** Runs a command of the command line to its end. */
export const runAtrium = (
  args: readonly string[],
  env: Environment,
): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => {
    const child = spawn(node, [main, ...args], {
      env: { PATH: process.env.PATH ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    child.once("exit", (code) => resolve({ code, output }));
  });

/** As if the time were over for which jobs, and what brought them, belong to workers that were killed. */
export const endLeases = async (database: TestDatabase): Promise<void> => {
  await database.query("update job set heartbeat_at = heartbeat_at - interval '1 minute' where status = 'RUNNING'");
  await database.query("update bullmq.job set locked_until_ms = 0, stalled_marked = true where state = 'active'");
};
