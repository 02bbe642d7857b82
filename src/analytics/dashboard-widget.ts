import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { WidgetData } from "./widget-data.js";
import { WidgetQuery } from "./widget-query.js";

/** Widgets of one dashboard. */
export const maxWidgets = 30;
export const gridColumns = 12;

export enum WidgetKind {
  LINE = "LINE",
  AREA = "AREA",
  BAR = "BAR",
  STAT = "STAT",
  GAUGE = "GAUGE",
  TABLE = "TABLE",
}

registerEnumType(WidgetKind, {
  name: "WidgetKind",
  description: "How a widget is drawn.",
  valuesConfig: {
    LINE: { description: "Lines over time." },
    AREA: { description: "Lines over time, filled below." },
    BAR: { description: "Bars: over time, or one for each figure." },
    STAT: { description: "Numbers; of a line its last one." },
    GAUGE: { description: "Numbers on a scale; of a line its last one." },
    TABLE: { description: "Rows." },
  },
});

@ObjectType("WidgetPlace", { description: "Where a widget is on a grid of 12 columns, and how large." })
@InputType("WidgetPlaceInput", { description: "Where a widget is on a grid of 12 columns, and how large." })
export class WidgetPlace {
  @Field(() => Int, { description: "Columns left of it, 0 to 11." })
  x!: number;

  @Field(() => Int, { description: "Rows above it, 0 to 999." })
  y!: number;

  @Field(() => Int, { description: "Columns, 1 to 12, up to the right edge at most." })
  width!: number;

  @Field(() => Int, { description: "Rows, 1 to 100." })
  height!: number;
}

const key =
  "Its name within its dashboard, unique there, 1 to 50 characters: who makes it chooses it, and keeps it as long as it is the same widget.";

@InputType({ description: "A widget of a dashboard." })
export class DashboardWidgetInput {
  @Field(() => String, { description: key })
  key!: string;

  @Field(() => String, { description: "What stands above it, 1 to 200 characters." })
  title!: string;

  @Field(() => WidgetKind, { description: "How it is drawn. LINE and AREA need a query that gives lines." })
  kind!: WidgetKind;

  @Field(() => WidgetPlace, { description: "Where it is." })
  place!: WidgetPlace;

  @Field(() => WidgetQuery, { description: "What it shows." })
  query!: WidgetQuery;
}

/** As a dashboard keeps it. */
export type StoredWidget = Readonly<DashboardWidgetInput>;

@ObjectType({ description: "A part of a dashboard that shows the answer to a query." })
export class DashboardWidget {
  @Field(() => String, { description: key })
  key!: string;

  @Field(() => String, { description: "What stands above it." })
  title!: string;

  @Field(() => WidgetKind, { description: "How it is drawn." })
  kind!: WidgetKind;

  @Field(() => WidgetPlace, { description: "Where it is." })
  place!: WidgetPlace;

  @Field(() => WidgetQuery, { description: "What it shows." })
  query!: WidgetQuery;

  /** Read when it is asked for. */
  @Field(() => WidgetData, { description: "What it shows now, as far as you may see that." })
  data!: () => Promise<WidgetData>;
}
