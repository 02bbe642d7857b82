import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Quote, QuoteFavourite } from "./entities.js";

export enum QuoteOrderField {
  CREATED_AT = "CREATED_AT",
}
registerEnumType(QuoteOrderField, { name: "QuoteOrderField" });

export enum OrderDirection {
  ASC = "ASC",
  DESC = "DESC",
}
registerEnumType(OrderDirection, { name: "OrderDirection" });

export enum QuoteGroup {
  AUTHOR = "AUTHOR",
}
registerEnumType(QuoteGroup, { name: "QuoteGroup" });

export enum AggregateOrder {
  COUNT_ASC = "COUNT_ASC",
  COUNT_DESC = "COUNT_DESC",
}
registerEnumType(AggregateOrder, { name: "AggregateOrder" });

@InputType()
export class QuoteOrder {
  @Field(() => QuoteOrderField)
  field!: QuoteOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC })
  direction!: OrderDirection;
}

@InputType()
export class CreateQuoteInput {
  @Field(() => String)
  text!: string;

  @Field(() => String)
  author!: string;

  @Field(() => String, { nullable: true })
  topic?: string | null;
}

@ObjectType()
export class QuoteFavouriteConnection {
  @Field(() => [QuoteFavourite])
  nodes!: QuoteFavourite[];
}

@ObjectType()
export class QuoteEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Quote)
  node!: Quote;
}

@ObjectType()
export class PageInfo {
  @Field(() => String, { nullable: true })
  endCursor!: string | null;

  @Field(() => Boolean)
  hasNextPage!: boolean;
}

@ObjectType()
export class QuoteConnection {
  @Field(() => [QuoteEdge])
  edges!: QuoteEdge[];

  @Field(() => [Quote])
  nodes!: Quote[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class QuoteGroupKey {
  @Field(() => String, { nullable: true })
  author!: string | null;
}

@ObjectType()
export class QuoteAggregate {
  @Field(() => QuoteGroupKey)
  group!: QuoteGroupKey;

  @Field(() => Int)
  count!: number;
}
