// Everything that can be known about the sources without running the product: one line a check, the output only of those
// that fail. Exit code 1 when one does.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);

const run = (command, ...args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? [] : [`${stdout}${stderr}`.trim() || `${command} ended with ${status}`];
};
const atrium = (...args) => run(process.execPath, join(root, "bin", "atrium.js"), ...args);
const read = (file) => readFileSync(join(root, file), "utf8");

const referencePages = async () => {
  const { envExample, metricsPage, settingsPage } = await import("../dist/src/commands/docs.js");
  const { permissionsPage } = await import("../dist/src/commands/permissions-page.js");
  return [
    [".env.example", envExample()],
    ["docs/settings.md", settingsPage()],
    ["docs/metrics.md", metricsPage()],
    ["docs/permissions.md", permissionsPage()],
  ].flatMap(([file, wanted]) => (read(file) === wanted ? [] : [`${file} is out of date: run \`npx atrium docs\`.`]));
};

const markdownIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ["node_modules", "dist", ".git", ".atrium"].includes(entry.name) ? [] : markdownIn(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });

const deadLinks = () =>
  markdownIn(root).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^(?:https?:|mailto:|#)/.test(target))
      .filter((target) => !statSync(resolve(dirname(file), target.split("#")[0]), { throwIfNoEntry: false }))
      .map((target) => `${file.slice(root.length)} links to ${target}, which does not exist.`),
  );

const checks = {
  types: () => run(process.execPath, join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"),
  "lint and format": () => run(bin("biome"), "check", "--error-on-warnings"),
  "unused code": () => run(bin("knip")),
  "schema drift": () => atrium("schema", "check"),
  "generated client": () => run(bin("graphql-codegen"), "--config", "codegen.yml", "--check"),
  "trusted documents": () =>
    atrium("schema", "trust", "schema/operations", "--out", "schema/trusted-documents.json", "--check"),
  "reference pages": referencePages,
  "links in docs": deadLinks,
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const begun = performance.now();
  const problems = await check();
  const ms = String(Math.round(performance.now() - begun)).padStart(6);
  process.stdout.write(`${problems.length === 0 ? "✔" : "✖"} ${name.padEnd(18)}${ms} ms\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length > 0) failed += 1;
}
process.stdout.write(`${Object.keys(checks).length - failed} checks passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
