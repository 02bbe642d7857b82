/** How far back a look goes, with the length of the buckets that make a good line of it. */
export const spans = [
  { last: "PT15M", name: "15 min", ms: 900_000, bucket: "PT1M" },
  { last: "PT1H", name: "1 h", ms: 3_600_000, bucket: "PT1M" },
  { last: "P1D", name: "24 h", ms: 86_400_000, bucket: "PT10M" },
  { last: "P7D", name: "7 d", ms: 7 * 86_400_000, bucket: "PT1H" },
  { last: "P30D", name: "30 d", ms: 30 * 86_400_000, bucket: "PT4H" },
];

export const spanOf = (last) => spans.find((span) => span.last === last) ?? spans[0];

export const spanChoices = spans.map(({ last, name }) => [last, name]);

export const aggregates = [
  ["AVG", "mean"],
  ["MIN", "smallest"],
  ["MAX", "greatest"],
  ["SUM", "sum"],
  ["COUNT", "number of points"],
  ["LAST", "latest"],
  ["PERCENTILE", "95th percentile"],
];
