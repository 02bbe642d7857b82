import { GraphQLDateTimeISO, GraphQLJSONObject } from "graphql-scalars";
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { Direction, maxPage, PageInfo } from "#src/platform/lists/list.js";
import { TimeRange } from "#src/platform/time-range.js";

/** Events of one call. */
export const maxEvents = 1_000;

@InputType({ description: "Something that somebody did with a product." })
export class TrackEventInput {
  @Field(() => String, { description: "What it was, such as `report_opened`: 1 to 100 characters." })
  name!: string;

  @Field(() => GraphQLJSONObject, { nullable: true, description: "What more there is to say, at most 16 KiB as JSON." })
  properties?: Record<string, unknown> | null;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description:
      "When, to the millisecond; now when left out. Not more than a day in the future, and not older than events are kept.",
  })
  at?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Your own name for it, 1 to 100 characters; made when left out. An event with the same id and time is stored once: the first one stays.",
  })
  id?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What ties events of one visit together, 1 to 100 characters.",
  })
  session?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "Who did it. You, when left out; with an API key nobody, unless a member of the workspace is named. Without an API key only you can be named.",
  })
  userId?: string | null;
}

@ObjectType({ description: "Something that somebody did with a product." })
export class ProductEvent {
  @Field(() => String, { description: "What its sender calls it; together with `at` it is unique in its workspace." })
  id!: string;

  @Field(() => GraphQLDateTimeISO, { description: "When it happened." })
  at!: Date;

  @Field(() => String, { description: "What it was." })
  name!: string;

  @Field(() => ID, {
    nullable: true,
    description: "Who did it; null when nobody was named, or that person was erased.",
  })
  userId!: string | null;

  @Field(() => String, { nullable: true, description: "What ties events of one visit together; null without." })
  session!: string | null;

  @Field(() => GraphQLJSONObject, { description: "What more was said of it." })
  properties!: Record<string, unknown>;
}

@InputType({ description: "Which product events; all of what is said has to be true." })
export class ProductEventFilter {
  @Field(() => String, { nullable: true, description: "Those with this name." })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: "Those of this user." })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: "Those of this session." })
  session?: string | null;

  @Field(() => TimeRange, { nullable: true, description: "Those that happened in it." })
  range?: TimeRange | null;
}

export enum ProductEventOrderField {
  AT = "AT",
}

registerEnumType(ProductEventOrderField, {
  name: "ProductEventOrderField",
  description: "What product events can be ordered by.",
  valuesConfig: { AT: { description: "By `at`." } },
});

@InputType({ description: "One criterion by which product events are ordered." })
export class ProductEventOrder {
  @Field(() => ProductEventOrderField, { description: "What to compare." })
  field!: ProductEventOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@ArgsType()
export class ProductEventListArgs {
  @Field(() => ProductEventFilter, { nullable: true, description: "Which events; all when left out." })
  filter?: ProductEventFilter | null;

  @Field(() => [ProductEventOrder], { nullable: true, description: "Newest first when left out. One criterion." })
  orderBy?: ProductEventOrder[] | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 20,
    description: "Events from the beginning or behind `after`, 1 to 100.",
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: "Only events behind this cursor." })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "Instead of `first`: events from the end or before `before`, 1 to 100.",
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "Only events before this cursor." })
  before?: string | null;
}

@ObjectType({ description: "One of the product events in its list." })
export class ProductEventEdge {
  @Field(() => String, { description: "Its place in the list." })
  cursor!: string;

  @Field(() => ProductEvent, { description: "The event itself." })
  node!: ProductEvent;
}

@ObjectType({ description: "A page of product events." })
export class ProductEventConnection {
  @AtMost(maxPage, "last", "first")
  @Field(() => [ProductEventEdge], { description: "Events with their cursors." })
  edges!: ProductEventEdge[];

  @AtMost(maxPage, "last", "first")
  @Field(() => [ProductEvent], { description: "The events alone." })
  nodes!: ProductEvent[];

  @Field(() => PageInfo, { description: "Where this page lies." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many events there are on all pages; counted only when asked for." })
  totalCount!: Promise<number>;
}
