import { createRequire } from "node:module";
import PDFDocument from "pdfkit";

type Doc = PDFKit.PDFDocument;
type Element = ReturnType<Doc["struct"]>;

const { resolve } = createRequire(import.meta.url);

export const margin = 48;
const footer = 30;
/** Points between the margins of A4. */
export const pageWidth = 595.28 - 2 * margin;
const bottom = 841.89 - margin - footer;

export const ink = "#1f2933";
export const faint = "#66727f";
export const rule = "#d5dbe1";

interface Style {
  readonly size: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly align?: "left" | "right" | "center";
}

/** Pages of A4 with a foot, filled from above. */
export class ReportPages {
  readonly doc: Doc;
  /** Where the next thing begins, in points from above. */
  y = margin;
  readonly #root: Element;
  #page = 0;

  constructor(
    private readonly title: string,
    madeAt: Date,
  ) {
    const info = { Title: title, Creator: "Atrium", Producer: "Atrium", CreationDate: madeAt, ModDate: madeAt };
    const form = {
      size: "A4",
      margin,
      autoFirstPage: false,
      pdfVersion: "1.7",
      tagged: true,
      displayTitle: true,
    } as const;
    this.doc = new PDFDocument({ ...form, info, lang: "en", font: fontFile("DejaVuSans") });
    this.doc.registerFont("regular", fontFile("DejaVuSans"));
    this.doc.registerFont("bold", fontFile("DejaVuSans-Bold"));
    this.#root = this.doc.struct("Document");
    this.doc.addStructure(this.#root);
    this.#begin();
  }

  /** Begins a new page unless there is so much room. True when it did. */
  need(height: number): boolean {
    if (this.y + height <= bottom) return false;
    this.#begin();
    return true;
  }

  /** Draws something that readers of the screen are to know as this, such as `H1`. */
  tag(type: string, draw: () => void, options: { alt?: string } = {}): void {
    this.#root.add(this.doc.struct(type, options, draw));
  }

  /** An element of others, which `add` gives their place. */
  group(type: string): Element {
    const element = this.doc.struct(type);
    this.#root.add(element);
    return element;
  }

  /** One line of text, cut where its width ends. */
  line(text: string, at: { x: number; y: number; width: number }, { size, bold, color, align }: Style): void {
    const { doc } = this;
    doc.font(bold ? "bold" : "regular", size).fillColor(color ?? ink);
    const shown = fitText(doc, drawable(doc, plainText(text)), at.width);
    const free = at.width - doc.widthOfString(shown);
    const shift = align === "right" ? free : align === "center" ? free / 2 : 0;
    doc.text(shown, at.x + shift, at.y, { lineBreak: false });
  }

  /** Lines of one text, as many as there may be; the last one is cut. */
  lines(text: string, most: number, style: Style): void {
    const { doc } = this;
    const words = plainText(text).split(" ");
    for (let line = 1; line <= most && words.length > 0; line++) {
      doc.font(style.bold ? "bold" : "regular", style.size);
      let shown = words.shift() ?? "";
      const isLast = line === most;
      while (words[0] !== undefined && (isLast || doc.widthOfString(`${shown} ${words[0]}`) <= pageWidth))
        shown += ` ${words.shift()}`;
      if (!isLast && doc.widthOfString(shown) > pageWidth) {
        const part = longestFit(doc, shown, pageWidth);
        words.unshift(shown.slice(part.length));
        shown = part;
      }
      this.line(shown, { x: margin, y: this.y, width: pageWidth }, style);
      this.y += style.size * 1.4;
    }
  }

  end(): void {
    this.#root.end();
    this.doc.end();
  }

  #begin(): void {
    this.doc.addPage();
    this.#page += 1;
    this.y = margin;
    const { doc } = this;
    const y = bottom + footer - 8;
    doc.markContent("Artifact", { type: "Pagination" });
    doc
      .moveTo(margin, y - 8)
      .lineTo(margin + pageWidth, y - 8)
      .lineWidth(0.5)
      .stroke(rule);
    const style = { size: 7.5, color: faint };
    this.line(this.title, { x: margin, y, width: pageWidth - 80 }, style);
    this.line(`Page ${this.#page}`, { x: margin + pageWidth - 70, y, width: 70 }, { ...style, align: "right" });
    doc.endMarkedContent();
  }
}

const fontFile = (name: string) => resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** A text on one line: without controls and marks that turn the direction of what follows. */
const plainText = (text: string): string =>
  text
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();

/** A text without what the font that is set cannot draw: its own sign for that takes more room than it says. */
const drawable = (doc: Doc, text: string): string => {
  // What the types of PDFKit do not show.
  const { font } = (doc as unknown as { _font: { font: { hasGlyphForCodePoint(codePoint: number): boolean } } })._font;
  const isKnown = (character: string) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
  if ([...text].every(isKnown)) return text;
  const characters = Array.from(new Intl.Segmenter("en").segment(text), ({ segment }) => segment);
  return characters.map((each) => ([...each].every(isKnown) ? each : "□")).join("");
};

/** The text, or as much of its beginning as fits with an ellipsis. In the font that is set. */
const fitText = (doc: Doc, text: string, width: number): string => {
  if (doc.widthOfString(text) <= width) return text;
  return `${longestFit(doc, text, width - doc.widthOfString("…")).trimEnd()}…`;
};

/** Cut between what people take for characters; one at the least. */
const longestFit = (doc: Doc, text: string, width: number): string => {
  const ends = Array.from(new Intl.Segmenter("en").segment(text), ({ index, segment }) => index + segment.length);
  let [fits, beyond] = [0, ends.length];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    if (doc.widthOfString(text.slice(0, ends[middle])) <= width) fits = middle;
    else beyond = middle;
  }
  return text.slice(0, ends[fits]);
};
