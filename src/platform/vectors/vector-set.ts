import { setImmediate } from "node:timers/promises";
import type { Neighbour } from "./vector-index.js";

/** Vectors that are compared between two moments in which others get their turn: about 3 ms of work. */
const turn = 8_192;

/** Vectors of one length by their ids, one behind the other in memory, each compared with what is looked for. */
export class VectorSet {
  #numbers: Float32Array;
  readonly #ids: (string | undefined)[] = [];
  readonly #places = new Map<string, number>();
  readonly #free: number[] = [];

  constructor(readonly length: number) {
    this.#numbers = new Float32Array(length * 64);
  }

  get size(): number {
    return this.#places.size;
  }

  /** What it takes in memory, roughly: an id is about 100 bytes in its list and its map. */
  get bytes(): number {
    return this.#numbers.byteLength + this.#ids.length * 100;
  }

  get ids(): Iterable<string> {
    return this.#places.keys();
  }

  set(id: string, vector: Float32Array): void {
    if (vector.length !== this.length)
      throw new RangeError(`A vector of ${vector.length} numbers is none of ${this.length}.`);
    const place = this.#places.get(id) ?? this.#free.pop() ?? this.#ids.length;
    const end = (place + 1) * this.length;
    if (end > this.#numbers.length) {
      const grown = new Float32Array(Math.max(end, Math.ceil(this.#numbers.length * 1.5)));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers.set(vector, place * this.length);
    this.#ids[place] = id;
    this.#places.set(id, place);
  }

  /** Its place stays empty until another one takes it: nothing moves under a search that goes on. */
  delete(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#ids[place] = undefined;
    this.#numbers.fill(0, place * this.length, (place + 1) * this.length);
    this.#free.push(place);
  }

  /** The nearest first; of equally near ones by their ids, so that the answer is always the same. */
  async nearest(vector: Float32Array, limit: number): Promise<Neighbour[]> {
    if (vector.length !== this.length || limit < 1) return [];
    const best = new Nearest(limit);
    for (let from = 0; from < this.#ids.length; from += turn) {
      if (from > 0) await setImmediate();
      this.#compare(vector, from, Math.min(from + turn, this.#ids.length), best);
    }
    return best.sorted();
  }

  /** Four sums side by side: none waits for the one before it, which is three times as fast as a single sum. */
  #compare(vector: Float32Array, from: number, to: number, best: Nearest): void {
    const numbers = this.#numbers;
    const { length } = this;
    const whole = length - (length % 4);
    for (let place = from; place < to; place += 1) {
      const id = this.#ids[place];
      if (id === undefined) continue;
      const base = place * length;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let at = 0; at < whole; at += 4) {
        a += vector[at]! * numbers[base + at]!;
        b += vector[at + 1]! * numbers[base + at + 1]!;
        c += vector[at + 2]! * numbers[base + at + 2]!;
        d += vector[at + 3]! * numbers[base + at + 3]!;
      }
      for (let at = whole; at < length; at += 1) a += vector[at]! * numbers[base + at]!;
      best.offer(id, a + b + c + d);
    }
  }
}

const isNearer = (one: Neighbour, other: Neighbour): boolean =>
  one.similarity > other.similarity || (one.similarity === other.similarity && one.subjectId < other.subjectId);

/** The nearest of all that were offered: a heap with the farthest of them on top. */
class Nearest {
  readonly #heap: Neighbour[] = [];

  constructor(private readonly limit: number) {}

  offer(subjectId: string, similarity: number): void {
    const heap = this.#heap;
    if (heap.length < this.limit) {
      heap.push({ subjectId, similarity });
      this.#rise(heap.length - 1);
      return;
    }
    const farthest = heap[0]!;
    if (similarity < farthest.similarity) return;
    const offered = { subjectId, similarity };
    if (!isNearer(offered, farthest)) return;
    heap[0] = offered;
    this.#sink();
  }

  sorted(): Neighbour[] {
    return this.#heap.sort((one, other) => (isNearer(one, other) ? -1 : 1));
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!isNearer(heap[above]!, heap[at]!)) return;
      [heap[above], heap[at]] = [heap[at]!, heap[above]!];
      at = above;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      let far = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && isNearer(heap[far]!, heap[below]!)) far = below;
      if (far === at) return;
      [heap[at], heap[far]] = [heap[far]!, heap[at]!];
      at = far;
    }
  }
}
