import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { readConfig } from "#src/platform/config.js";
import { configuredStore } from "#src/platform/storage/configured-store.js";
import { newObjectKey } from "#src/platform/storage/object-key.js";
import { NoSuchObject, type ObjectStore } from "#src/platform/storage/object-store.js";
import { partBytes } from "#src/platform/storage/s3-parts.js";
import type { StorageError } from "#src/platform/storage/storage-error.js";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { type S3Server, startS3 } from "./support/s3-server.js";
import { allBytesBelow, contentOf, filesBelow, readFileOf, storeFile } from "./support/stored-files.js";
import { startTeam, type Team } from "./support/team.js";

interface Place {
  readonly env: Readonly<Record<string, string>>;
  /** Where the store has its objects. */
  readonly folder: string;
  close(): Promise<void>;
}

const inFolder = async (): Promise<Place> => {
  const dataDir = await mkdtemp(join(tmpdir(), "atrium-files-"));
  const close = () => rm(dataDir, { recursive: true, force: true });
  return { env: { ATRIUM_DATA_DIR: dataDir }, folder: join(dataDir, "files"), close };
};

/** All that a file can be: empty, about a chunk of the encryption, and about a part of S3. */
const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 5_000_000, partBytes - 300, partBytes + 5_000_000];

describe.each([
  ["a folder", inFolder],
  ["S3", startS3],
])("S1 in %s", (_, start) => {
  let place: Place;
  let atrium: TestAtrium;
  let team: Team;
  let store: ObjectStore;
  beforeAll(async () => {
    place = await start();
    atrium = await startAtrium({ withWorkers: false, env: place.env });
    team = await startTeam(atrium);
    store = await configuredStore(readConfig({ ...atrium.env, ...place.env }));
  });
  afterAll(async () => {
    store.close();
    await atrium.close();
    await place.close();
  });

  test.each(sizes)("S1 a file of %i bytes is read as it was stored", async (size) => {
    const bytes = randomBytes(size);
    const file = await storeFile(atrium, team, bytes);
    expect(file.size).toBe(size);
    expect((await readFileOf(atrium, file)).equals(bytes)).toBe(true);
    expect(await store.sizeOf(file.objectKey)).toBeGreaterThan(size);
  });

  test("S1 every range of a file is the same range of its bytes", async () => {
    const bytes = randomBytes(200_000);
    const file = await storeFile(atrium, team, bytes);
    const edge = fc.oneof(
      fc.nat(bytes.length - 1),
      fc.constantFrom(0, 65_535, 65_536, 65_537, 131_071, 131_072, 199_999),
    );
    const isSame = fc.asyncProperty(edge, edge, async (a, b) => {
      const range = { start: Math.min(a, b), end: Math.max(a, b) };
      const read = await readFileOf(atrium, file, range);
      expect(read.equals(bytes.subarray(range.start, range.end + 1))).toBe(true);
    });
    await fc.assert(isSame, { numRuns: 60 });
  });

  test("S1 nothing of a file or its name is in what the store has, or in the database", async () => {
    const secret = "the quick brown fox says something that nobody else may hear";
    const file = await storeFile(atrium, team, Buffer.from(secret.repeat(5_000)), { name: "very-secret-name.wav" });
    const stored = await allBytesBelow(place.folder);
    expect(stored.length).toBeGreaterThan(secret.length * 5_000);
    for (const plain of [secret, "quick brown", "very-secret-name", file.id])
      expect(stored.includes(plain)).toBe(false);
    const [row] = await atrium.database.query("select to_jsonb(f)::text as row from stored_file f where id = $1", [
      file.id,
    ]);
    expect(JSON.stringify(row)).not.toContain("quick brown");
  });

  test("S1 an object that is put again takes the place of the one before it", async () => {
    const key = newObjectKey();
    for (const text of ["the first one, which is longer", "the second"]) {
      await store.put(key, Readable.from([Buffer.from(text)], { objectMode: false }));
      expect((await buffer(await store.get(key))).toString()).toBe(text);
    }
    await store.remove(key);
    await expect(store.get(key)).rejects.toThrow(NoSuchObject);
    expect(await store.sizeOf(key)).toBeUndefined();
    await store.remove(key);
  });

  test("S1 of content that breaks off nothing is stored", async () => {
    // The tests' own S3 server keeps the parts of what was given up; a real one is told to remove them.
    const objects = async () => (await filesBelow(place.folder)).filter((path) => !path.includes("_S3rver_uploads"));
    const before = await objects();
    for (const length of [1_000, 200_000, partBytes + 100_000]) {
      const broken = async function* () {
        yield randomBytes(length);
        throw new Error("the client has gone");
      };
      const key = newObjectKey();
      await expect(store.put(key, Readable.from(broken(), { objectMode: false }))).rejects.toThrow("has gone");
      expect(await store.sizeOf(key)).toBeUndefined();
    }
    expect(await objects()).toEqual(before);
  });

  test("S1 storing ends at once when it is given up, though its source is silent", async () => {
    const silent = new Readable({ read: () => {} });
    silent.push(randomBytes(100_000));
    const given = new AbortController();
    const storing = atrium.app.files.store(silent, given.signal);
    setTimeout(() => given.abort(), 50);
    await expect(storing).rejects.toThrow();
    expect(silent.destroyed).toBe(true);
  });

  test("S1 a reader who goes away half-way leaves nothing open", async () => {
    const file = await storeFile(atrium, team, randomBytes(1_000_000));
    for (let time = 0; time < 60; time += 1) {
      const stream = await atrium.app.files.open(file.id, team.id);
      for await (const _part of stream) break;
      expect(stream.destroyed).toBe(true);
    }
    // More than the client of S3 has connections at once.
    expect((await readFileOf(atrium, file)).length).toBe(1_000_000);
  });

  test("S1 the store is found to be well", async () => {
    await store.probe();
  });

  test("S1 any change of a stored object is noticed when it is read", async () => {
    const bytes = randomBytes(150_000);
    const file = await storeFile(atrium, team, bytes);
    const other = await storeFile(atrium, team, bytes);
    const whole = await buffer(await store.get(file.objectKey));
    const chunk = 65_536 + 16;
    const parts = [whole.subarray(0, 17), whole.subarray(17, 17 + chunk), whole.subarray(17 + chunk, 17 + 2 * chunk)];
    const [header = whole, first = whole, second = whole] = parts;
    const rest = whole.subarray(17 + 2 * chunk);
    const flipped = (at: number) => {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const wrong = [
      ...[0, 1, 16, 17, 80_000, whole.length - 17, whole.length - 1].map(flipped),
      ...[0, 16, 17, 17 + chunk, 17 + 2 * chunk, whole.length - 1].map((length) => whole.subarray(0, length)),
      Buffer.concat([whole, Buffer.of(0)]),
      Buffer.concat([whole, rest]),
      Buffer.concat([header, second, first, rest]),
      Buffer.concat([header, first, first, rest]),
      Buffer.concat([header, first, rest]),
      await buffer(await store.get(other.objectKey)),
    ];
    for (const each of wrong) {
      await store.put(file.objectKey, contentOf(each));
      // The tests' own S3 server breaks off when it is asked for a range of nothing.
      const noticed = each.length === 0 ? /does not open|aborted/ : /does not open/;
      await expect(readFileOf(atrium, file)).rejects.toThrow(noticed);
    }
    await store.put(file.objectKey, contentOf(whole));
    expect((await readFileOf(atrium, file)).equals(bytes)).toBe(true);
  });

  test("S1 keys that the server does not make are refused", async () => {
    await writeFile(join(tmpdir(), "atrium-outside"), "outside");
    const outside = [
      "../atrium-outside",
      "/etc/passwd",
      "ab/../../x",
      "ab",
      "",
      "ab/\0",
      `AB/${"A".repeat(40)}`,
      "a".repeat(43),
    ];
    for (const key of outside) {
      await expect(store.get(key)).rejects.toThrow("is not the key");
      await expect(store.put(key, Readable.from([]))).rejects.toThrow("is not the key");
      await expect(store.remove(key)).rejects.toThrow("is not the key");
    }
    expect(await readFile(join(tmpdir(), "atrium-outside"), "utf8")).toBe("outside");
  });
});

describe("S1 a bucket that cannot be used is refused with the setting to correct", () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3.close());

  const refusal = async (wrong: Record<string, string>) => {
    const store = await configuredStore(readConfig({ ATRIUM_SECRET: "x".repeat(40), ...s3.env, ...wrong }));
    try {
      return await store.probe().then(
        () => "well",
        ({ setting, passes }: StorageError) => ({ setting, passes }),
      );
    } finally {
      store.close();
    }
  };

  test("S1 by name: the bucket, the key, its secret, and the address", async () => {
    expect(await refusal({})).toBe("well");
    expect(await refusal({ S3_BUCKET: "no-such-bucket" })).toEqual({ setting: "S3_BUCKET", passes: false });
    expect(await refusal({ AWS_ACCESS_KEY_ID: "NOBODY" })).toEqual({ setting: "AWS_ACCESS_KEY_ID", passes: false });
    expect(await refusal({ AWS_SECRET_ACCESS_KEY: "wrong" })).toEqual({
      setting: "AWS_SECRET_ACCESS_KEY",
      passes: false,
    });
    expect(await refusal({ S3_ENDPOINT: "http://127.0.0.1:9" })).toEqual({ setting: "S3_ENDPOINT", passes: true });
  });

  test("S1 a start with a wrong one ends; one that does not answer lets all else work, and callers try again later", async () => {
    const env = { ...s3.env, AWS_SECRET_ACCESS_KEY: "wrong" };
    await expect(startAtrium({ withWorkers: false, env })).rejects.toMatchObject({ setting: "AWS_SECRET_ACCESS_KEY" });
    const atrium = await startAtrium({ withWorkers: false, env: { ...s3.env, S3_ENDPOINT: "http://127.0.0.1:9" } });
    const team = await startTeam(atrium);
    await expect(storeFile(atrium, team, randomBytes(10))).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      transient: true,
      message: expect.not.stringContaining("127.0.0.1"),
    });
    await atrium.close();
  });
});
