import { request } from "./api.js";
import { Chart } from "./chart.js";
import { byId, element, segments, showState } from "./dom.js";
import { count, dollars, exactTime, timeZone } from "./format.js";
import { table } from "./table.js";

/** What it is called in the API, for a person, and how it is written. */
const figures = [
  ["events", "Product events", count],
  ["activeUsers", "Active people", count],
  ["quotes", "Quotes", count],
  ["telemetryPoints", "Points measured", count],
  ["aiCostMicros", "Spent on AI", (micros) => (micros === 0 ? "$0" : dollars(micros))],
];
const overviewDocument = `query Overview($range: TimeRange!, $timeZone: String!) {
  analyticsOverview(range: $range, timeZone: $timeZone) {
    asOf
    ${figures.map(([name]) => `${name} { value before change } ${name}ByDay { at value }`).join("\n    ")}
    topEvents { name count }
    topTwins { twinId twin points }
    topMetrics { metricId metric twinId twin points }
  }
}`;
const dayMs = 86_400_000;

const state = byId("analytics-state");
const places = ["headlines", "analytics-charts", "analytics-tops"].map(byId);
let days = "30";
let charts = [];
let visit = 0;

const open = () => void read();

const close = () => {
  visit++;
  clear();
};

const clear = () => {
  for (const chart of charts) chart.close();
  charts = [];
  for (const place of places) place.replaceChildren();
  byId("analytics-about").textContent = "";
};

const read = async () => {
  const turn = ++visit;
  const until = new Date();
  if (charts.length === 0) showState(state, "Loading …");
  try {
    const range = { from: new Date(until - days * dayMs), until };
    const { analyticsOverview: overview } = await request(overviewDocument, { range, timeZone });
    if (turn !== visit) return;
    clear();
    show(overview);
    showState(state);
  } catch (error) {
    if (turn !== visit) return;
    clear();
    const isClosed = error.code === "FORBIDDEN";
    showState(
      state,
      isClosed ? "The figures of a workspace are for its administrators." : error.message,
      isClosed ? undefined : read,
    );
  }
};

const show = (overview) => {
  const [headlines, drawings, tops] = places;
  byId("analytics-about").textContent =
    `The last ${days} days beside the ${days} before, as of ${exactTime(overview.asOf)}.`;
  headlines.append(...figures.map(([name, title, written]) => headlineOf(title, overview[name], written)));
  charts = figures.map(([name, title]) => chartOf(title, overview[`${name}ByDay`], name === "aiCostMicros"));
  drawings.append(
    ...charts.map((chart, index) =>
      element("section", {}, element("h2", {}, `${figures[index][1]} by day`), chart.node),
    ),
  );
  const twin = ({ twinId, twin: name }) => element("a", { href: `#/twins/${twinId}` }, name);
  const points = ["Points", ({ points: number }) => count(number), true];
  tops.append(
    topOf(
      "Most frequent events",
      [
        ["Event", ({ name }) => name],
        ["Times", (each) => count(each.count), true],
      ],
      overview.topEvents,
    ),
    topOf("Most measured twins", [["Twin", twin], points], overview.topTwins),
    topOf("Most measured metrics", [["Metric", ({ metric }) => metric], ["Twin", twin], points], overview.topMetrics),
  );
};

const headlineOf = (title, { value, before, change }, written) => {
  const words =
    change === null
      ? `${written(before)} before`
      : `${change > 0 ? "+" : ""}${Math.round(change * 100)} % from ${written(before)}`;
  return element(
    "div",
    {},
    element("dt", {}, title),
    element("dd", { className: "figure" }, written(value)),
    element("dd", { className: "hint" }, words),
  );
};

const chartOf = (title, byDay, isMoney) => {
  const chart = new Chart(`${title} by day`);
  const times = byDay.map(({ at }) => Date.parse(at));
  const values = byDay.map(({ value }) => (isMoney ? value / 1_000_000 : value));
  chart.show({ kind: "BAR", lines: [{ name: title, unit: isMoney ? "$" : "", times, values }] });
  return chart;
};

const topOf = (title, columns, rows) =>
  element(
    "section",
    {},
    element("h2", {}, title),
    rows.length === 0
      ? element("p", { className: "hint" }, "None in this time.")
      : element("div", { className: "scrolls" }, table(title, columns, rows)),
  );

segments(
  byId("analytics-spans"),
  [
    ["7", "7 days"],
    ["30", "30 days"],
    ["90", "90 days"],
  ],
  days,
  (chosen) => {
    days = chosen;
    void read();
  },
);

export const analyticsView = { open, close };
