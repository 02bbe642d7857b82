import { buffer } from "node:stream/consumers";
import { extractText, getDocumentProxy, getMeta } from "unpdf";
import { ReportChart } from "#src/analytics/report.js";
import { harmless, reportCsv } from "#src/analytics/report-csv.js";
import { reportPdf } from "#src/analytics/report-pdf.js";
import type { ReportContent, ReportSeries } from "#src/analytics/report-source.js";

const from = Date.parse("2026-10-24T22:00:00Z");
const until = Date.parse("2026-10-25T23:00:00Z");

const report = {
  title: "Überblick: насос",
  rangeFrom: new Date(from),
  rangeUntil: new Date(until),
  timeZone: "Europe/Berlin",
  createdAt: new Date("2026-11-22T04:00:00Z"),
};

const series = (count: number, more: Partial<ReportSeries> = {}): ReportSeries => ({
  ...{ subject: "Pump", subjectId: "twin_1", metric: "temperature", unit: "Cel" },
  points: Array.from({ length: count }, (_, index) => ({
    at: new Date(from + Math.floor(((until - from) * index) / count)),
    value: ((index % 7) * 1.25 - 2).toFixed(2),
    count: 3,
  })),
  ...more,
});

async function* each<T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

interface Wish {
  readonly title?: string;
  readonly chart?: ReportChart;
  readonly of: readonly ReportSeries[];
}

const content = (sections: readonly Wish[]): ReportContent => ({
  report,
  sections: each(
    sections.map(({ title = "Heat", chart = ReportChart.LINE, of }) => ({
      ...{ title, chart, about: "temperature, mean of each PT1H" },
      series: each(of),
    })),
  ),
});

const pdfOf = async (sections: readonly Wish[]) => {
  const bytes = await buffer(reportPdf(content(sections)));
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const { text, totalPages } = await extractText(pdf, { mergePages: true });
  return { bytes, pdf, text, totalPages };
};

const csvOf = async (sections: readonly Wish[]) => (await buffer(reportCsv(content(sections)))).toString("utf8");

test("A4 a CSV has each value as it is, with the time of the zone, and CRLF at the end of each row", async () => {
  const points = [
    { at: new Date("2026-10-25T00:00:00Z"), value: "-21.50000000000000000001", count: 3 },
    { at: new Date("2026-10-25T01:00:00Z"), value: null, count: 0 },
  ];
  expect(await csvOf([{ title: 'Two,\r\n"lines"', of: [series(0), series(0, { points, unit: null })] }])).toBe(
    [
      "section,twin,twin id,metric,unit,bucket start,value,count",
      '"Two,\r\n""lines""",Pump,twin_1,temperature,,2026-10-25T02:00:00+02:00,-21.50000000000000000001,3',
      '"Two,\r\n""lines""",Pump,twin_1,temperature,,2026-10-25T02:00:00+01:00,,0',
      "",
    ].join("\r\n"),
  );
});

test("A4 what a spreadsheet would run begins with an apostrophe, and numbers stay numbers", async () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]) expect(harmless(text)).toBe(`'${text}`);
  for (const text of ["1", "a=b", "", "Pump -1"]) expect(harmless(text)).toBe(text);
  const subject = '=HYPERLINK("https://example.com","x")';
  const [, first] = (await csvOf([{ title: "@x", of: [series(1, { subject })] }])).split("\r\n");
  expect(first).toBe(
    `'@x,"'=HYPERLINK(""https://example.com"",""x"")",twin_1,temperature,Cel,2026-10-25T00:00:00+02:00,-2.00,3`,
  );
});

test("A4 a CSV is written while it is read, and ends with what its reading ends with", async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<ReportSeries> {
    for (;;) {
      read += 1;
      if (read === 2_000) throw new Error("no further");
      yield series(100);
    }
  }
  const sections = each([{ title: "x", chart: ReportChart.LINE, about: "", series: endless() }]);
  const stream = reportCsv({ report, sections });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      if (bytes < 100_000) expect(read).toBeLessThan(200);
    }
  })();
  await expect(reading).rejects.toThrow("no further");
});

test("A4 a PDF says its title, its time and each section's totals, in any script", async () => {
  const greek = series(10_000, { subject: "Αντλία" });
  const { text, pdf, totalPages } = await pdfOf([
    { of: [series(7), greek] },
    { title: "Bars", chart: ReportChart.BAR, of: [series(25)] },
    { title: "Areas", chart: ReportChart.AREA, of: [series(25)] },
    { title: "None", of: [series(0)] },
  ]);
  expect(text).toContain("Überblick: насос");
  expect(text).toContain("2026-10-25 00:00 +02:00 to 2026-10-26 00:00 +01:00, Europe/Berlin");
  expect(text).toContain("Pump 7 21 12.25 -2 5.5 1.75");
  const values = Array.from({ length: 10_000 }, (_, index) => ((index % 7) * 125 - 200) / 100);
  const sum = values.reduce((total, value) => total + value * 100, 0) / 100;
  expect(text).toContain(`Αντλία 10000 30000 ${sum} -2 5.5 ${Math.round((sum / 10_000) * 1e6) / 1e6}`);
  expect(text).toContain("There are no values in this time.");
  expect(text).toContain("Pump 0 0 – – – –");
  expect(text).toContain(`Page ${totalPages}`);
  const { info, metadata } = await getMeta(pdf);
  expect(info).toMatchObject({ Title: "Überblick: насос", Creator: "Atrium", Language: "en" });
  expect(metadata).toBeDefined();
  expect(await pdf.getMarkInfo()).toMatchObject({ Marked: true });
  const kinds = JSON.stringify(await (await pdf.getPage(1)).getStructTree());
  for (const kind of ["H1", "H2", "Figure", "Table", "TR", "TH", "TD"]) expect(kinds).toContain(`"role":"${kind}"`);
}, 60_000);

test("A4 a chart is drawn, and not a picture", async () => {
  const { pdf } = await pdfOf([{ of: [series(50)] }]);
  const { fnArray } = await (await pdf.getPage(1)).getOperatorList();
  const { OPS } = await import("unpdf/pdfjs");
  const used = new Set(fnArray);
  expect(used.has(OPS.constructPath)).toBe(true);
  expect(used.has(OPS.paintImageXObject)).toBe(false);
});

test("A4 the same data give the same bytes", async () => {
  const wish = [{ of: [series(300), series(20, { subject: "Fan" })] }];
  expect((await pdfOf(wish)).bytes.equals((await pdfOf(wish)).bytes)).toBe(true);
});

test("A4 a table shows the first values, and says how many there are beyond", async () => {
  const { text } = await pdfOf([{ chart: ReportChart.TABLE, of: [series(400), series(400, { subject: "Fan" })] }]);
  expect(text).toContain("The first 500 of 800 values.");
  expect(text).toContain("Fan 400 1200");
  const few = await pdfOf([{ chart: ReportChart.TABLE, of: [series(2)] }]);
  expect(few.text).toContain("Pump 2026-10-25 00:00 +02:00 -2 3");
  expect(few.text).not.toContain("The first");
});

test("A4 no text breaks a page: very long, without spaces, of other directions, with pictures and controls", async () => {
  const hostile = [
    "very long title ".repeat(13).trim().slice(0, 200),
    "W".repeat(200),
    "مرحبا \u202eevil\u202c שלום",
    "😀👩‍👩‍👧🏳️‍🌈".repeat(20).slice(0, 200),
    "one\ntwo\r\nthree\tfour\u0000five",
    "\ud800 alone",
    "%s {x} <b>&amp;</b> \\ ( ) endstream",
  ];
  const sections = hostile.map((title) => ({ title, of: [series(3, { subject: title, unit: title.slice(0, 50) })] }));
  const { text, pdf } = await pdfOf(sections);
  expect(text).toContain("one two three four five");
  expect(text).not.toContain("\0");
  expect(text).toContain("<b>&amp;</b> \\ ( ) endstream");
  for (let page = 1; page <= pdf.numPages; page++) {
    const { items } = await (await pdf.getPage(page)).getTextContent();
    for (const item of items) {
      if (!("transform" in item)) continue;
      const [x, y] = [item.transform[4] as number, item.transform[5] as number];
      expect(x).toBeGreaterThanOrEqual(47);
      expect(x + item.width).toBeLessThanOrEqual(560);
      expect(y).toBeGreaterThanOrEqual(30);
    }
  }
}, 60_000);

test("A4 extreme values have a chart as well", async () => {
  const of = (...values: (string | null)[]) => [
    series(0, { points: values.map((value, hour) => ({ at: new Date(from + hour * 3_600_000), value, count: 1 })) }),
  ];
  const wishes = [
    of("0"),
    of("0", "0"),
    of("99999999999999999999.5", "-99999999999999999999"),
    of("0.00000000000000000001", null, "0"),
  ];
  for (const chart of [ReportChart.LINE, ReportChart.BAR, ReportChart.AREA]) {
    const { text } = await pdfOf(wishes.map((each) => ({ chart, of: each })));
    expect(text).not.toMatch(/NaN|Infinity/);
  }
}, 60_000);
