import { endianness } from "node:os";

/** The numbers of a stored vector. Little endian in the database, whatever this machine is. */
export const vectorOf = (bytes: Uint8Array): Float32Array => {
  const vector = new Float32Array(bytes.length / 4);
  // Copied, since bytes from the driver may begin anywhere.
  const own = Buffer.from(vector.buffer);
  own.set(bytes);
  if (endianness() === "BE") own.swap32();
  return vector;
};

export const bytesOf = (vector: Float32Array): Buffer => {
  const bytes = Buffer.from(Float32Array.from(vector).buffer);
  return endianness() === "BE" ? bytes.swap32() : bytes;
};

/** The vector in the same direction with length 1: a product of two such is the cosine of their angle. */
export const unit = (numbers: ArrayLike<number>): Float32Array => {
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 1) sum += (numbers[at] ?? 0) ** 2;
  const length = Math.sqrt(sum);
  return Float32Array.from(numbers, (number) => (length === 0 ? 0 : number / length));
};
