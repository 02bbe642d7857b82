import { IsInt, Length, MaxLength } from "class-validator";
import { Field, InputType, Int, ObjectType } from "type-graphql";
import { Visibility } from "#src/platform/owned-row.js";
import { Dashboard } from "./dashboard.js";
import { DashboardWidgetInput } from "./dashboard-widget.js";

@InputType({ description: "A dashboard to be made." })
export class CreateDashboardInput {
  @Field(() => String, { description: "What it is called, 1 to 200 characters." })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  name!: string;

  @Field(() => String, { nullable: true, description: "What it is for, at most 2,000 characters." })
  @MaxLength(2_000, { message: "has more than 2,000 characters" })
  description?: string | null;

  @Field(() => Visibility, { nullable: true, description: "Who sees it; the workspace when left out." })
  visibility?: Visibility | null;

  @Field(() => [DashboardWidgetInput], { nullable: true, description: "Its widgets, at most 30; none when left out." })
  widgets?: DashboardWidgetInput[] | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdateDashboardInput {
  @Field(() => Int, {
    description: "The revision that the change is about. When the dashboard has another one by now, it is a CONFLICT.",
  })
  @IsInt()
  revision!: number;

  @Field(() => String, { nullable: true, description: "What it is called, 1 to 200 characters." })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  name?: string | null;

  @Field(() => String, { nullable: true, description: "What it is for, at most 2,000 characters; null for nothing." })
  @MaxLength(2_000, { message: "has more than 2,000 characters" })
  description?: string | null;

  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees it from now on, with what was told of it: for who made it, and for those who manage it.",
  })
  visibility?: Visibility | null;

  @Field(() => [DashboardWidgetInput], {
    nullable: true,
    description: "All of its widgets from now on, at most 30, in place of those that it has.",
  })
  widgets?: DashboardWidgetInput[] | null;
}

@ObjectType({
  description:
    "A dashboard of which there is news: it was changed, or something that it shows. What happens within a second comes as one.",
})
export class DashboardChange {
  @Field(() => String, { description: "Give it as `after` to go on behind this change." })
  cursor!: string;

  @Field(() => Dashboard, { description: "The dashboard as it is now." })
  dashboard!: Dashboard;
}
