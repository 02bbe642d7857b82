import { faint, ink, margin, pageWidth, type ReportPages, rule } from "./report-page.js";

interface TableColumn {
  readonly title: string;
  /** Share of the width of the page. */
  readonly share: number;
  readonly align: "left" | "right";
}

interface TableRow {
  readonly cells: readonly string[];
  /** Color of what it belongs to, shown before its first cell. */
  readonly color?: string | undefined;
}

const size = 8;
const rowHeight = 14;
const swatch = 12;

/** A table whose head is repeated on every page. */
export const drawTable = (pages: ReportPages, columns: readonly TableColumn[], rows: Iterable<TableRow>): void => {
  const { doc } = pages;
  pages.need(3 * rowHeight);
  const table = pages.group("Table");
  const draw = (cells: readonly string[], type: "TH" | "TD", color?: string) => {
    const row = doc.struct("TR");
    table.add(row);
    let x = margin;
    for (const [index, { share, align }] of columns.entries()) {
      const width = share * pageWidth - 6;
      const hasSwatch = color !== undefined && index === 0;
      const place = { x: x + (hasSwatch ? swatch : 0), y: pages.y + 3, width: width - (hasSwatch ? swatch : 0) };
      const style = { size, align, bold: type === "TH", color: type === "TH" ? faint : ink };
      const at = x;
      const cell = () => {
        if (hasSwatch) doc.rect(at, pages.y + 3.5, 7, 7).fill(color);
        pages.line(cells[index] ?? "", place, style);
      };
      row.add(doc.struct(type, {}, cell));
      x += share * pageWidth;
    }
    row.end();
    pages.y += rowHeight;
    doc.markContent("Artifact", { type: "Layout" });
    doc
      .moveTo(margin, pages.y)
      .lineTo(margin + pageWidth, pages.y)
      .lineWidth(0.5)
      .stroke(rule);
    doc.endMarkedContent();
  };
  const head = columns.map(({ title }) => title);
  draw(head, "TH");
  for (const { cells, color } of rows) {
    if (pages.need(rowHeight)) draw(head, "TH");
    draw(cells, "TD", color);
  }
  table.end();
  pages.y += 10;
};
