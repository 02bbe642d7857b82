import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(`${root}docs/security.md`, "utf8");

const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$/gm)].map(
  ([, id = "", what = "", proof = ""]) => ({
    id,
    what,
    proof,
  }),
);
const cited = rows.flatMap(({ id, proof }) =>
  [...proof.matchAll(/`(tests\/[\w/-]+\.test\.ts)` "([^"]+)"/g)].map(([, file = "", name = ""]) => ({
    id,
    file,
    name,
  })),
);

/** Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0. */
const requirements = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

test("docs/security.md has every requirement of ASVS 5.0 up to level 2, each once", () => {
  const counts = requirements.map((_, index) => rows.filter(({ id }) => id.startsWith(`${index + 1}.`)).length);
  expect(counts).toEqual(requirements);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test("docs/security.md names a test or says why there is none", () => {
  expect(cited.length).toBeGreaterThan(150);
  const silent = rows.filter(({ what, proof }) => what.length < 3 || proof.length < 5);
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test("every test that docs/security.md names exists", () => {
  const sources = new Map<string, string>();
  const missing = cited.filter(({ file, name }) => {
    const source = sources.get(file) ?? (existsSync(root + file) ? readFileSync(root + file, "utf8") : "");
    sources.set(file, source);
    // The name is the first argument of a test, and all of it.
    return !["`", '"'].some((quote) => new RegExp(`\\(\\s*${quote}${escaped(name)}${quote}`).test(source));
  });
  expect(missing.map(({ id, file, name }) => `${id}: ${file} ${name}`)).toEqual([]);
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
