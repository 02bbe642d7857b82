import { randomBytes } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { newObjectKey } from "#src/platform/storage/object-key.js";
import type { ByteRange } from "#src/platform/storage/object-store.js";
import {
  chunkBytes,
  DamagedObject,
  headerBytes,
  ObjectOpener,
  type ObjectSeal,
  sealedRange,
  sealObject,
} from "#src/platform/storage/sealed-object.js";

const tagBytes = 16;
const sealOf = (): ObjectSeal => ({ objectKey: newObjectKey(), key: randomBytes(32) });

/** In parts of this size, as a stream brings them. */
const parts = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size)),
    { objectMode: false },
  );

const sealed = async (bytes: Buffer, seal: ObjectSeal, part = 10_000): Promise<Buffer> =>
  buffer(Readable.from(sealObject(parts(bytes, part), seal), { objectMode: false }));

const opened = (object: Buffer, seal: ObjectSeal, size: number, range?: ByteRange, part = 9_999): Promise<Buffer> => {
  const { from, bytes } = sealedRange(size, range);
  const header = from === 0 ? undefined : object.subarray(0, headerBytes);
  const asked = object.subarray(bytes.start, bytes.end + 1);
  return buffer(pipeline(parts(asked, part), new ObjectOpener(seal, size, range, header), () => {}));
};

const size = fc.oneof(
  fc.nat(300_000),
  fc.constantFrom(0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 3 * chunkBytes - 1),
);

test("S1 an object opens to the bytes that it was made of, in whatever parts both come", async () => {
  const part = fc.integer({ min: 1, max: 100_000 }).map((each) => Math.max(each, 500));
  await fc.assert(
    fc.asyncProperty(size, part, part, async (length, one, other) => {
      const [bytes, seal] = [randomBytes(length), sealOf()];
      const object = await sealed(bytes, seal, one);
      const chunks = Math.max(1, Math.ceil(length / chunkBytes));
      expect(object.length).toBe(headerBytes + length + chunks * tagBytes);
      expect((await opened(object, seal, length, undefined, other)).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("S1 a range opens to the same range of the bytes, and reads no more chunks than it needs", async () => {
  const seal = sealOf();
  const bytes = randomBytes(250_000);
  const object = await sealed(bytes, seal);
  await fc.assert(
    fc.asyncProperty(fc.nat(249_999), fc.nat(249_999), async (a, b) => {
      const range = { start: Math.min(a, b), end: Math.max(a, b) };
      const { bytes: asked } = sealedRange(bytes.length, range);
      const chunks = Math.floor(range.end / chunkBytes) - Math.floor(range.start / chunkBytes) + 1;
      expect(asked.end - asked.start).toBeLessThan(chunks * (chunkBytes + tagBytes) + headerBytes + 1);
      expect((await opened(object, seal, bytes.length, range)).equals(bytes.subarray(range.start, range.end + 1))).toBe(
        true,
      );
    }),
    { numRuns: 150 },
  );
});

test("S1 an object with any bit changed does not open", async () => {
  const seal = sealOf();
  const bytes = randomBytes(chunkBytes + 40);
  const object = await sealed(bytes, seal);
  const bit = fc.oneof(fc.nat(object.length * 8 - 1), fc.nat((headerBytes + 20) * 8 - 1));
  await fc.assert(
    fc.asyncProperty(bit, async (at) => {
      const changed = Buffer.from(object);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      await expect(opened(changed, seal, bytes.length)).rejects.toThrow(DamagedObject);
    }),
    { numRuns: 200 },
  );
});

test("S1 an object that is cut or goes on does not open", async () => {
  const seal = sealOf();
  const bytes = randomBytes(chunkBytes + 40);
  const object = await sealed(bytes, seal);
  await fc.assert(
    fc.asyncProperty(fc.nat(object.length - 1), async (length) => {
      await expect(opened(object.subarray(0, length), seal, bytes.length)).rejects.toThrow("shorter");
    }),
    { numRuns: 100 },
  );
  for (const more of [1, 16, 100_000])
    await expect(opened(Buffer.concat([object, randomBytes(more)]), seal, bytes.length)).rejects.toThrow("longer");
});

test("S1 whole chunks cannot be left out, doubled, exchanged, or taken for the end", async () => {
  const seal = sealOf();
  const bytes = randomBytes(3 * chunkBytes);
  const object = await sealed(bytes, seal);
  const chunk = (n: number) => {
    const at = headerBytes + n * (chunkBytes + tagBytes);
    return object.subarray(at, at + chunkBytes + tagBytes);
  };
  const header = object.subarray(0, headerBytes);
  for (const order of [
    [1, 0, 2],
    [0, 2, 1],
    [0, 0, 2],
    [0, 1, 1],
    [2, 1, 0],
    [2, 2, 2],
  ])
    await expect(opened(Buffer.concat([header, ...order.map(chunk)]), seal, bytes.length)).rejects.toThrow(
      "does not open",
    );
  // Whoever could also change the size that the row says still does not get an object that ends early.
  for (const last of [1, 2])
    await expect(
      opened(object.subarray(0, object.length - (3 - last) * (chunkBytes + tagBytes)), seal, last * chunkBytes),
    ).rejects.toThrow("does not open");
});

test("S1 an object opens under its own key and its own name alone", async () => {
  const seal = sealOf();
  const bytes = randomBytes(100);
  const object = await sealed(bytes, seal);
  await expect(opened(object, { ...seal, key: randomBytes(32) }, 100)).rejects.toThrow(DamagedObject);
  await expect(opened(object, { ...seal, objectKey: newObjectKey() }, 100)).rejects.toThrow(DamagedObject);
});

test("S1 the same bytes under the same key are another object each time", async () => {
  const [seal, bytes] = [sealOf(), randomBytes(1_000)];
  const objects = await Promise.all(Array.from({ length: 20 }, () => sealed(bytes, seal)));
  expect(new Set(objects.map((each) => each.toString("hex"))).size).toBe(20);
});
