// Makes a fresh checkout ready: installs what package-lock.json names and builds what has changed. Runs on whatever Node
// starts npm (20 or newer), so it uses nothing but Node itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);
const say = (text) => process.stderr.write(`${text}\n`);

const fail = (text) => {
  say(`\n  ✖ ${text}\n`);
  process.exit(1);
};

const run = (command, args, options = {}) => spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
const npm = (...args) => {
  const cli = process.env.npm_execpath;
  return cli ? run(process.execPath, [cli, ...args]) : run("npm", args, { shell: process.platform === "win32" });
};

const hashOf = (files) => {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest("hex");
};
const stampIs = (file, value) => existsSync(file) && readFileSync(file, "utf8") === value;

const install = () => {
  const stamp = at("node_modules", ".atrium-installed");
  const wanted = hashOf([at("package-lock.json")]);
  if (stampIs(stamp, wanted)) return;
  // npm writes this file as its last act: when it is younger than the lock file, somebody has installed by hand.
  const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (age(at("node_modules", ".package-lock.json")) > age(at("package-lock.json"))) {
    writeFileSync(stamp, wanted);
    return;
  }
  say("  Installing packages. This takes about a minute, once …");
  const { status } = npm("ci", "--loglevel=error", "--no-audit", "--no-fund");
  if (status !== 0)
    fail(
      "npm could not install the packages; its message is above. Check the network and the disk, then run the command again.",
    );
  writeFileSync(stamp, wanted);
};

const node = at("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const requireNode24 = () => {
  const works = () =>
    spawnSync(node, ["-e", "process.exit(Number(process.versions.node.split('.')[0]) < 24 ? 1 : 0)"]).status === 0;
  if (works()) return;
  // npm may have been told not to run install scripts, and the package `node` gets its binary by one.
  npm("rebuild", "node", "--loglevel=error");
  if (!works()) {
    fail(
      "Node 24 is missing: the npm package `node` brings it by an install script, and scripts are switched off here. Run `npm rebuild node --ignore-scripts=false`, or start with Node 24 itself.",
    );
  }
};

const sources = ["src", "resolvers", "workers", "migrations", "schema"];
const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : path.endsWith(".ts") && statSync(path).isFile() ? [path] : [];
  });

const build = () => {
  const stamp = at("dist", ".atrium-built");
  const files = [
    at("package.json"),
    at("tsconfig.json"),
    at("tsconfig.build.json"),
    ...sources.flatMap((folder) => filesIn(at(folder))),
  ];
  const wanted = hashOf(files.sort());
  if (stampIs(stamp, wanted)) return;
  say("  Building …");
  // What was deleted from the sources must not live on in the build.
  rmSync(at("dist"), { recursive: true, force: true });
  const { status } = run(node, [at("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
  if (status !== 0) fail("The sources do not compile; the errors are above.");
  writeFileSync(stamp, wanted);
};

if (Number(process.versions.node.split(".")[0]) < 20)
  fail(`Atrium needs Node 20 or newer to install; this is ${process.version}.`);
install();
requireNode24();
build();
