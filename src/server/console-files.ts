import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { StaticFile } from "./static-file.js";

const here = dirname(fileURLToPath(import.meta.url));

/** A name with the hash of its content never means anything else: browsers keep it for 24 hours without asking. */
const immutable = "public, max-age=86400, immutable";
/** Asked for anew each time, and answered with 304 while nothing has changed. */
const alwaysAsk = "no-cache";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** A file of the console between quotes or brackets: `./name.js` from another module, `/name.js` from the page. */
const reference = /(["'(])\.?\/([\w-]+\.\w+)(?=["')])/g;

/**
 * The console: `index.html` at `/`, and everything that it refers to under `/assets/name.hash.ext`. The names are made
 * here, from the files as they are, and written into whatever refers to them.
 */
export const registerConsole = async (server: FastifyInstance): Promise<void> => {
  const { index, assets } = hashNames(await readConsole());
  server.get("/", (request, reply) => index.send(request, reply));
  server.get("/assets/:name", (request, reply) => {
    const asset = assets.get((request.params as { name: string }).name);
    return asset === undefined ? reply.callNotFound() : asset.send(request, reply);
  });
};

interface Console {
  readonly index: StaticFile;
  /** By the name that carries the hash. */
  readonly assets: ReadonlyMap<string, StaticFile>;
}

/** A file's hash covers the names of what it refers to, so a change anywhere below it gives it a new name too. */
export const hashNames = (sources: ReadonlyMap<string, string>): Console => {
  const assets = new Map<string, StaticFile>();
  const hashed = new Map<string, string>();
  const rewrite = (name: string, above: readonly string[]): string =>
    (sources.get(name) ?? "").replace(reference, (whole, quote: string, target: string) =>
      sources.has(target) && target !== "index.html" ? `${quote}/assets/${nameOf(target, [...above, name])}` : whole,
    );
  const nameOf = (name: string, above: readonly string[]): string => {
    const known = hashed.get(name);
    if (known !== undefined) return known;
    if (above.includes(name))
      throw new Error(`The console's files refer to each other in a circle: ${above.join(", ")}.`);
    const file = new StaticFile(rewrite(name, above), typeOf(name), immutable);
    const made = `${name.slice(0, -extname(name).length)}.${file.hash}${extname(name)}`;
    hashed.set(name, made);
    assets.set(made, file);
    return made;
  };
  const index = new StaticFile(rewrite("index.html", []), typeOf("index.html"), alwaysAsk);
  return { index, assets };
};

const typeOf = (name: string): string => {
  const type = types[extname(name)];
  if (type === undefined) throw new Error(`The console has a file of an unknown type: ${name}.`);
  return type;
};

/** What draws charts, by the names that the console's own files call it. */
const vendored: Readonly<Record<string, string>> = { "uplot.js": "uPlot.esm.js", "uplot.css": "uPlot.min.css" };

const readVendored = async (): Promise<[string, string][]> => {
  const folder = dirname(createRequire(import.meta.url).resolve("uplot"));
  return Promise.all(
    Object.entries(vendored).map(
      async ([name, file]) => [name, await readFile(join(folder, file), "utf8")] as [string, string],
    ),
  );
};

/** Beside `src` in the checkout, and one level further up from the build. */
const readConsole = async (): Promise<Map<string, string>> => {
  for (const folder of [join(here, "../../console"), join(here, "../../../console")]) {
    const names = await readdir(folder).catch(() => [] as string[]);
    if (!names.includes("index.html")) continue;
    const read = async (name: string) => [name, await readFile(join(folder, name), "utf8")] as const;
    return new Map([...(await Promise.all(names.map(read))), ...(await readVendored())]);
  }
  throw new Error("The folder `console` with its index.html is missing.");
};
