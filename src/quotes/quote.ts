import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLJSONObject } from "graphql-scalars";
import { Float, registerEnumType } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { User } from "#src/identity/user.js";
import { Collection, Column, Derived, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { OwnedRow, type Visibility, visibleToSharers } from "#src/platform/owned-row.js";
import { Row } from "#src/platform/row.js";
import { embeddingsGo } from "#src/platform/vectors/embedding.js";

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

@Stored({
  table: "quote",
  description: "A short text worth keeping.",
  visible: visibleToSharers(),
  triggers: { quote_embeddings: embeddingsGo("quote") },
})
@Index({ name: "quote_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "quote_workspace_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({ name: "quote_tags", properties: ["tags"], type: "gin" })
@Index({ name: "quote_psychological_profile", properties: ["psychologicalProfile"], type: "gin" })
@Index({
  name: "quote_words",
  expression: "create index quote_words on quote using gin (to_tsvector('simple', text))",
})
export class Quote extends OwnedRow {
  @Column(() => String, { sql: "text", description: "The quote itself, 1 to 2,000 characters.", filter: true })
  text!: string;

  @Column(() => String, {
    sql: "varchar(255)",
    description: "Who said or wrote it, at most 255 characters; for generated quotes the model.",
    filter: true,
    sort: true,
    group: true,
  })
  author!: string;

  @EnumColumn("QuoteSource", QuoteSource, { description: "Where it came from.", filter: true, group: true })
  source!: QuoteSource;

  @Column(() => String, {
    sql: "varchar(200)",
    nullable: true,
    description: "What it is about, at most 200 characters.",
    filter: true,
    group: true,
  })
  topic!: string | null;

  @Column(() => String, {
    sql: "varchar(50)",
    nullable: true,
    description: "The tone that was asked for, at most 50 characters.",
    filter: true,
    group: true,
  })
  tone!: string | null;

  @Column(() => [String], {
    sql: "text[]",
    defaultRaw: "'{}'",
    description: "Words under which it is filed: at most 20 of 1 to 50 characters each, in lower case.",
    filter: true,
  })
  tags!: string[];

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
    group: true,
  })
  aiModel!: string | null;

  @Column(() => String, {
    sql: "varchar(50)",
    nullable: true,
    description:
      "The tone that an analysis found: `joyful`, `hopeful`, `loving`, `grateful`, `calm`, `humorous`, `defiant`, `melancholic`, `fearful`, `angry`, `reflective` or `neutral`; null until analysed.",
    filter: true,
    group: true,
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
    description:
      "How it is written, each 0 to 1: `agency`, `communion`, `certainty`, `selfFocus`, `futureFocus`, `arousal`, `complexity`; under `evidence` the words that speak for each. Null until analysed.",
    filter: true,
  })
  psychologicalProfile!: Record<string, unknown> | null;

  @Column(() => String, {
    sql: "varchar(160)",
    nullable: true,
    description: "Who analysed it: `lexicon`, or `provider/model`; null until analysed.",
    filter: true,
    group: true,
  })
  analyzedBy!: string | null;

  @Reference(() => User, {
    field: "createdBy",
    description: "Who entered it or asked for it; null once that person has left.",
  })
  createdById!: string;

  @Reference(() => Generation, {
    field: "generation",
    description: "How it was written; null for an entered quote.",
    nullable: true,
    index: true,
  })
  generationId!: string | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last changed.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;

  @Derived(() => Boolean, {
    description: "Whether it is a favourite of yours.",
    sql: (row, { user }) =>
      `exists (select 1 from quote_favourite f where f.quote_id = ${row}.id and f.user_id = ${user})`,
    whenGone: false,
    filter: true,
  })
  readonly isFavourite?: boolean;

  @Collection(() => QuoteFavourite, { by: "quoteId", description: "Who marked it, and when." })
  readonly favourites?: never;
}

@Stored({
  table: "quote_favourite",
  description: "A user's mark on a quote.",
  // Whoever does not see the quote does not see who likes it.
  visible: (row, actor) =>
    `${row}.workspace_id = ${actor.workspace} and (${row}.visibility = 'WORKSPACE' or exists (` +
    `select 1 from quote q where q.id = ${row}.quote_id and ${visibleToSharers()("q", actor)}))`,
})
@Unique({ name: "quote_favourite_user_quote", properties: ["userId", "quoteId"] })
@Index({ name: "quote_favourite_quote", properties: ["quoteId", "id"] })
@Index({ name: "quote_favourite_created", properties: ["workspaceId", "createdAt", "id"] })
export class QuoteFavourite extends Row {
  @Reference(() => User, {
    field: "user",
    description: "Who marked it; null once that person has left.",
    deleteRule: "cascade",
  })
  userId!: string;

  @Reference(() => Quote, { field: "quote", description: "The quote.", deleteRule: "cascade" })
  quoteId!: string;

  /** That of the quote. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;
}
