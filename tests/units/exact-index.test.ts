import fc from "fast-check";
import { bytesOf, unit, vectorOf } from "#src/platform/vectors/vector-bytes.js";
import { VectorSet } from "#src/platform/vectors/vector-set.js";
import { cosine, randomVectors } from "../support/random-vectors.js";

const filled = (vectors: readonly Float32Array[]) => {
  const set = new VectorSet(vectors[0]?.length ?? 0);
  for (const [index, vector] of vectors.entries()) set.set(`id_${index}`, vector);
  return set;
};

test.each([1, 3, 4, 7, 384])(
  "Q4 the nearest of vectors of %i numbers are those that sorting all would give",
  async (length) => {
    const vectors = randomVectors(9_000, length);
    const set = filled(vectors);
    const [wanted] = randomVectors(1, length, 7);
    if (wanted === undefined) throw new Error("no vector");
    const all = vectors
      .map((vector, index) => ({ subjectId: `id_${index}`, similarity: cosine(vector, wanted) }))
      .sort((one, other) => other.similarity - one.similarity);
    for (const limit of [1, 10, 500]) {
      const found = await set.nearest(wanted, limit);
      expect(found).toHaveLength(limit);
      for (const [at, { similarity }] of found.entries()) expect(similarity).toBeCloseTo(all[at]?.similarity ?? 2, 5);
      expect(new Set(found.map(({ subjectId }) => subjectId)).size).toBe(limit);
    }
    expect(await set.nearest(wanted, 100_000)).toHaveLength(9_000);
  },
);

test("Q4 whatever is set, replaced and deleted, in any order, a search finds what is there and nothing else", async () => {
  const vectors = randomVectors(8, 5);
  const step = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.option(fc.integer({ min: 0, max: 7 })));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const set = new VectorSet(5);
      const expected = new Map<string, Float32Array>();
      for (const [id, vector] of steps) {
        const given = vector === null ? undefined : vectors[vector];
        if (given === undefined) {
          set.delete(`id_${id}`);
          expected.delete(`id_${id}`);
        } else {
          set.set(`id_${id}`, given);
          expected.set(`id_${id}`, given);
        }
      }
      const wanted = vectors[0] ?? new Float32Array(5);
      const found = await set.nearest(wanted, 100);
      expect(set.size).toBe(expected.size);
      expect(found.map(({ subjectId }) => subjectId).sort()).toEqual([...expected.keys()].sort());
      for (const { subjectId, similarity } of found)
        expect(similarity).toBeCloseTo(cosine(expected.get(subjectId) ?? new Float32Array(5), wanted), 5);
    }),
  );
});

test("Q4 equally near ones come in the order of their ids", async () => {
  const same = unit([1, 2, 3]);
  const set = new VectorSet(3);
  for (const id of ["c", "a", "d", "b"]) set.set(id, same);
  expect((await set.nearest(same, 3)).map(({ subjectId }) => subjectId)).toEqual(["a", "b", "c"]);
});

test("Q4 others get their turn while a large space is searched", async () => {
  const set = filled(randomVectors(40_000, 8));
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 0);
  const counting = async () => {
    for (let index = 0; index < 3; index += 1) await new Promise(setImmediate);
    turns += 1;
  };
  const [found] = await Promise.all([set.nearest(unit(new Array(8).fill(1)), 10), counting()]);
  clearInterval(turning);
  expect(found).toHaveLength(10);
  expect(turns).toBeGreaterThan(0);
});

test("Q4 a vector comes back from its bytes as it was, wherever they lie", () => {
  const vector = unit([0.1, -2, 3.5]);
  const bytes = bytesOf(vector);
  expect(bytes).toHaveLength(12);
  expect(bytes.readFloatLE(4)).toBe(vector[1]);
  const shifted = Buffer.concat([Buffer.from([9]), bytes]).subarray(1);
  expect(vectorOf(shifted)).toEqual(vector);
  expect([...unit([0, 0])]).toEqual([0, 0]);
});

test("Q4 a vector of another length is refused, and finds nothing", async () => {
  const set = filled(randomVectors(3, 4));
  expect(() => set.set("x", unit([1, 2]))).toThrow(RangeError);
  expect(await set.nearest(unit([1, 2]), 10)).toEqual([]);
});
