import { unit } from "#src/platform/vectors/vector-bytes.js";

/** Vectors in random directions, the same at every run (Park and Miller 1988). */
export const randomVectors = (count: number, length: number, seed = 42): Float32Array[] => {
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
  return Array.from({ length: count }, () => unit(Array.from({ length }, next)));
};

export const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, number, at) => sum + number * (other[at] ?? 0), 0);
