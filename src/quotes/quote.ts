import { Index, ManyToOne, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLJSONObject } from "graphql-scalars";
import { Float, registerEnumType } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { User } from "#src/identity/user.js";
import { Column, EnumColumn, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";

export enum QuoteSource {
  USER = "USER",
  AI_GENERATED = "AI_GENERATED",
}

registerEnumType(QuoteSource, {
  name: "QuoteSource",
  description: "Where a quote came from.",
  valuesConfig: {
    USER: { description: "A person entered it." },
    AI_GENERATED: { description: "A provider wrote it; `generation` says which and how." },
  },
});

@Stored({ table: "quote", description: "A short text worth keeping." })
@Index({ name: "quote_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "quote_workspace_created", properties: ["workspaceId", "createdAt", "id"] })
export class Quote extends Row {
  @Column(() => String, { sql: "text", description: "The quote itself, 1 to 2,000 characters.", filter: true })
  text!: string;

  @Column(() => String, {
    sql: "varchar(255)",
    description: "Who said or wrote it, at most 255 characters; for generated quotes the model.",
    filter: true,
    sort: true,
  })
  author!: string;

  @EnumColumn("QuoteSource", QuoteSource, { description: "Where it came from.", filter: true })
  source!: QuoteSource;

  @Column(() => String, {
    sql: "varchar(200)",
    nullable: true,
    description: "What it is about, at most 200 characters.",
    filter: true,
  })
  topic!: string | null;

  @Column(() => String, {
    sql: "varchar(50)",
    nullable: true,
    description: "The tone that was asked for, at most 50 characters.",
    filter: true,
  })
  tone!: string | null;

  @Column(() => String, {
    sql: "varchar(200)",
    nullable: true,
    description: "For whom it was written, at most 200 characters.",
    filter: true,
  })
  audience!: string | null;

  @Column(() => String, {
    sql: "varchar(100)",
    nullable: true,
    description: "The model that wrote it, at most 100 characters.",
    filter: true,
  })
  aiModel!: string | null;

  @Column(() => String, {
    sql: "varchar(50)",
    nullable: true,
    description: "The tone that an analysis found; null until analysed.",
    filter: true,
  })
  emotionalTone!: string | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "−1 (sad) to 1 (happy); null until analysed.",
    filter: true,
  })
  sentimentScore!: number | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How well it is made, 0 to 1; null for entered quotes.",
    filter: true,
  })
  qualityScore!: number | null;

  @Column(() => GraphQLJSONObject, {
    sql: "jsonb",
    nullable: true,
    description: "Traits that an analysis found; null until analysed.",
  })
  psychologicalProfile!: Record<string, unknown> | null;

  @ManyToOne(() => User, { mapToPk: true, fieldName: "created_by_id" })
  createdById!: string;

  @ManyToOne(() => Generation, { mapToPk: true, fieldName: "generation_id", nullable: true, index: true })
  generationId!: string | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last changed.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;
}

@Stored({ table: "quote_favourite", description: "A quote that a user marked." })
@Unique({ name: "quote_favourite_user_quote", properties: ["userId", "quoteId"] })
export class QuoteFavourite extends Row {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  @ManyToOne(() => Quote, { mapToPk: true, fieldName: "quote_id", deleteRule: "cascade", index: true })
  quoteId!: string;
}
