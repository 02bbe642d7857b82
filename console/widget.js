import { bar } from "./bar.js";
import { Chart } from "./chart.js";
import { element, showState } from "./dom.js";
import { ago, exactTime, measured } from "./format.js";
import { table } from "./table.js";

export const widgetFields =
  "key title kind place { x y width height } data { isPartial problem { code message } lines { name twinId unit times values } figures { name figure value unit at } }";

/** A part of a dashboard; it shows what comes, and what is wrong with it in its own place. */
export class Widget {
  #title = element("h2", {});
  #body = element("div", { className: "widget-body" });
  #state = element("div", { className: "state", role: "status" });
  #chart;
  node = element("section", { className: "widget" }, this.#title, this.#body, this.#state);

  show({ title, kind, place: { x, y, width, height }, data }) {
    this.#title.textContent = title;
    this.node.ariaLabel = title;
    this.node.style.gridColumn = `${x + 1} / span ${width}`;
    this.node.style.gridRow = `${y + 1} / span ${height}`;
    const { problem, lines, figures, isPartial } = data;
    const isEmpty = figures.every(({ value }) => value === null) && lines.every(({ values }) => values.length === 0);
    const partly = isPartial ? "The first twins by their names; there are more." : undefined;
    showState(this.#state, problem?.message ?? (isEmpty ? "Nothing was measured in this time." : partly));
    this.#state.classList.toggle("trouble", problem !== null);
    if (!problem && !isEmpty && ["LINE", "AREA", "BAR"].includes(kind) && lines.length > 0)
      this.#draw(title, kind, lines);
    else {
      this.close();
      this.#body.replaceChildren(...(problem || isEmpty ? [] : shapes[kind](rowsOf(data))));
    }
  }

  close() {
    this.#chart?.close();
    this.#chart = undefined;
  }

  #draw(title, kind, lines) {
    if (!this.#chart) {
      this.#chart = new Chart(title);
      this.#body.replaceChildren(this.#chart.node);
    }
    const numbers = ({ times, values, ...line }) => ({
      ...line,
      times: times.map((time) => Date.parse(time)),
      values: values.map((value) => (value === null ? null : Number(value))),
    });
    this.#chart.show({ kind, lines: lines.map(numbers) });
  }
}

/** Figures, and of each line its last value. */
const rowsOf = ({ lines, figures }) => [
  ...figures,
  ...lines.map(({ name, twinId, unit, times, values }) => {
    const last = values.findLastIndex((value) => value !== null);
    const known = values.flatMap((value) => (value === null ? [] : [Number(value)]));
    return {
      name,
      unit,
      figure: twinId === null ? undefined : "latest",
      isCount: twinId === null,
      value: values[last] ?? null,
      at: times[last] ?? null,
      most: Math.max(...known),
    };
  }),
];

/** A count goes on since its bucket began; what is measured, was so then. */
const timeOf = ({ at, isCount }) =>
  at ? element("time", { dateTime: at, title: exactTime(at) }, isCount ? `since ${exactTime(at)}` : ago(at)) : "–";

const nameOf = ({ name, figure }) => (figure === undefined ? name : `${name} · ${figure}`);

const stats = (rows, more = () => []) => [
  element(
    "dl",
    { className: "stats" },
    ...rows.map((row) =>
      element(
        "div",
        {},
        element("dt", {}, nameOf(row)),
        element("dd", { className: "figure" }, measured(row.value, row.unit)),
        element("dd", { className: "hint" }, ...more(row), timeOf(row)),
      ),
    ),
  ),
];

/** A share, or per cents, have their own whole; what else there is, is measured by the greatest beside it. */
const wholeOf = (row, rows) => {
  if (row.unit === "%") return 100;
  if (row.unit === "1" && Math.abs(Number(row.value)) <= 1) return 1;
  return Math.max(...rows.map(({ value, most = value }) => Math.abs(Number(most))), Number.MIN_VALUE);
};
const gauges = (rows) =>
  stats(rows, (row) => [
    bar(nameOf(row), measured(row.value, row.unit), { spent: Number(row.value) / wholeOf(row, rows) }),
  ]);

const columns = [
  ["Twin", ({ name }) => name],
  ["Metric", ({ figure }) => figure],
  ["Value", ({ value, unit }) => measured(value, unit), true],
  ["Measured", timeOf, true],
];
const countColumns = [
  ["Event", ({ name }) => name],
  ["Times", ({ value }) => measured(value), true],
  ["Since", ({ at }) => exactTime(at), true],
];
const columnsOf = (rows) => (rows.every(({ isCount }) => isCount) ? countColumns : columns);
const shapes = {
  STAT: (rows) => stats(rows),
  GAUGE: gauges,
  BAR: gauges,
  TABLE: (rows) => [element("div", { className: "scrolls" }, table("Values", columnsOf(rows), rows))],
  LINE: (rows) => stats(rows),
  AREA: (rows) => stats(rows),
};
