interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Largest triangle three buckets (Steinarsson 2013): of a line, as many points as are wanted that keep its shape. The first
 * and the last one stay; of each stretch between them, the one that makes the largest triangle with the point that was taken
 * before and the middle of the next stretch. `most` is at least 3.
 */
export const downsample = <Point>(
  points: readonly Point[],
  most: number,
  placeOf: (point: Point) => Place,
): Point[] => {
  if (points.length <= most) return [...points];
  const places = points.map(placeOf);
  const length = (points.length - 2) / (most - 2);
  const startOf = (stretch: number) => Math.floor(stretch * length) + 1;
  const taken = [0];
  for (let stretch = 0; stretch < most - 2; stretch += 1) {
    const next = startOf(stretch + 1);
    const middle = middleOf(places, next, Math.min(startOf(stretch + 2), places.length));
    const before = places[taken.at(-1) ?? 0] ?? middle;
    let best = startOf(stretch);
    let largest = -1;
    for (let at = best; at < next; at += 1) {
      const area = areaOf(before, places[at] ?? middle, middle);
      if (area > largest) [best, largest] = [at, area];
    }
    taken.push(best);
  }
  return [...taken, points.length - 1].map((at) => points[at] as Point);
};

const middleOf = (places: readonly Place[], from: number, until: number): Place => {
  let [x, y] = [0, 0];
  for (let at = from; at < until; at += 1) {
    x += places[at]?.x ?? 0;
    y += places[at]?.y ?? 0;
  }
  return { x: x / (until - from), y: y / (until - from) };
};

/** Twice the area, which is as good for comparing. */
const areaOf = (a: Place, b: Place, c: Place): number =>
  Math.abs((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y));
