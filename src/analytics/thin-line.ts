/** A point of a line in the coordinates of its data; a null value is a gap. */
export interface LinePoint {
  readonly at: number;
  readonly value: number | null;
}

/**
 * What a line looks like in so many columns: of each column its first, smallest, greatest and last point, as they are. A
 * line drawn through these covers the same pixels as one through all.
 */
export const thinLine = (
  points: readonly LinePoint[],
  { from, until, columns }: { from: number; until: number; columns: number },
): LinePoint[] => {
  if (points.length <= columns * 2) return [...points];
  const thin: LinePoint[] = [];
  let column = Number.NaN;
  let here: (LinePoint & { readonly value: number })[] = [];
  const flush = () => {
    const [first] = here;
    if (first === undefined) return;
    const least = here.reduce((a, b) => (b.value < a.value ? b : a));
    const most = here.reduce((a, b) => (b.value > a.value ? b : a));
    const kept = new Set<LinePoint>([first, least, most, here.at(-1) ?? first]);
    for (const point of here) if (kept.has(point)) thin.push(point);
    here = [];
  };
  for (const { at, value } of points) {
    const place = Math.floor(((at - from) / (until - from)) * columns);
    if (place !== column || value === null) flush();
    column = place;
    if (value !== null) here.push({ at, value });
    else if (thin.length > 0 && thin.at(-1)?.value !== null) thin.push({ at, value });
  }
  flush();
  return thin;
};
