import { request } from "./api.js";
import { Chart } from "./chart.js";
import { byId, segments, setOptions, showState } from "./dom.js";
import { timeZone } from "./format.js";
import { aggregates, spanChoices, spanOf } from "./spans.js";

const seriesDocument = `query Series(
  $twinId: ID!, $metric: String!, $range: TimeRange!, $bucket: String, $aggregate: SeriesAggregate!, $timeZone: String!
) {
  metricSeries(
    twinIds: [$twinId], metric: $metric, range: $range, bucket: $bucket, aggregate: $aggregate, timeZone: $timeZone, maxPoints: 800
  ) { unit points { at value } }
}`;
const anomaliesDocument = `query Anomalies(
  $twinId: ID!, $metric: String!, $range: TimeRange!, $bucket: String!, $aggregate: SeriesAggregate!, $timeZone: String!
) {
  metricAnomalies(
    twinId: $twinId, metric: $metric, range: $range, bucket: $bucket, aggregate: $aggregate, timeZone: $timeZone
  ) { at value }
}`;
/** As they were measured, for a time that has not too many of them. */
const points = "POINTS";
const [mostPointsMs, gatherMs, anomaliesEveryMs] = [3_600_000, 1_000, 60_000];
const none = { key: "", readAt: 0, marks: [], words: "" };

const card = byId("series");
const aggregate = byId("series-aggregate");
let chart;
let drawing;
let shown;
/** What is unusual in what is shown; it is compared with weeks before, so not for each point that comes. */
let anomalies = none;
let last = "PT15M";
let visit = 0;
let timer;

/** The chart of one metric of a twin; shown again it goes on with what has come since. */
export const showSeries = (twinId, metric) => {
  if (shown?.twinId === twinId && shown.metric === metric) {
    timer ??= setTimeout(read, gatherMs);
    return;
  }
  closeSeries();
  shown = { twinId, metric };
  card.hidden = false;
  byId("series-title").textContent = metric;
  chart = new Chart(metric);
  byId("series-chart").replaceChildren(chart.node);
  void read();
};

export const closeSeries = () => {
  visit++;
  clearTimeout(timer);
  timer = undefined;
  chart?.close();
  chart = undefined;
  shown = undefined;
  anomalies = none;
  card.hidden = true;
};

const read = async () => {
  clearTimeout(timer);
  timer = undefined;
  if (!shown) return;
  const turn = ++visit;
  const { ms, bucket } = spanOf(last);
  const until = Date.now();
  const isRaw = aggregate.value === points;
  const variables = {
    ...shown,
    timeZone,
    range: { from: new Date(until - ms), until: new Date(until) },
    aggregate: isRaw ? "AVG" : aggregate.value,
    bucket: isRaw ? null : bucket,
  };
  try {
    const [series] = (await request(seriesDocument, variables)).metricSeries;
    if (turn !== visit) return;
    const isOther = anomalies.key !== keyOf(variables);
    if (isOther) anomalies = none;
    if (!isRaw && (isOther || Date.now() - anomalies.readAt > anomaliesEveryMs)) void readAnomalies(variables);
    const times = series.points.map(({ at }) => Date.parse(at));
    const values = series.points.map(({ value }) => (value === null ? null : Number(value)));
    drawing = {
      kind: "LINE",
      lines: [{ name: shown.metric, unit: series.unit, times, values }],
      from: until - ms,
      until,
    };
    draw();
    showState(byId("series-state"), times.length === 0 ? "Nothing was measured in this time." : undefined);
  } catch (error) {
    if (turn === visit) showState(byId("series-state"), error.message, read);
  }
};

const keyOf = ({ range, ...choice }) => JSON.stringify([choice, last]);

const readAnomalies = async (variables) => {
  const key = keyOf(variables);
  anomalies = { ...anomalies, key, readAt: Date.now() };
  const told = await request(anomaliesDocument, variables).catch((error) => ({ error }));
  // What is drawn by now may be something else.
  if (key !== anomalies.key) return;
  const marks = (told.metricAnomalies ?? []).map(({ at, value }) => ({ at: Date.parse(at), value: Number(value) }));
  const found =
    marks.length === 1
      ? "1 value is unusual for its time: it is circled."
      : `${marks.length} values are unusual for their time: they are circled.`;
  const result = marks.length > 0 ? found : "Nothing in it is unusual for its time.";
  const words = told.error ? `What is unusual is not known: ${told.error.message}` : result;
  anomalies = { ...anomalies, marks, words };
  draw();
};

const draw = () => {
  chart.show({ ...drawing, marks: anomalies.marks });
  byId("series-unusual").textContent = anomalies.words;
};

setOptions(aggregate, [[points, "each point"], ...aggregates]);
segments(byId("series-spans"), spanChoices, last, (chosen) => {
  last = chosen;
  const isLong = spanOf(last).ms > mostPointsMs;
  aggregate.firstChild.disabled = isLong;
  if (isLong && aggregate.value === points) aggregate.value = "AVG";
  void read();
});
aggregate.addEventListener("change", () => read());
byId("series-choice").addEventListener("submit", (event) => event.preventDefault());
