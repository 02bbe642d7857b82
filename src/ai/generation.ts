import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLSafeInt } from "graphql-scalars";
import { Float, Int } from "type-graphql";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";

@Stored({
  table: "generation",
  description: "One text that a provider wrote: what it cost and how long it took.",
  visible: visibleToSharers(),
})
@Index({ name: "generation_workspace", properties: ["workspaceId", "id"] })
export class Generation extends OwnedRow {
  @ManyToOne(() => Job, { mapToPk: true, fieldName: "job_id", index: true })
  jobId!: string;

  @PrivateColumn({ sql: "text" })
  createdById!: string;

  @Column(() => String, {
    sql: "text",
    description: "Name of the provider, such as `openai` or `offline`.",
    filter: true,
  })
  provider!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    description: "The model that answered, as the provider names it.",
    filter: true,
  })
  model!: string;

  @Column(() => String, { sql: "text", description: "The text, as it was streamed." })
  text!: string;

  @Column(() => Boolean, {
    sql: "boolean",
    description: "False when it was cancelled on its way: then `text` is what came until then.",
  })
  isComplete!: boolean;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Tokens sent; null when the provider did not say.",
  })
  inputTokens!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Tokens received; null when the provider did not say.",
  })
  outputTokens!: number | null;

  @Column(() => GraphQLSafeInt, {
    sql: "double precision",
    nullable: true,
    description:
      "Price in micro-dollars (a millionth of a US dollar); null when the model's price or usage is not known.",
  })
  costMicros!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Milliseconds from the request to the first piece of text.",
  })
  firstTokenMs!: number | null;

  @Column(() => Int, { sql: "integer", description: "Milliseconds from the request to the end." })
  durationMs!: number;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How well the text is made, 0 to 1, by rules that need no model; null when incomplete.",
  })
  qualityScore!: number | null;
}
