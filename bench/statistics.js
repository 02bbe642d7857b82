const sorted = (values) => [...values].sort((a, b) => a - b);

/** The value below which this share of the values is: nearest rank. */
export const percentile = (values, share) => {
  const ordered = sorted(values);
  return ordered[Math.max(0, Math.ceil(ordered.length * share) - 1)];
};

export const median = (values) => {
  const ordered = sorted(values);
  const half = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
};

/** Median and range. */
export const spread = (values) => ({
  median: rounded(median(values)),
  min: rounded(Math.min(...values)),
  max: rounded(Math.max(...values)),
});

/** Three significant digits: more would be noise. */
export const rounded = (value) => Number(value.toPrecision(3));
