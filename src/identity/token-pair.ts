import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";
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

  @Field(() => Int, {
    description:
      "Failed attempts to sign in to the account since the last successful one, of the last 90 days; 0 where nobody typed a password.",
  })
  failedSignIns!: number;

  @Field(() => User, { description: "Who signed in." })
  user!: User;
}
