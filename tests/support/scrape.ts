/** The samples of a page of metrics, by name and labels as they are printed. */
export const samplesIn = (page: string): ReadonlyMap<string, number> =>
  new Map(
    page
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [, series = "", value = ""] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
        if (series === "") throw new Error(`${line} is no sample.`);
        return [series, Number(value)];
      }),
  );

/** Sum of the samples of a metric that have all of these labels. */
export const sumOf = (samples: ReadonlyMap<string, number>, name: string, labels: Record<string, string> = {}) => {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [series, value] of samples) {
    const [own, rest = ""] = series.split("{", 2);
    const given = new Set(rest.replace(/\}$/, "").split(","));
    if (own === name && wanted.every((each) => given.has(each))) sum += value;
  }
  return sum;
};

export const scrape = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/metrics`, { headers });
  if (answer.status !== 200) throw new Error(`${url}/metrics answered ${answer.status}: ${await answer.text()}`);
  return samplesIn(await answer.text());
};
