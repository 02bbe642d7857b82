import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { StoredFile } from "#src/files/stored-file.js";
import { User } from "#src/identity/user.js";
import { Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import { ReportStatus } from "./report-status.js";
import { jobReports } from "./report-trigger.js";

export enum ReportFormat {
  CSV = "CSV",
  PDF = "PDF",
}

registerEnumType(ReportFormat, {
  name: "ReportFormat",
  description: "What a report is written as.",
  valuesConfig: {
    CSV: { description: "One table of all values, as RFC 4180 has it, in UTF-8." },
    PDF: { description: "Charts on pages of A4, with the totals below each." },
  },
});

export enum ReportChart {
  LINE = "LINE",
  BAR = "BAR",
  AREA = "AREA",
  TABLE = "TABLE",
}

registerEnumType(ReportChart, {
  name: "ReportChart",
  description: "How a section shows its values in a PDF. In a CSV all look the same.",
  valuesConfig: {
    LINE: { description: "A line for each twin." },
    BAR: { description: "A bar for each bucket and twin, from 0." },
    AREA: { description: "A line for each twin, filled down to 0." },
    TABLE: { description: "The values themselves: the first 500, and how many there are beyond." },
  },
});

@ObjectType({ description: "What a section of a report is made of: one metric of some twins." })
export class ReportQuery {
  @Field(() => [ID], { description: "The twins, in their order." })
  twinIds!: string[];

  @Field(() => String, { description: "Name of the metric." })
  metric!: string;

  @Field(() => String, {
    nullable: true,
    description: "Length of a bucket as an ISO 8601 duration; null for the points themselves.",
  })
  bucket!: string | null;

  @Field(() => SeriesAggregate, { description: "What the points of a bucket become." })
  aggregate!: SeriesAggregate;

  @Field(() => Int, { nullable: true, description: "From 1 to 99, for PERCENTILE; null for 95." })
  percentile!: number | null;

  @Field(() => SeriesGaps, { description: "What stands for a bucket without any point." })
  gaps!: SeriesGaps;
}

@ObjectType({ description: "A part of a report: a chart with its totals, or a table." })
export class ReportSection {
  @Field(() => String, { description: "What stands above it." })
  title!: string;

  @Field(() => ReportChart, { description: "How its values are shown." })
  chart!: ReportChart;

  @Field(() => ReportQuery, { description: "Its values." })
  series!: ReportQuery;
}

@Stored({
  table: "report",
  description: "Figures of a time, written down in a file by a job, as they were then.",
  visible: visibleToSharers(),
  triggers: { job_reports: { on: "job", sql: jobReports } },
})
@Index({ name: "report_created", properties: ["workspaceId", "createdAt", "id"] })
export class Report extends OwnedRow {
  @Column(() => String, {
    sql: "varchar(200)",
    description: "What it is called, 1 to 200 characters.",
    filter: true,
    sort: true,
  })
  title!: string;

  @EnumColumn("ReportFormat", ReportFormat, { description: "What it is written as.", filter: true, group: true })
  format!: ReportFormat;

  @EnumColumn("ReportStatus", ReportStatus, { description: "How far it is.", filter: true, group: true })
  status!: ReportStatus;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "Beginning of the time that it is about.",
    filter: true,
    sort: true,
  })
  rangeFrom!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "End of the time that it is about, which is not in it.",
    filter: true,
    sort: true,
  })
  rangeUntil!: Date;

  @Column(() => String, {
    sql: "varchar(100)",
    description: "Whose days and hours it shows, as in the tz database: `Europe/Berlin`.",
    filter: true,
    group: true,
  })
  timeZone!: string;

  /** `ReportResolver` shows them. */
  @PrivateColumn({ sql: "jsonb" })
  sections!: ReportSection[];

  @Reference(() => StoredFile, {
    field: "file",
    description: "The report itself; null until it is DONE.",
    nullable: true,
    index: true,
  })
  fileId!: string | null;

  @Reference(() => Job, { field: "job", description: "The job that writes it.", index: true })
  jobId!: string;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it failed, as a code; null unless FAILED." })
  errorCode!: string | null;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it failed, in words; null unless FAILED." })
  errorMessage!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When it ended." })
  finishedAt!: Date | null;

  @Reference(() => User, { field: "createdBy", description: "Who asked for it; null once that person has left." })
  createdById!: string;
}
