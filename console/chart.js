import { element } from "./dom.js";
import { exactTime, measured } from "./format.js";

/** The variables of the style sheet that lines are drawn in, in their order. */
const colours = ["accent", "info", "warning", "danger", "muted"].map((name) => `--${name}`);
const dark = matchMedia("(prefers-color-scheme: dark)");
const styleOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Values of all lines at the times of any of them: undefined, which is drawn over, where a line has none. */
const aligned = (lines) => {
  const times = [...new Set(lines.flatMap((line) => line.times))].sort((a, b) => a - b);
  const rows = lines.map((line) => {
    const byTime = new Map(line.times.map((time, index) => [time, line.values[index]]));
    return times.map((time) => byTime.get(time));
  });
  return [times, ...rows];
};

const summaryOf = ({ name, times, values, unit }) => {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${name}: no values.`;
  const last = values.findLastIndex((value) => value !== null);
  const least = known.reduce((low, each) => Math.min(low, each));
  const most = known.reduce((high, each) => Math.max(high, each));
  const latest = `${measured(values[last], unit)} at ${exactTime(times[last])}`;
  if (known.length === 1) return `${name}: ${latest}.`;
  return `${name}: ${known.length} values from ${measured(least, unit)} to ${measured(most, unit)}, the last ${latest}.`;
};

/**
 * A chart of lines over time, which is redrawn when its lines, its room or the colours of the page change. `kind` is LINE,
 * AREA or BAR; `lines` are `{ name, unit, times (ms), values }`; `from` and `until` the ends of its axis; `marks` are
 * `{ at, value }` that are circled. Beside it stands in words what it shows.
 */
export class Chart {
  #figure;
  #place = element("div", { className: "plot", ariaHidden: "true" });
  #words = element("figcaption", { className: "hint" });
  #plot;
  #shown;
  #turn = 0;
  #observer = new ResizeObserver(([{ contentRect }]) => this.#fit(contentRect));
  #repaint = () => this.#draw(true);

  constructor(label) {
    this.#figure = element("figure", { className: "time-chart", ariaLabel: label }, this.#place, this.#words);
    this.#observer.observe(this.#place);
    dark.addEventListener("change", this.#repaint);
  }

  get node() {
    return this.#figure;
  }

  show(shown) {
    const before = this.#shown;
    this.#shown = shown;
    this.#words.textContent = shown.lines.map(summaryOf).join(" ");
    const names = ({ kind, lines }) => JSON.stringify([kind, lines.map(({ name, unit }) => [name, unit])]);
    void this.#draw(before === undefined || names(before) !== names(shown));
  }

  close() {
    this.#turn++;
    this.#shown = undefined;
    this.#observer.disconnect();
    dark.removeEventListener("change", this.#repaint);
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  async #draw(isNew) {
    const turn = ++this.#turn;
    // Only those who look at a chart load what draws it.
    const { default: Plot } = await import("./uplot.js");
    if (turn !== this.#turn || !this.#shown) return;
    const data = aligned(this.#shown.lines);
    if (this.#plot && !isNew) return this.#plot.setData(data);
    this.#plot?.destroy();
    this.#plot = new Plot(this.#options(Plot), data, this.#place);
    // How high the legend is, is known only when it stands there.
    this.#fit({ width: this.#place.clientWidth });
  }

  #options(Plot) {
    const { kind, lines } = this.#shown;
    const axis = {
      stroke: styleOf("--muted"),
      grid: { stroke: styleOf("--line"), width: 1 },
      ticks: { stroke: styleOf("--line"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    const written = (_plot, values) => values.map((value) => measured(value, lines[0]?.unit));
    return {
      ...this.#size(),
      ms: 1,
      legend: { live: true },
      scales: {
        x: { range: (_plot, least, most) => this.#ends(least, most) },
        y: { range: (_plot, ...ends) => rangeOf(kind, ...ends) },
      },
      axes: [axis, { ...axis, size: 72, values: written }],
      series: [
        { label: "Time", value: (_plot, time) => (time === null ? "–" : exactTime(time)) },
        ...lines.map(({ name, unit }, index) => {
          const stroke = styleOf(colours[index % colours.length]);
          const look = {
            LINE: {},
            AREA: { fill: `${stroke}33` },
            BAR: { fill: `${stroke}99`, paths: barsOf(Plot, index, lines.length), points: { show: false } },
          }[kind];
          return {
            label: name,
            stroke,
            width: 2,
            dash: index >= colours.length ? [6, 4] : undefined,
            value: (_plot, value) => measured(value, unit),
            ...look,
          };
        }),
      ],
      hooks: { draw: [(plot) => this.#mark(plot)] },
    };
  }

  #size() {
    const { clientWidth: width, clientHeight: height } = this.#place;
    const legend = this.#place.querySelector(".u-legend")?.clientHeight ?? 32;
    return { width: Math.max(120, width), height: Math.max(80, height - legend) };
  }

  #ends(least, most) {
    const { from = least, until = most, lines, kind } = this.#shown;
    const times = lines[0]?.times ?? [];
    // A bar stands around the beginning of its bucket.
    const margin = kind === "BAR" && times.length > 1 ? (times[1] - times[0]) / 2 : 0;
    return from === until ? [from - 60_000, until + 60_000] : [from - margin, until + margin];
  }

  #mark(plot) {
    const { marks = [] } = this.#shown ?? {};
    plot.ctx.save();
    plot.ctx.strokeStyle = styleOf("--danger");
    plot.ctx.lineWidth = 2 * devicePixelRatio;
    for (const { at, value } of marks) {
      plot.ctx.beginPath();
      plot.ctx.arc(plot.valToPos(at, "x", true), plot.valToPos(value, "y", true), 6 * devicePixelRatio, 0, 2 * Math.PI);
      plot.ctx.stroke();
    }
    plot.ctx.restore();
  }

  #fit({ width }) {
    if (this.#plot && width > 0) requestAnimationFrame(() => this.#plot?.setSize(this.#size()));
  }
}

/** Bars of several lines stand beside each other, and together around the beginning of their bucket. */
const barsOf = (Plot, index, count) => {
  if (count === 1) return Plot.paths.bars({ size: [0.7, 48] });
  const widthOf = ({ data: [times], scales: { x } }) => (Math.min(x.max - x.min, leastGap(times)) * 0.7) / count;
  const begins = (plot) => plot.data[0].map((time) => time + (index - count / 2) * widthOf(plot));
  const disp = { x0: { unit: 1, values: begins }, size: { unit: 1, values: (plot) => [widthOf(plot)] } };
  return Plot.paths.bars({ disp });
};

const leastGap = (times) =>
  times.reduce((least, time, index) => Math.min(least, index === 0 ? least : time - times[index - 1]), Infinity);

/** Room above and below; what is filled stands on 0. */
const rangeOf = (kind, least, most) => {
  if (least === null || most === null) return [0, 1];
  const [low, high] = kind === "LINE" ? [least, most] : [Math.min(0, least), Math.max(0, most)];
  if (low === 0 && high === 0) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low === 0 && kind !== "LINE" ? 0 : low - room, high + room];
};
