import type { Readable } from "node:stream";
import { sql } from "kysely";
import { z } from "zod";
import type { FileService, StoredBytes } from "#src/files/file-service.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { newId, parseId } from "#src/platform/ids.js";
import { cancelTopic, type Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Run } from "#src/platform/run.js";
import { checkRange } from "#src/platform/time-range.js";
import { ZoneClock } from "#src/platform/zone-clock.js";
import { Report, ReportFormat, type ReportSection } from "./report.js";
import type { CreateReportInput, ReportSectionInput } from "./report-inputs.js";
import type { ReportContent, ReportSource, SectionContent } from "./report-source.js";
import { ReportStatus } from "./report-status.js";

export const reportList = defineList(Report, { plural: "reports" });

export const MakeReport = defineJob("analytics.report", z.object({ reportId: z.string() }), {
  lane: "batch",
  timeoutMs: 60 * 60_000,
});

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly files: Pick<FileService, "store" | "add" | "discard">;
  readonly sources: readonly ReportSource[];
}

/** Reports: asked for, written by jobs, kept as files. */
export class ReportService {
  constructor(private readonly deps: Deps) {}

  async create(actor: Actor, input: CreateReportInput): Promise<Job> {
    const sections = input.sections.map(sectionOf);
    const { format, range, timeZone, visibility } = input;
    const title = filled(input.title, "input.title");
    return this.deps.database.write(actor, async (change) => {
      for (const [index, { series }] of sections.entries())
        await requireTwins(change, series.twinIds, `input.sections.${index}.series.twinIds`);
      checkRange(range, "input.range");
      new ZoneClock(timeZone, "input.timeZone");
      const id = newId("report");
      const job = change.enqueue(MakeReport, { reportId: id }, visibility);
      const report = change.create(Report, {
        ...{ id, title, format, timeZone, visibility, sections, jobId: job.id },
        ...{ rangeFrom: range.from, rangeUntil: range.until },
        status: ReportStatus.PENDING,
        createdById: actor.userId,
      });
      change.record("report.created", report, { id, title, format });
      return job;
    });
  }

  /** With its file; whoever still writes it is stopped. */
  delete(actor: Actor, id: string): Promise<Report> {
    return this.deps.database.write(actor, async (change) => {
      const report = await findOwned(change, Report, id, AccessLevel.MANAGE);
      const deleted = Object.assign(new Report(), report);
      const { jobId, fileId, title, format } = deleted;
      const stopped = await change.systemSql(sql<{ id: string }>`update job set cancel_requested_at = ${change.now}
        where id = ${jobId} and status in ('QUEUED', 'RUNNING') and cancel_requested_at is null returning id`);
      change.remove(report);
      const gone = [report.id, ...(fileId === null ? [] : [fileId])];
      await change.systemSql(sql`delete from access_grant where resource_id = any(${gone}::text[])`);
      if (fileId !== null) await change.systemSql(sql`delete from stored_file where id = ${fileId}`);
      for (const job of stopped) change.wake(cancelTopic(job.id));
      change.record("report.deleted", deleted, { id: deleted.id, title, format });
      return deleted;
    });
  }

  /**
   * Writes a report. Its file is one stream into the store, and becomes a file in the commit that ends the job: of an attempt
   * that did not come so far nothing is left.
   */
  async make(run: Run, { reportId }: z.infer<typeof MakeReport.payload>): Promise<Report | undefined> {
    const report = await this.deps.lists.find(Report, run.actor, reportId);
    if (report === undefined) throw notFound("report", reportId);
    let bytes: StoredBytes | undefined;
    try {
      const content = await write(report.format, { report, sections: this.#sections(run, report) });
      bytes = await this.deps.files.store(content, run.signal);
    } catch (error) {
      if (!run.cancelled) throw error;
    }
    const ended = await run.finish((change) => this.#end(change, run, reportId, bytes));
    // Without the commit it goes by itself within the hour: who does not know whether it came must not take it away.
    if (bytes !== undefined && ended?.fileId == null) await this.deps.files.discard(bytes.objectKey);
    return ended;
  }

  async #end(change: Change, run: Run, id: string, bytes: StoredBytes | undefined): Promise<Report | undefined> {
    const report = await change.find(Report, { id });
    // Of a cancelled job it is told by the job's own row.
    if (report === null || bytes === undefined || run.cancelled) return report ?? undefined;
    const { title, format, visibility, createdById } = report;
    const about = { visibility, createdById, partOfId: id, contentType: contentTypes[format] };
    const file = await this.deps.files.add(change, bytes, { ...about, name: `${title}.${format.toLowerCase()}` });
    report.fileId = file.id;
    report.status = ReportStatus.DONE;
    report.finishedAt = change.now;
    change.announce("report.done", report, { id, title, format });
    return report;
  }

  /** Its sections as they are read; each is a step of the job. */
  async *#sections(run: Run, report: Report): AsyncIterable<SectionContent> {
    for (const [index, section] of report.sections.entries()) {
      run.signal.throwIfAborted();
      const source = this.deps.sources.find((each) => each.reads(section));
      if (source === undefined) throw new Error(`Nothing reads section ${index} of the report ${report.id}.`);
      const { title, chart } = section;
      yield { title, chart, about: source.describe(section), series: source.read(run.actor, report, section) };
      run.step(`section ${index + 1}`);
      run.progress((index + 1) / (report.sections.length + 1));
    }
  }
}

const contentTypes: Readonly<Record<ReportFormat, string>> = { CSV: "text/csv", PDF: "application/pdf" };

/** What draws is loaded where it is needed: it would be a good part of an idle process. */
const write = async (format: ReportFormat, content: ReportContent): Promise<Readable> => {
  if (format === ReportFormat.CSV) return (await import("./report-csv.js")).reportCsv(content);
  return (await import("./report-pdf.js")).reportPdf(content);
};

const filled = (text: string, field: string): string => {
  const trimmed = text.trim();
  if (trimmed === "") throw badInput("must not be empty.", field);
  return trimmed;
};

const sectionOf = ({ title, chart, series }: ReportSectionInput, index: number): ReportSection => {
  const { metric, bucket, aggregate, percentile, gaps } = series;
  const twinIds = series.twinIds.map((id, place) =>
    parseId(id, "twin", `input.sections.${index}.series.twinIds.${place}`),
  );
  return {
    ...{ title: filled(title, `input.sections.${index}.title`), chart },
    series: { twinIds, metric, bucket: bucket ?? null, aggregate, percentile: percentile ?? null, gaps },
  };
};

/** Whoever asks for a report has to see what it is about, as does the job later on. */
const requireTwins = async (change: Change, ids: readonly string[], field: string): Promise<void> => {
  const found = await change.sql(sql<{ id: string }>`select id from twin
    where workspace_id = ${change.actor.workspaceId} and id = any(${[...ids]}::text[])`);
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  const { code, message } = notFound("twin", unknown);
  throw new DomainError(code, message, { field });
};
