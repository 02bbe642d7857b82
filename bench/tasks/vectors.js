// How long the exact index takes to compare a vector with all others of a space.
import { unit } from "../../dist/src/platform/vectors/vector-bytes.js";
import { VectorSet } from "../../dist/src/platform/vectors/vector-set.js";

const [count, length, searches] = [50_000, 384, 200];

/** The same numbers at every run (Park and Miller 1988). */
let seed = 42;
const next = () => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647 - 0.5;
};
const random = () => unit(Array.from({ length }, next));

const vectors = new VectorSet(length);
for (let index = 0; index < count; index += 1) vectors.set(`quote_${index}`, random());

const times = [];
for (let round = -20; round < searches; round += 1) {
  const wanted = random();
  const begun = performance.now();
  const found = await vectors.nearest(wanted, 50);
  const ms = performance.now() - begun;
  if (found.length !== Math.min(50, count)) throw new Error(`${found.length} neighbours were found.`);
  if (round >= 0) times.push(ms);
}
process.stdout.write(JSON.stringify({ count, length, megabytes: vectors.bytes / 2 ** 20, times }));
