/** A stretch of sound, in milliseconds from its beginning; its end is not a part of it. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface ChunkLimits {
  /** Milliseconds of the longest chunk, at least 1. */
  readonly longestMs: number;
  /** Milliseconds of silence that no chunk has inside. */
  readonly silenceMs: number;
}

/**
 * The chunks in which spoken stretches are sent: in their order, each millisecond of speech in exactly one of them, and no
 * silence at their ends. Where speech is longer than a chunk may be, it is cut at the longest silence of the chunk's second
 * half, else at the last one, and only without any in the middle of it.
 * @param spoken in their order, apart from each other, none of them empty.
 */
export const planChunks = (spoken: readonly Span[], { longestMs, silenceMs }: ChunkLimits): Span[] => {
  const chunks: Span[] = [];
  const silenceAfter = (index: number): number => {
    const [span, next] = [spoken[index], spoken[index + 1]];
    return span === undefined || next === undefined ? Number.POSITIVE_INFINITY : next.startMs - span.endMs;
  };
  let index = 0;
  let startMs = spoken[0]?.startMs ?? 0;
  for (let first = spoken[0]; first !== undefined; first = spoken[index]) {
    startMs = Math.max(startMs, first.startMs);
    const latest = startMs + longestMs;
    if (first.endMs > latest) {
      // In equal parts: none of them is too short to be understood.
      const parts = Math.ceil((first.endMs - startMs) / longestMs);
      const endMs = startMs + Math.ceil((first.endMs - startMs) / parts);
      chunks.push({ startMs, endMs });
      startMs = endMs;
      continue;
    }
    let last = index;
    while (silenceAfter(last) < silenceMs && (spoken[last + 1]?.endMs ?? 0) <= latest) last += 1;
    if (silenceAfter(last) < silenceMs) {
      const middle = startMs + longestMs / 2;
      for (let each = last - 1; each >= index && (spoken[each]?.endMs ?? 0) >= middle; each -= 1)
        if (silenceAfter(each) > silenceAfter(last)) last = each;
    }
    chunks.push({ startMs, endMs: spoken[last]?.endMs ?? first.endMs });
    index = last + 1;
  }
  return chunks;
};
