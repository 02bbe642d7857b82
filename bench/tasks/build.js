import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/src/main.js", import.meta.url));
const children = new Set();

/** A process of the build; resolves when it is ready. */
export const start = (role, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, role], { env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    children.add(child);
    const exited = new Promise((done) => child.once("exit", done));
    exited.then((code) => reject(new Error(`${role} ended with ${code}:\n${said}`)));
    const stop = () => child.kill("SIGTERM") && exited.finally(() => children.delete(child));
    child.stdout.on("data", (data) => {
      said += data;
      for (const line of String(data).split("\n"))
        if (line.includes('"msg":"ready"')) resolve({ url: JSON.parse(line).console, stop });
    });
  });

export const migrate = (env) => {
  const { status } = spawnSync(process.execPath, [main, "migrate", "up"], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`The database could not be migrated: ${status}.`);
};

/** Ends what is left of them. */
export const killAll = () => {
  for (const child of children) child.kill("SIGKILL");
};
