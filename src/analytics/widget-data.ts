import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ID, ObjectType } from "type-graphql";
import { GraphQLDecimal } from "#src/platform/decimal.js";
import { AtMost } from "#src/platform/field-bounds.js";

export const maxLines = 10;
export const maxFigures = 50;
/** Points of one line. */
export const maxLinePoints = 1_000;

@ObjectType({ description: "A line of a chart: values over time. Its lists belong together, item by item." })
export class WidgetLine {
  @Field(() => String, { description: "What it is called, such as the name of its twin." })
  name!: string;

  @Field(() => ID, { nullable: true, description: "Its twin; null when it is of none." })
  twinId!: string | null;

  @Field(() => String, { nullable: true, description: "What it is measured in; null when nobody has said." })
  unit!: string | null;

  @Field(() => [GraphQLDateTimeISO], {
    description:
      "When each bucket begins, or the time of each point, in their order: at most 1,000 that keep the shape.",
  })
  times!: Date[];

  @Field(() => [GraphQLDecimal], { nullable: "items", description: "The value at each time; null in a gap." })
  values!: (string | null)[];
}

@ObjectType({ description: "One value: a number, a gauge, or a row of a table." })
export class WidgetFigure {
  @Field(() => String, { description: "What it is called, such as the name of its twin." })
  name!: string;

  @Field(() => ID, { nullable: true, description: "Its twin; null when it is of none." })
  twinId!: string | null;

  @Field(() => String, { description: "What it tells, such as the name of a metric." })
  figure!: string;

  @Field(() => GraphQLDecimal, { nullable: true, description: "The value; null when there is none yet." })
  value!: string | null;

  @Field(() => String, { nullable: true, description: "What it is measured in; null when nobody has said." })
  unit!: string | null;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "Since when it has the value; null when it has none.",
  })
  at!: Date | null;
}

@ObjectType({ description: "Why a widget has nothing to show." })
export class WidgetProblem {
  @Field(() => String, { description: "One of the codes that errors of the API carry." })
  code!: string;

  @Field(() => String, { description: "What is wrong, for a person." })
  message!: string;
}

@ObjectType({ description: "What a widget shows, for who looks: lines or figures, after its query." })
export class WidgetData {
  @AtMost(maxLines)
  @Field(() => [WidgetLine], { description: "Values over time, at most 10 lines; none for a query of figures." })
  lines!: readonly WidgetLine[];

  @AtMost(maxFigures)
  @Field(() => [WidgetFigure], { description: "Single values, at most 50; none for a query of lines." })
  figures!: readonly WidgetFigure[];

  @Field(() => Boolean, {
    description: "True when there are more twins of the type than lines: the first by their names are shown.",
  })
  isPartial!: boolean;

  @Field(() => WidgetProblem, {
    nullable: true,
    description: "Why there is nothing to show; null when all is well. The other widgets are not concerned.",
  })
  problem!: WidgetProblem | null;
}
