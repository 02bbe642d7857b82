import { pipeline, Readable } from "node:stream";
import { stringify } from "csv-stringify";
import { ZoneClock } from "#src/platform/zone-clock.js";
import type { ReportContent } from "./report-source.js";

const header = ["section", "twin", "twin id", "metric", "unit", "bucket start", "value", "count"];

/** A report as one table: RFC 4180, UTF-8, a header, a row for each value. Written as it is read. */
export const reportCsv = (content: ReportContent): Readable => {
  const lines = stringify({ record_delimiter: "windows" });
  // How it ended is said by the stream that is given out.
  return pipeline(Readable.from(rows(content)), lines, () => {}) as unknown as Readable;
};

async function* rows({ report, sections }: ReportContent): AsyncIterable<readonly string[]> {
  yield header;
  const clock = new ZoneClock(report.timeZone);
  for await (const { title, series } of sections)
    for await (const { subject, subjectId, metric, unit, points } of series) {
      const named = [title, subject, subjectId, metric, unit ?? ""].map(harmless);
      for (const { at, value, count } of points)
        yield [...named, clock.isoOf(at.getTime()), value ?? "", String(count)];
    }
}

/** A text that no spreadsheet takes for a formula (OWASP, CSV injection): one that might be begins with an apostrophe. */
export const harmless = (text: string): string => (/^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text);
