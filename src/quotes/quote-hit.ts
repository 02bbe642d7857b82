import { Field, Float, Int, ObjectType } from "type-graphql";
import { Quote } from "./quote.js";

@ObjectType({ description: "A quote that a search found." })
export class QuoteHit {
  @Field(() => Quote, { description: "The quote." })
  quote!: Quote;

  @Field(() => Float, {
    description:
      "How near its text is to what was asked, −1 to 1: the cosine of their vectors. Comparable within one model.",
  })
  score!: number;
}

@ObjectType({ description: "By what quotes are searched, and how much of it is there." })
export class QuoteSearchState {
  @Field(() => String, { description: "The model that compares texts, as `provider/model`." })
  model!: string;

  @Field(() => String, { description: "What finds neighbours: `exact` or `pgvector`." })
  engine!: string;

  @Field(() => Int, { description: "Quotes that you may see and no search finds yet: the model has not read them." })
  pending!: number;
}
