import { unit } from "../dist/src/platform/vectors/vector-bytes.js";
import { VectorSet } from "../dist/src/platform/vectors/vector-set.js";
import { median } from "./statistics.js";

/**
 * How long the exact index takes to compare a vector with all others of a space, in one process on one core.
 * `node bench/vectors.js [vectors] [numbers of each] [searches]`. The goal is a p50 of 40 ms for 50,000 vectors of 384 numbers.
 */
const count = Number(process.argv[2] ?? 50_000);
const length = Number(process.argv[3] ?? 384);
const searches = Number(process.argv[4] ?? 200);

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
times.sort((one, other) => one - other);
const p95 = times[Math.floor(times.length * 0.95)];
process.stdout.write(
  `${count} vectors of ${length} numbers, ${Math.round(vectors.bytes / 2 ** 20)} MiB: ` +
    `p50 ${median(times).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms over ${searches} searches\n`,
);
