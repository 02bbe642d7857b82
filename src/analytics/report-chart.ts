import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { ZoneClock } from "#src/platform/zone-clock.js";
import { ReportChart } from "./report.js";
import { faint, ink, margin, pageWidth, type ReportPages, rule } from "./report-page.js";
import type { LinePoint } from "./thin-line.js";
import { timeTicks } from "./time-ticks.js";

/** Told apart by most eyes that see colors in another way (after Okabe and Ito). */
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b", "#5b4b8a", "#444444"];
/** Those beyond the colors begin again, with dashes. */
const dashes = [undefined, 4, 1.5] as const;

export const colorOf = (index: number): string => colors[index % colors.length] ?? ink;

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly LinePoint[];
}

interface Chart {
  readonly kind: Exclude<ReportChart, ReportChart.TABLE>;
  readonly alt: string;
  readonly unit: string | null;
  readonly from: number;
  readonly until: number;
  readonly clock: ZoneClock;
  readonly series: readonly ChartSeries[];
}

/** Points of the page that a chart takes, its legend not counted. */
export const chartHeight = 190;
/** Columns that a line is thinned to: two to a point, finer than people see or printers print. */
export const chartColumns = Math.round(pageWidth) * 2;
const legendItems = 12;
const legendColumns = 3;
const legendHeight = 13;

/** A chart with its axes and legend, drawn as lines and not as a picture. */
export const drawChart = (pages: ReportPages, chart: Chart): void => {
  pages.need(chartHeight + legendHeight * Math.ceil(Math.min(legendItems, chart.series.length) / legendColumns));
  pages.tag("Figure", () => draw(pages, chart), { alt: chart.alt });
  pages.y += 8;
};

const draw = (pages: ReportPages, chart: Chart): void => {
  const { doc } = pages;
  const { from, until, unit } = chart;
  const top = pages.y + 18;
  const end = pages.y + chartHeight - 22;
  const values = scaleLinear().domain(extent(chart)).nice(5).range([end, top]);
  const ticks = values.ticks(5);
  const furthest = Math.max(...ticks.map(Math.abs));
  const format = values.tickFormat(5, furthest >= 1e6 || furthest < 1e-3 ? "~s" : undefined);
  doc.font("regular", 7.5);
  const gutter = Math.max(...ticks.map((tick) => doc.widthOfString(format(tick)))) + 8;
  const left = margin + gutter;
  const times = scaleLinear()
    .domain([from, until])
    .range([left, margin + pageWidth - 6]);
  const small = { size: 7.5, color: faint };
  pages.line(unit ?? "", { x: margin, y: pages.y + 2, width: pageWidth }, small);
  for (const tick of ticks) {
    const y = values(tick);
    doc
      .moveTo(left, y)
      .lineTo(margin + pageWidth, y)
      .lineWidth(0.5)
      .stroke(tick === 0 ? faint : rule);
    pages.line(format(tick), { x: margin, y: y - 4.5, width: gutter - 6 }, { ...small, align: "right" });
  }
  for (const { at, label } of timeTicks(from, until, chart.clock, 7)) {
    const x = times(at);
    doc
      .moveTo(x, end)
      .lineTo(x, end + 3)
      .lineWidth(0.5)
      .stroke(faint);
    pages.line(label, { x: x - 30, y: end + 6, width: 60 }, { ...small, align: "center" });
  }
  doc.save();
  doc.rect(left - 2, top - 2, margin + pageWidth - left + 2, end - top + 4).clip();
  if (chart.kind === ReportChart.BAR) drawBars(doc, chart, times, values);
  else drawLines(doc, chart, times, values);
  doc.restore();
  pages.y += chartHeight;
  drawLegend(pages, chart.series);
};

type Doc = ReportPages["doc"];
type Scale = (value: number) => number;

/** From the smallest to the greatest value; with 0 where the space down to it says something. */
const extent = ({ kind, series }: Chart): [number, number] => {
  let [least, most] = kind === ReportChart.LINE ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] : [0, 0];
  for (const { points } of series)
    for (const { value } of points) if (value !== null) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (least < most) return [least, most];
  const room = Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
};

const drawLines = (doc: Doc, { kind, series }: Chart, times: Scale, values: Scale): void => {
  for (const [index, { points }] of series.entries()) {
    const color = colorOf(index);
    if (kind === ReportChart.AREA) {
      const shape = area<LinePoint>()
        .defined(({ value }) => value !== null)
        .x(({ at }) => times(at))
        .y0(values(0))
        .y1(({ value }) => values(value ?? 0));
      const path = shape([...points]);
      if (path) doc.save().fillOpacity(0.18).path(path).fill(color).restore();
    }
    const shape = line<LinePoint>()
      .defined(({ value }) => value !== null)
      .x(({ at }) => times(at))
      .y(({ value }) => values(value ?? 0));
    const path = shape([...points]);
    const dash = dashes[Math.floor(index / colors.length) % dashes.length];
    doc.save().lineWidth(1.1).lineJoin("round");
    if (dash !== undefined) doc.dash(dash, {});
    if (path) doc.path(path).stroke(color);
    doc.restore();
    for (const [place, { at, value }] of points.entries()) {
      const isAlone = (points[place - 1]?.value ?? null) === null && (points[place + 1]?.value ?? null) === null;
      if (value !== null && isAlone) doc.circle(times(at), values(value), 1.4).fill(color);
    }
  }
};

const drawBars = (doc: Doc, { series, until }: Chart, times: Scale, values: Scale): void => {
  const starts = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  const gaps = starts.map((at, index) => times(starts[index + 1] ?? until) - times(at)).filter((gap) => gap > 0);
  const bucket = Math.min(60, ...gaps);
  const width = Math.max(0.3, (bucket * 0.8) / series.length);
  for (const [index, { points }] of series.entries()) {
    doc.fillColor(colorOf(index));
    for (const { at, value } of points) {
      if (value === null) continue;
      const [y, zero] = [values(value), values(0)];
      doc.rect(times(at) + bucket * 0.1 + index * width, Math.min(y, zero), width, Math.abs(zero - y)).fill();
    }
  }
};

const drawLegend = (pages: ReportPages, series: readonly ChartSeries[]): void => {
  const shown = series.length > legendItems ? series.slice(0, legendItems - 1) : series;
  const width = pageWidth / legendColumns;
  const texts = [
    ...shown.map(({ name }) => name),
    ...(shown.length < series.length ? [`and ${series.length - shown.length} more`] : []),
  ];
  for (const [index, text] of texts.entries()) {
    const [x, y] = [
      margin + (index % legendColumns) * width,
      pages.y + Math.floor(index / legendColumns) * legendHeight,
    ];
    if (index < shown.length) pages.doc.rect(x, y + 1.5, 7, 7).fill(colorOf(index));
    pages.line(text, { x: x + 12, y, width: width - 18 }, { size: 7.5 });
  }
  pages.y += Math.ceil(texts.length / legendColumns) * legendHeight;
};
