import { IsInt, Length, Max, Min } from "class-validator";
import { GraphQLSafeInt } from "graphql-scalars";
import { Field, InputType, ObjectType } from "type-graphql";
import { Budget, BudgetPeriod, BudgetScope } from "./budget.js";

@InputType({
  description: "A budget. There is one for each scope, subject and period: setting it again changes its limit.",
})
export class SetBudgetInput {
  @Field(() => BudgetScope, { description: "Whose spending it bounds." })
  scope!: BudgetScope;

  @Field(() => String, {
    nullable: true,
    description:
      "Of a user or an API key its id, of a model its name as `provider/model`, 1 to 200 characters; left out for the workspace.",
  })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  subject?: string | null;

  @Field(() => BudgetPeriod, { description: "When it begins anew." })
  period!: BudgetPeriod;

  @Field(() => GraphQLSafeInt, {
    description: "Micro-dollars that may be spent in a period, 0 to 1,000,000,000,000,000 (a billion dollars).",
  })
  @IsInt({ message: "must be a whole number" })
  @Min(0, { message: "must not be negative" })
  @Max(1_000_000_000_000_000, { message: "must be at most 1,000,000,000,000,000" })
  limitMicros!: number;
}

@ObjectType({
  description: "A budget after something of it has changed. Changes that follow each other closely come as one.",
})
export class BudgetChange {
  @Field(() => String, { description: "Give it as `after` to go on behind this change." })
  cursor!: string;

  @Field(() => Budget, { description: "The budget as it is now." })
  budget!: Budget;
}
