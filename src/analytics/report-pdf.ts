import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { ZoneClock } from "#src/platform/zone-clock.js";
import type { SeriesPoint } from "#src/telemetry/metric-series-inputs.js";
import { exactTotals, type SeriesTotals, shortDecimal } from "./exact-totals.js";
import { ReportChart } from "./report.js";
import { type ChartSeries, chartColumns, chartHeight, colorOf, drawChart } from "./report-chart.js";
import { faint, ReportPages } from "./report-page.js";
import type { ReportContent, ReportSeries, SectionContent } from "./report-source.js";
import { drawTable } from "./report-table.js";
import { thinLine } from "./thin-line.js";

/** Rows of one table in a PDF: whoever wants all of them takes the CSV. */
const maxRows = 500;
/** Bytes that may wait to be stored before more is drawn. */
const maxWaiting = 4 * 1024 * 1024;

/** What is kept of a section's series once it has been read. */
interface Summed extends Pick<ReportSeries, "subject" | "unit"> {
  readonly totals: SeriesTotals;
  readonly chart: ChartSeries;
}

/** A report as pages with charts, drawn while it is read: its data decide every byte. */
export const reportPdf = (content: ReportContent): Readable => {
  const pages = new ReportPages(content.report.title, content.report.createdAt);
  const { doc } = pages;
  const stream = doc as unknown as Readable;
  void write(pages, content).then(
    () => pages.end(),
    (error: unknown) => stream.destroy(error as Error),
  );
  return stream;
};

const write = async (pages: ReportPages, { report, sections }: ReportContent): Promise<void> => {
  const clock = new ZoneClock(report.timeZone);
  const time = (at: Date) => timeOf(clock.isoOf(at.getTime()));
  pages.tag("H1", () => pages.lines(report.title, 3, { size: 18, bold: true }));
  pages.y += 4;
  const about = [
    `${time(report.rangeFrom)} to ${time(report.rangeUntil)}, ${report.timeZone}`,
    `Asked for ${time(report.createdAt)}`,
  ];
  for (const line of about) pages.tag("P", () => pages.lines(line, 1, { size: 9, color: faint }));
  pages.y += 16;
  const span = { from: report.rangeFrom.getTime(), until: report.rangeUntil.getTime() };
  for await (const section of sections) {
    await writeSection(pages, section, { ...span, clock });
    const stream = pages.doc as unknown as Readable;
    while (stream.readableLength > maxWaiting && !stream.destroyed) await setTimeout(5);
    if (stream.destroyed) return;
  }
};

interface Span {
  readonly from: number;
  readonly until: number;
  readonly clock: ZoneClock;
}

const writeSection = async (pages: ReportPages, section: SectionContent, span: Span): Promise<void> => {
  const read = await readSection(section, span);
  const { summed, rows } = read;
  const isTable = section.chart === ReportChart.TABLE;
  const isEmpty = summed.every(({ totals }) => totals.values === 0);
  pages.need(isTable || isEmpty ? 120 : chartHeight + 100);
  pages.tag("H2", () => pages.lines(section.title, 2, { size: 12, bold: true }));
  pages.tag("P", () => pages.lines(section.about, 1, { size: 8, color: faint }));
  pages.y += 6;
  if (isEmpty) {
    pages.tag("P", () => pages.lines("There are no values in this time.", 1, { size: 9 }));
    pages.y += 4;
  } else if (section.chart === ReportChart.TABLE) {
    drawTable(pages, valueColumns, rows);
    if (read.beyond > 0) {
      const more = `The first ${rows.length} of ${rows.length + read.beyond} values. The same report as CSV has all of them.`;
      pages.tag("P", () => pages.lines(more, 1, { size: 8, color: faint }));
      pages.y += 6;
    }
  } else {
    const units = [...new Set(summed.map(({ unit }) => unit))];
    const alt = `${section.title}: ${section.about}. The table below it has the totals.`;
    const unit = units.length === 1 ? (units[0] ?? null) : null;
    const series = summed.map(({ chart }) => chart);
    drawChart(pages, { ...read.span, kind: section.chart, alt, unit, series });
  }
  drawTable(pages, totalColumns, summed.map(totalRow(!isTable && !isEmpty)));
  pages.y += 14;
};

/** Reads a section, and keeps of each series what is shown of it. */
const readSection = async (section: SectionContent, span: Span) => {
  const isTable = section.chart === ReportChart.TABLE;
  const summed: Summed[] = [];
  const rows: { cells: string[] }[] = [];
  let { from, until } = span;
  let all = 0;
  for await (const { subject, unit, points } of section.series) {
    all += points.length;
    if (isTable)
      for (const { at, value, count } of points.slice(0, maxRows - rows.length))
        rows.push({ cells: [subject, timeOf(span.clock.isoOf(at.getTime())), shown(value), String(count)] });
    // A bucket begins by the clock, and so maybe before the range does.
    from = Math.min(from, points[0]?.at.getTime() ?? from);
    until = Math.max(until, points.at(-1)?.at.getTime() ?? until);
    const line = isTable ? [] : points.map(linePoint);
    const thin = thinLine(line, { from: span.from, until: span.until, columns: chartColumns });
    summed.push({ subject, unit, totals: exactTotals(points), chart: { name: subject, points: thin } });
  }
  return { summed, rows, beyond: isTable ? all - rows.length : 0, span: { ...span, from, until } };
};

const linePoint = ({ at, value }: SeriesPoint) => ({ at: at.getTime(), value: value === null ? null : Number(value) });

const number = { align: "right" } as const;

const valueColumns = [
  { title: "Of", share: 0.4, align: "left" },
  { title: "Time", share: 0.3, align: "left" },
  { title: "Value", share: 0.18, ...number },
  { title: "Points", share: 0.12, ...number },
] as const;

const totalColumns = [
  { title: "Totals", share: 0.26, align: "left" },
  { title: "Values", share: 0.09, ...number },
  { title: "Points", share: 0.11, ...number },
  { title: "Sum", share: 0.15, ...number },
  { title: "Min", share: 0.13, ...number },
  { title: "Max", share: 0.13, ...number },
  { title: "Mean", share: 0.13, ...number },
] as const;

const totalRow =
  (hasColors: boolean) =>
  ({ subject, totals }: Summed, index: number) => {
    const { values, points, sum, min, max, mean } = totals;
    const cells = [subject, String(values), String(points), ...[sum, min, max, mean].map(shown)];
    return { cells, color: hasColors ? colorOf(index) : undefined };
  };

const shown = (value: string | null): string => (value === null ? "–" : shortDecimal(value));

/** `2026-11-22 04:00:00 +01:00`, without seconds where there are none. */
const timeOf = (iso: string): string => {
  const [, date, time, offset] = /^(.+)T(.+?)([+-][\d:]+)$/.exec(iso) ?? [];
  return `${date} ${time?.replace(/:00$/, "")} ${offset}`;
};
