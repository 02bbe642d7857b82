import { Entity, Index, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { IsInt, Length, Max, Min } from "class-validator";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, InputType, ObjectType } from "type-graphql";
import { Column, PrivateColumn } from "#src/platform/column.js";

/** A thousand dollars for a million tokens: beyond that somebody has counted noughts wrong. */
const highest = 1_000_000_000;

/** Of the installation: its prices are the same for all workspaces. */
@ObjectType({
  description: "What a million tokens of a model cost, or a minute of sound, from a time on until its next price.",
})
@Entity({ tableName: "model_price" })
@Index({
  name: "model_price_point",
  expression: "create unique index model_price_point on model_price (coalesce(provider, ''), model, valid_from)",
})
export class ModelPrice {
  @PrimaryKey({ type: "text" })
  id!: string;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "Name of the provider that it is for; null for whichever offers the model.",
  })
  provider!: string | null;

  @Column(() => String, {
    sql: "varchar(100)",
    description: "Beginning of the model's name. Of several prices the one with the longest beginning counts.",
  })
  model!: string;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "Requests that begin from then on cost that." })
  validFrom!: Date;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "Micro-dollars for a million tokens that are sent." })
  inputMicrosPerMillion!: number;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "Micro-dollars for a million tokens that are received." })
  outputMicrosPerMillion!: number;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    nullable: true,
    description: "Micro-dollars for a minute of sound; null for a model that does not listen.",
  })
  microsPerMinute!: number | null;

  @Field(() => Boolean, { description: "True for a vendor's list price, which Atrium brings along." })
  isPublished!: boolean;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;
}

@InputType({ description: "A model's price." })
export class SetModelPriceInput {
  @Field(() => String, {
    nullable: true,
    description: "Name of a configured provider; for whichever offers the model when left out.",
  })
  provider?: string | null;

  @Field(() => String, {
    description: "Beginning of the model's name, 1 to 100 characters, such as `gpt-4o-mini`.",
  })
  @Length(1, 100, { message: "must have 1 to 100 characters" })
  model!: string;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "From when on it is valid: from now on when left out. What the ledger holds already stays as it is.",
  })
  validFrom?: Date | null;

  @Field(() => GraphQLSafeInt, {
    description: "Micro-dollars for a million tokens that are sent, 0 to 1,000,000,000.",
  })
  @IsInt({ message: "must be a whole number" })
  @Min(0, { message: "must not be negative" })
  @Max(highest, { message: "must be at most 1,000,000,000" })
  inputMicrosPerMillion!: number;

  @Field(() => GraphQLSafeInt, {
    description: "Micro-dollars for a million tokens that are received, 0 to 1,000,000,000.",
  })
  @IsInt({ message: "must be a whole number" })
  @Min(0, { message: "must not be negative" })
  @Max(highest, { message: "must be at most 1,000,000,000" })
  outputMicrosPerMillion!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Micro-dollars for a minute of sound, 0 to 1,000,000,000; left out for a model that does not listen.",
  })
  @IsInt({ message: "must be a whole number" })
  @Min(0, { message: "must not be negative" })
  @Max(highest, { message: "must be at most 1,000,000,000" })
  microsPerMinute?: number | null;
}

/** Woken when a price was set. */
export const modelPriceTopic = "model-prices";
