import { MaxLength } from "class-validator";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, InputType, ObjectType } from "type-graphql";

@ObjectType({ description: "An issuer whose users may sign in." })
export class OAuthIssuer {
  @Field(() => String, { description: "Give it as `provider`." })
  name!: string;

  @Field(() => String, { description: "What a button says." })
  label!: string;
}

@InputType({ description: "By which issuer, and where it sends the person back to." })
export class StartOAuthInput {
  @Field(() => String, { description: "Name of an issuer: `oauthProviders` lists them." })
  @MaxLength(32, { message: "has more than 32 characters" })
  provider!: string;

  @Field(() => String, { description: "An address of ATRIUM_OAUTH_REDIRECT_URIS, to the letter." })
  @MaxLength(2000, { message: "has more than 2,000 characters" })
  redirectUri!: string;
}

@ObjectType({ description: "A journey to an issuer that has begun." })
export class OAuthStart {
  @Field(() => String, { description: "Open this address in the browser." })
  authorizationUrl!: string;

  @Field(() => String, { description: "Comes back in the callback; compare it there with this one." })
  state!: string;

  @Field(() => String, {
    description:
      "Keep it in the browser that begins, such as in `sessionStorage`, and bring it back with the callback. Never put it in an address.",
  })
  bindingSecret!: string;

  @Field(() => GraphQLDateTimeISO, { description: "Until when the callback is accepted: 10 minutes." })
  expiresAt!: Date;
}

@InputType({ description: "What came back from an issuer." })
export class LinkOAuthInput {
  @Field(() => String, {
    description: "The whole address to which the issuer sent the browser, at most 8,000 characters.",
  })
  @MaxLength(8000, { message: "has more than 8,000 characters" })
  callbackUrl!: string;

  @Field(() => String, { description: "The secret of the start, from the browser that began." })
  @MaxLength(100, { message: "has more than 100 characters" })
  bindingSecret!: string;
}

@InputType({ description: "What came back from an issuer, for signing in." })
export class CompleteOAuthInput extends LinkOAuthInput {
  @Field(() => String, {
    nullable: true,
    description:
      "Code of the second factor, where the account has one. Without it the first call says so, and the same call with it ends the sign-in.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  code?: string | null;
}
