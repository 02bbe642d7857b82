import { ArrayMaxSize, ArrayMinSize, IsIn, Length, Max, Min, ValidateNested } from "class-validator";
import { Field, ID, InputType, Int } from "type-graphql";
import { Visibility } from "#src/platform/owned-row.js";
import { TimeRange } from "#src/platform/time-range.js";
import { maxSeries, SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import { bucketLengths } from "#src/telemetry/series/buckets.js";
import { ReportChart, ReportFormat } from "./report.js";

const upTo = (length: number) => ({ message: `must have 1 to ${length} characters` });
const items = (most: number) => ({ message: `must have 1 to ${most} items` });
const percents = { message: "must be 1 to 99" };

/** Sections of one report. */
export const maxSections = 50;

@InputType({ description: "One metric of some twins over the range of the report." })
export class ReportQueryInput {
  @Field(() => [ID], { description: "The twins, 1 to 100: one series for each, in their order." })
  @ArrayMinSize(1, items(maxSeries))
  @ArrayMaxSize(maxSeries, items(maxSeries))
  twinIds!: string[];

  @Field(() => String, { description: "Name of the metric, 1 to 500 characters." })
  @Length(1, 500, upTo(500))
  metric!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Length of a bucket as an ISO 8601 duration, one of those of `metricSeries`. The points themselves when left out. A series has at most 10,000 of either.",
  })
  @IsIn(bucketLengths, { message: `must be one of ${bucketLengths.join(", ")}` })
  bucket?: string | null;

  @Field(() => SeriesAggregate, {
    defaultValue: SeriesAggregate.AVG,
    description: "What the points of a bucket become.",
  })
  aggregate!: SeriesAggregate;

  @Field(() => Int, { nullable: true, description: "From 1 to 99, for PERCENTILE: 95 when left out." })
  @Min(1, percents)
  @Max(99, percents)
  percentile?: number | null;

  @Field(() => SeriesGaps, {
    defaultValue: SeriesGaps.SKIP,
    description: "What stands for a bucket without any point.",
  })
  gaps!: SeriesGaps;
}

@InputType({ description: "A part of a report." })
export class ReportSectionInput {
  @Field(() => String, { description: "What stands above it, 1 to 200 characters." })
  @Length(1, 200, upTo(200))
  title!: string;

  @Field(() => ReportChart, { defaultValue: ReportChart.LINE, description: "How its values are shown in a PDF." })
  chart!: ReportChart;

  @Field(() => ReportQueryInput, { description: "Its values." })
  @ValidateNested()
  series!: ReportQueryInput;
}

@InputType({ description: "What a report is to be about." })
export class CreateReportInput {
  @Field(() => String, { description: "What it is called, and its file: 1 to 200 characters." })
  @Length(1, 200, upTo(200))
  title!: string;

  @Field(() => ReportFormat, { description: "What it is written as." })
  format!: ReportFormat;

  @Field(() => TimeRange, { description: "The time that it is about." })
  range!: TimeRange;

  @Field(() => String, {
    defaultValue: "UTC",
    description: "Whose days and hours it shows, as in the tz database: `Europe/Berlin`.",
  })
  timeZone!: string;

  @Field(() => Visibility, {
    defaultValue: Visibility.WORKSPACE,
    description: "Who sees it, its job and its file beside you.",
  })
  visibility!: Visibility;

  @Field(() => [ReportSectionInput], { description: "Its parts in their order, 1 to 50." })
  @ArrayMinSize(1, items(maxSections))
  @ArrayMaxSize(maxSections, items(maxSections))
  @ValidateNested({ each: true })
  sections!: ReportSectionInput[];
}
