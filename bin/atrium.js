#!/usr/bin/env node
// Starts the command line on Node 24, whatever Node runs this file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = new URL("../dist/src/main.js", import.meta.url);
const node = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));

if (!existsSync(main)) {
  process.stderr.write("\n  ✖ Atrium is not built yet: run `npm start` once, or `npm run build`.\n\n");
  process.exit(1);
}
if (Number(process.versions.node.split(".")[0]) >= 24) {
  await import(main.href);
} else if (existsSync(node)) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
} else {
  process.stderr.write(
    `\n  ✖ Atrium runs on Node 24, and this is ${process.version}. Run \`npm ci\`: it brings its own Node 24.\n\n`,
  );
  process.exit(1);
}
