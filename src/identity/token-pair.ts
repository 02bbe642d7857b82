import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ObjectType } from "type-graphql";
import { User } from "./user.js";

@ObjectType({ description: "What a client keeps after signing in." })
export class TokenPair {
  @Field(() => String, { description: "Send it as `Authorization: Bearer …`. A JWT, valid for 15 minutes." })
  accessToken!: string;

  @Field(() => GraphQLDateTimeISO, { description: "When the access token ends." })
  accessTokenExpiresAt!: Date;

  @Field(() => String, {
    description: "Exchange it with `refreshSession` for the next pair: good once, for 30 minutes.",
  })
  refreshToken!: string;

  @Field(() => User, { description: "Who signed in." })
  user!: User;
}
