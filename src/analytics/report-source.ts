import type { Actor } from "#src/platform/actor.js";
import type { SeriesPoint } from "#src/telemetry/metric-series-inputs.js";
import type { Report, ReportSection } from "./report.js";

/** Values of one subject, as a section shows them. */
export interface ReportSeries {
  /** What they are of, as people call it. */
  readonly subject: string;
  readonly subjectId: string;
  readonly metric: string;
  readonly unit: string | null;
  /** In the order of time. */
  readonly points: readonly SeriesPoint[];
}

/** Where sections of one kind get their values from. */
export interface ReportSource {
  /** True for sections that it knows how to read. */
  reads(section: ReportSection): boolean;
  /** What its values are, in a line below its title. */
  describe(section: ReportSection): string;
  /** One series after another, by the rights of the actor: so there is never more than one in memory. */
  read(actor: Actor, report: Report, section: ReportSection): AsyncIterable<ReportSeries>;
}

/** What a file is written of. The sections are gone through once, in their order. */
export interface ReportContent {
  readonly report: Pick<Report, "title" | "rangeFrom" | "rangeUntil" | "timeZone" | "createdAt">;
  readonly sections: AsyncIterable<SectionContent>;
}

export interface SectionContent extends Pick<ReportSection, "title" | "chart"> {
  readonly about: string;
  readonly series: AsyncIterable<ReportSeries>;
}
