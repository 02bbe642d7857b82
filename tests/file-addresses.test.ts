import { createHash, randomBytes } from "node:crypto";
import { readdir, readlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { StoredFile } from "#src/files/stored-file.js";
import { newId } from "#src/platform/ids.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { storeFile } from "./support/stored-files.js";
import { startTeam, type Team } from "./support/team.js";
import { TestClock } from "./support/test-clock.js";

let atrium: TestAtrium;
let team: Team;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
});
afterAll(() => atrium.close());

const addressOf = async (person: Person, file: StoredFile, expiresIn = "PT1H"): Promise<string> => {
  const query = "query ($id: ID!, $expiresIn: Duration) { storedFile(id: $id) { url(expiresIn: $expiresIn) } }";
  const { storedFile } = await person.query<{ storedFile: { url: string } }>(query, { id: file.id, expiresIn });
  return storedFile.url;
};

const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe("S1 the address of a file", () => {
  let bytes: Buffer;
  let file: StoredFile;
  let url: string;
  beforeAll(async () => {
    bytes = randomBytes(1_000_000);
    file = await storeFile(atrium, team, bytes, { name: 'Ré "sumé"\\ 演説.flac', contentType: "audio/flac" });
    url = await addressOf(team.owner, file);
  });

  test("S1 gives the bytes to whoever has it, to be saved and never to be shown", async () => {
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect((await bodyOf(answer)).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-length": "1000000",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-type": "audio/flac",
      "x-content-type-options": "nosniff",
      etag: `"${createHash("sha256").update(bytes).digest("hex")}"`,
    });
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''/,
    );
  });

  test("S1 answers HEAD, and nothing anew to who has it already", async () => {
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "1000000"]);
    expect((await bodyOf(head)).length).toBe(0);
    const etag = head.headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"])
      expect((await fetch(url, { headers: { "if-none-match": known } })).status).toBe(304);
  });

  test.each([
    ["bytes=0-99", 0, 100],
    ["bytes=65535-65536", 65_535, 65_537],
    ["bytes=999999-", 999_999, 1_000_000],
    ["bytes=-5", 999_995, 1_000_000],
    ["bytes=-5000000", 0, 1_000_000],
    ["bytes=999990-5000000", 999_990, 1_000_000],
  ])("S1 answers the range %s with just that", async (range, start, end) => {
    const answer = await fetch(url, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/1000000`);
    expect((await bodyOf(answer)).equals(bytes.subarray(start, end))).toBe(true);
  });

  test("S1 answers what is no range with all, and what is behind the end with 416", async () => {
    const sent = (headers: Record<string, string>) => fetch(url, { headers });
    for (const range of ["bytes=5-2", "bytes=0-1,4-5", "bytes=", "lines=1-2", "bytes=-", "bytes=a-b"])
      expect([range, (await sent({ range })).status]).toEqual([range, 200]);
    expect((await sent({ range: "bytes=0-1", "if-range": '"another version"' })).status).toBe(200);
    expect((await sent({ range: "bytes=0-1", "if-range": `"${file.sha256}"` })).status).toBe(206);
    for (const range of ["bytes=1000000-", "bytes=5000000-5000001", "bytes=-0"]) {
      const answer = await sent({ range });
      expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */1000000"]);
    }
  });

  test("S1 opens nothing once it is changed, for another file, or at another method", async () => {
    const other = await storeFile(atrium, team, randomBytes(10));
    const address = new URL(url);
    const expires = Number(address.searchParams.get("expires"));
    const signature = address.searchParams.get("signature") ?? "";
    const at = (id: string, query: Record<string, string | number>) =>
      `${atrium.url}/files/${id}?${new URLSearchParams(query as Record<string, string>)}`;
    const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const forged = [
      at(file.id, {}),
      at(file.id, { expires }),
      at(file.id, { expires, signature: "" }),
      at(file.id, { expires, signature: flipped }),
      at(file.id, { expires, signature: signature.slice(0, -1) }),
      at(file.id, { expires, signature: `${signature}=` }),
      at(file.id, { expires: expires + 1, signature }),
      at(file.id, { expires: `0${expires}`, signature: flipped }),
      at(file.id, { expires: 99_999_999_999, signature }),
      at(other.id, { expires, signature }),
      at(newId("stored_file"), { expires, signature }),
      `${at(file.id, { expires, signature })}&signature=${signature}`,
    ];
    const answers = await Promise.all(forged.map(async (each) => await (await fetch(each)).text()));
    // One answer to all, so that it says nothing of what is there.
    expect(new Set(answers).size).toBe(1);
    for (const each of forged) expect((await fetch(each)).status).toBe(403);
    for (const method of ["POST", "PUT", "DELETE"]) expect((await fetch(url, { method })).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
  });

  test("S1 ends when its time is over, and is never good for more than a week", async () => {
    const clock = new TestClock();
    const elsewhere = await startAtrium({ database: atrium.database, clock, withWorkers: false });
    const short = (await addressOf(team.owner, file, "PT10M")).replace(atrium.url, elsewhere.url);
    const long = (await addressOf(team.owner, file, "P7D")).replace(atrium.url, elsewhere.url);
    const statuses = async () => [(await fetch(short)).status, (await fetch(long)).status];
    expect(await statuses()).toEqual([200, 200]);
    clock.pass(10 * 60_000);
    expect(await statuses()).toEqual([403, 200]);
    clock.pass(7 * 24 * 60 * 60_000);
    expect(await statuses()).toEqual([403, 403]);
    await elsewhere.close();
    for (const wrong of ["P8D", "PT0S"])
      await expect(addressOf(team.owner, file, wrong)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });

  test("S1 leads nowhere once its file is gone", async () => {
    const gone = await storeFile(atrium, team, randomBytes(10));
    const address = await addressOf(team.owner, gone);
    await atrium.database.query("delete from stored_file where id = $1", [gone.id]);
    expect((await fetch(address)).status).toBe(404);
  });

  test("S1 of a file whose object is damaged never ends well", async () => {
    const damaged = await storeFile(atrium, team, randomBytes(300_000));
    const path = join(atrium.database.dataDir, "files", damaged.objectKey);
    await truncate(path, 200_000);
    const address = await addressOf(team.owner, damaged);
    const reading = fetch(address).then(async (answer) =>
      answer.ok ? await bodyOf(answer) : Promise.reject("failed"),
    );
    await expect(reading).rejects.toBeDefined();
  });

  test("S1 a reader who leaves half-way leaves no file open", async () => {
    const large = await storeFile(atrium, team, randomBytes(8_000_000));
    const address = await addressOf(team.owner, large);
    const openFiles = async () => {
      const links = await Promise.all(
        (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
      );
      return links.filter((link) => link.includes(large.objectKey)).length;
    };
    for (let time = 0; time < 10; time += 1) {
      const leaving = new AbortController();
      const answer = await fetch(address, { signal: leaving.signal });
      await answer.body?.getReader().read();
      leaving.abort();
    }
    expect(await eventually(openFiles, (count) => count === 0)).toBe(0);
  });
});
