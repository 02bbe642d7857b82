import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanFileName } from "#src/files/file-name.js";
import { attachment } from "#src/server/attachment.js";
import { startAtrium } from "./support/atrium.js";
import { filesBelow, storeFile } from "./support/stored-files.js";
import { startTeam } from "./support/team.js";

/** Names as nobody means them well: paths, devices, controls, marks of direction, and far too long ones. */
const hostileNames = (): string[] => {
  const paths = [
    "../",
    "..\\",
    "/",
    "C:\\",
    "\\\\host\\share\\",
    "file:///",
    "~/",
    "./",
    "%2e%2e%2f",
    "..%c0%af",
    "\u2025\u2215",
    "․․/",
  ];
  const cores = [
    "etc/passwd",
    "CON",
    "nul.wav",
    "COM1",
    "lpt9.flac",
    "speech.wav",
    "a\0b",
    "a\r\nSet-Cookie: x=1",
    'q"uo\\te',
    "\u202Egpj.exe",
    "x".repeat(4_000),
    "名前".repeat(500),
    "🎤".repeat(300),
    "\ud800lone",
    "",
    " ",
    ".",
    "..",
    "...",
    "a/../../../b",
  ];
  const ends = ["", ".", " ", "/", "\\", "\0", ":$DATA", "?", "*", "|", ";", "\u200B", "/.", "/..", "\n"];
  const repeats = [1, 3];
  const names = paths.flatMap((path) =>
    cores.flatMap((core) => ends.flatMap((end) => repeats.map((n) => path.repeat(n) + core + end))),
  );
  return names.slice(0, 5_000);
};

const saved = /^attachment; filename="[^"\\]+"; filename\*=UTF-8''(\S+)$/;

test("S1 5,000 hostile names lead to no file outside the folder, and to names that can be shown and saved", async () => {
  const names = hostileNames();
  expect([names.length, new Set(names).size > 4_900]).toEqual([5_000, true]);
  // Deep enough that a path that leads out of it is still in a folder of the test's own.
  const root = await mkdtemp(join(tmpdir(), "atrium-names-"));
  const dataDir = join(root, ..."a/b/c/d/e/f".split("/"));
  await mkdir(dataDir, { recursive: true });
  const atrium = await startAtrium({ withWorkers: false, env: { ATRIUM_DATA_DIR: dataDir } });
  const team = await startTeam(atrium);
  const around = async () => [await readdir(process.cwd()), await readdir("/")];
  const before = await around();

  // What a header would offer to save under each name.
  for (const name of names) {
    const [, encoded = ""] = saved.exec(attachment(cleanFileName(name))) ?? [];
    expect([name, decodeURIComponent(encoded)]).toEqual([name, expect.stringMatching(/^[^/\\\p{Cc}]{1,255}$/u)]);
  }

  const bytes = randomBytes(10);
  const some = names.filter((_, n) => n % 10 === 0);
  for (const name of some) {
    const file = await storeFile(atrium, team, bytes, { name });
    const answer = await fetch(atrium.app.files.addressOf(file));
    const [, encoded = ""] = saved.exec(answer.headers.get("content-disposition") ?? "") ?? [];
    expect(file.name).toBe(cleanFileName(name));
    expect(decodeURIComponent(encoded)).toBe(file.name);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  }
  const inside = (await filesBelow(root)).map((path) => path.slice(dataDir.length));
  expect(inside.length).toBe(some.length);
  expect(inside.filter((path) => !/^\/files\/[0-9a-f]{2}\/[0-9a-f]{40}$/.test(path))).toEqual([]);
  expect(await around()).toEqual(before);
  await atrium.close();
  await rm(root, { recursive: true });
}, 90_000);
