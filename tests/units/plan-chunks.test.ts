import fc from "fast-check";
import { type ChunkLimits, planChunks, type Span } from "#src/voice/plan-chunks.js";

const limits: ChunkLimits = { longestMs: 10_000, silenceMs: 3_000 };

/** Spans from alternating lengths: silence, speech, silence, speech. */
const spansOf = (...lengths: number[]): Span[] => {
  const spans: Span[] = [];
  let at = 0;
  for (const [index, length] of lengths.entries()) {
    if (index % 2 === 1) spans.push({ startMs: at, endMs: at + length });
    at += length;
  }
  return spans;
};

const lengthOf = ({ startMs, endMs }: Span) => endMs - startMs;

test("V2 nothing spoken is nothing sent", () => {
  expect(planChunks([], limits)).toEqual([]);
});

test("V2 what is short enough stays together over short silences, and not over long ones", () => {
  const spoken = spansOf(500, 2_000, 2_999, 1_000, 3_000, 500);
  expect(planChunks(spoken, limits)).toEqual([
    { startMs: 500, endMs: 6_499 },
    { startMs: 9_499, endMs: 9_999 },
  ]);
});

test("V2 what is too long is cut at the longest silence of the second half", () => {
  const spoken = spansOf(0, 2_000, 2_500, 2_000, 100, 1_000, 900, 1_000, 50, 3_000);
  expect(planChunks(spoken, limits)).toEqual([
    { startMs: 0, endMs: 7_600 },
    { startMs: 8_500, endMs: 12_550 },
  ]);
});

test("V2 without a silence there, it is cut at the last one before", () => {
  const spoken = spansOf(0, 1_000, 2_000, 1_000, 10, 9_000);
  expect(planChunks(spoken, limits)).toEqual([
    { startMs: 0, endMs: 4_000 },
    { startMs: 4_010, endMs: 13_010 },
  ]);
});

test("V2 speech without any silence is cut in equal parts", () => {
  expect(planChunks(spansOf(0, 20_002), limits)).toEqual([
    { startMs: 0, endMs: 6_668 },
    { startMs: 6_668, endMs: 13_335 },
    { startMs: 13_335, endMs: 20_002 },
  ]);
});

test("V2 whatever was spoken: each millisecond is in one chunk, in order and within all bounds", () => {
  const sounds = fc.array(
    fc.tuple(
      fc.nat({ max: 5_000 }).map((ms) => ms + 1),
      fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 40_000 })),
    ),
    { maxLength: 60 },
  );
  const bounds = fc.record({
    longestMs: fc.integer({ min: 100, max: 20_000 }),
    silenceMs: fc.integer({ min: 1, max: 4_000 }),
  });
  fc.assert(
    fc.property(sounds, bounds, (lengths, bound) => {
      const spoken = spansOf(...lengths.flat());
      const chunks = planChunks(spoken, bound);
      for (const [index, chunk] of chunks.entries()) {
        expect(lengthOf(chunk)).toBeGreaterThan(0);
        expect(lengthOf(chunk)).toBeLessThanOrEqual(bound.longestMs);
        expect(chunk.startMs).toBeGreaterThanOrEqual(chunks[index - 1]?.endMs ?? 0);
        // Begins and ends with speech, and is never silent for too long in between.
        const inside = spoken.flatMap(({ startMs, endMs }) => {
          const part = { startMs: Math.max(startMs, chunk.startMs), endMs: Math.min(endMs, chunk.endMs) };
          return lengthOf(part) > 0 ? [part] : [];
        });
        expect(inside[0]?.startMs).toBe(chunk.startMs);
        expect(inside.at(-1)?.endMs).toBe(chunk.endMs);
        for (const [at, part] of inside.slice(1).entries())
          expect(part.startMs - (inside[at]?.endMs ?? 0)).toBeLessThan(bound.silenceMs);
      }
      // Chunks do not overlap, so what they hold of each span must be its length.
      for (const span of spoken) {
        const held = chunks.reduce(
          (sum, chunk) => sum + Math.max(0, Math.min(span.endMs, chunk.endMs) - Math.max(span.startMs, chunk.startMs)),
          0,
        );
        expect(held).toBe(lengthOf(span));
      }
    }),
    { numRuns: 200 },
  );
});

test("V2 no part of a cut is too short to be understood", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (ms) => {
      const chunks = planChunks([{ startMs: 0, endMs: ms }], limits);
      if (ms > limits.longestMs)
        for (const chunk of chunks) expect(lengthOf(chunk)).toBeGreaterThanOrEqual(limits.longestMs / 2);
    }),
  );
});

test("V2 a day of short utterances is planned at once", () => {
  const spoken = spansOf(...Array.from({ length: 60_000 }, (_, index) => (index % 2 === 0 ? 3_500 : 800)));
  expect(planChunks(spoken, limits)).toHaveLength(30_000);
});
