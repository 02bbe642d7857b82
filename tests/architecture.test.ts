import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The one ordered list: a file imports its own part and anything earlier, never later. */
const order = [
  "platform",
  "audit",
  "identity",
  "files",
  "ai",
  "quotes",
  "voice",
  "knowledge",
  "twins",
  "certificates",
  "telemetry",
  "analytics",
  "models",
  "agents",
  "alerts",
  "integrations",
  "operations",
  "app",
  "resolvers",
  "workers",
  "server",
  "commands",
  "main",
];

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : path.endsWith(".ts") ? [path] : [];
  });

const partOf = (file: string): string => {
  const [top, second = ""] = file.split("/");
  return top === "src" ? second.replace(/\.ts$/, "") : (top ?? "");
};

const importsOf = (file: string): string[] => {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, target]) => target ?? "");
};

/** The file of ours that an import names; nothing for a package. */
const resolveImport = (file: string, target: string): string | undefined => {
  if (target.startsWith("#")) return target.slice(1).replace(/\.js$/, ".ts");
  if (target.startsWith(".")) return relative(root, resolve(root, file, "..", target)).replace(/\.js$/, ".ts");
  return undefined;
};

const files = [...filesIn("src"), ...filesIn("resolvers"), ...filesIn("workers")];
const imports = files.flatMap((file) =>
  importsOf(file).map((target) => ({ file, target, ours: resolveImport(file, target) })),
);

test("the checks below have read the sources", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(400);
  expect(imports.filter(({ ours }) => ours !== undefined).length).toBeGreaterThan(250);
  for (const file of files) expect(order).toContain(partOf(file));
});

test("a part imports itself and earlier parts alone", () => {
  const wrong = imports.filter(({ file, ours }) => {
    if (ours === undefined || ours.startsWith("schema/")) return false;
    const [from, to] = [partOf(file), partOf(ours)];
    const sideways = from === "workers" && to === "resolvers";
    return sideways || order.indexOf(to) > order.indexOf(from);
  });
  expect(wrong.map(({ file, ours }) => `${file} imports ${ours}`)).toEqual([]);
});

test("imports go round in no circle", () => {
  const graph = new Map(files.map((file) => [file, new Set<string>()]));
  for (const { file, ours } of imports) if (ours !== undefined && graph.has(ours)) graph.get(file)?.add(ours);
  const typeOnly = /^import type /;
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file) || path.includes(file)) return;
    for (const next of graph.get(file) ?? []) if (runtimeImport(file, next, typeOnly)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

/** An import of types alone is gone at run time, and cannot make a circle there. */
const runtimeImport = (file: string, target: string, typeOnly: RegExp): boolean =>
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .some((line) => {
      const named = /from "([^"]+)"/.exec(line)?.[1];
      return named !== undefined && resolveImport(file, named) === target && !typeOnly.test(line);
    });

test.each([
  [/^@langchain\//, /^src\/ai\/providers\//],
  [/^bullmq$/, /^src\/platform\/job/],
  [/^fastify$|^@fastify\//, /^src\/server/],
  [/^@apollo\//, /^src\/server/],
])("%s is imported in one place alone", (target, place) => {
  const users = imports.filter((each) => target.test(each.target));
  expect(users.length).toBeGreaterThan(0);
  expect(users.filter(({ file }) => !place.test(file)).map(({ file }) => file)).toEqual([]);
});

test("only the configuration reads the environment", () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), "utf8")));
  expect(readers).toEqual(["src/platform/config.ts"]);
});

test("names say what is inside: kebab-case, no drawers, no barrels, no file past 300 lines", () => {
  const drawers = /(^|\/)(index|utils?|common|shared|helpers?|core|manager|handler)(\.ts|\/)/;
  expect(files.filter((file) => drawers.test(file))).toEqual([]);
  expect(files.filter((file) => !/^[a-z0-9/-]+\.ts$/.test(file))).toEqual([]);
  const long = files.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 300);
  expect(long).toEqual([]);
});
