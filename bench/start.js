// The entry of `npm run bench`: installs the peers' packages on first use, then runs the rest on Node 24 and on one core.
// Runs on whatever Node starts npm (20 or newer), so it uses nothing but Node itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const node = join(here, "../node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");

const install = () => {
  const stamp = join(here, "node_modules", ".atrium-bench-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(here, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("  Installing the packages of the peers. This takes about half a minute, once …\n");
  const args = ["ci", "--loglevel=error", "--no-audit", "--no-fund"];
  const options = { cwd: here, stdio: "inherit" };
  const cli = process.env.npm_execpath;
  const { status } = cli
    ? spawnSync(node, [cli, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, wanted);
};

install();
// Postgres and the load generator inherit the second core; the measured servers are put on the first.
const canPin = availableParallelism() > 1 && spawnSync("taskset", ["-c", "1", "true"]).status === 0;
const command = [...(canPin ? ["taskset", "-c", "1"] : []), node, join(here, "run.js"), ...process.argv.slice(2)];
const child = spawn(command[0], command.slice(1), {
  stdio: "inherit",
  env: { ...process.env, BENCH_PINNED: canPin ? "1" : "" },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
