import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isPinned } from "./process.js";

/** Runs a script of `tasks/`, unless others are named on the core of the servers, and gives what it prints as JSON. */
export const runTask = (name, env, { cores = "0" } = {}) =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL(`tasks/${name}.js`, import.meta.url));
    const command = [...(isPinned ? ["taskset", "-c", cores] : []), process.execPath, script];
    const child = spawn(command[0], command.slice(1), {
      env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.once("exit", () => child.kill("SIGKILL"));
    let output = "";
    child.stdout.on("data", (piece) => {
      output += piece;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`The task ${name} ended with ${code}.`));
      else resolve(JSON.parse(output));
    });
  });
