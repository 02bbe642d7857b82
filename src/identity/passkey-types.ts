import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { Length } from "class-validator";
import { GraphQLDateTimeISO, GraphQLJSONObject } from "graphql-scalars";
import { Field, InputType, ObjectType } from "type-graphql";
import { z } from "zod";

@ObjectType({ description: "What the browser needs to ask for a passkey." })
export class PasskeyOptions {
  @Field(() => GraphQLJSONObject, {
    description:
      "For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of WebAuthn level 3.",
  })
  options!: object;

  @Field(() => GraphQLDateTimeISO, { description: "Until when the answer is accepted: 5 minutes." })
  expiresAt!: Date;
}

@InputType({ description: "A passkey that the browser has made." })
export class FinishPasskeyRegistrationInput {
  @Field(() => GraphQLJSONObject, { description: "`toJSON()` of what `navigator.credentials.create` gave." })
  credential!: Record<string, unknown>;

  @Field(() => String, { description: "What you call it, 1 to 100 characters." })
  @Length(1, 100, { message: "must have 1 to 100 characters" })
  name!: string;
}

@InputType({ description: "What a passkey has signed." })
export class FinishPasskeySignInInput {
  @Field(() => GraphQLJSONObject, { description: "`toJSON()` of what `navigator.credentials.get` gave." })
  credential!: Record<string, unknown>;
}

@InputType({ description: "Another name for a passkey." })
export class RenamePasskeyInput {
  @Field(() => String, { description: "1 to 100 characters." })
  @Length(1, 100, { message: "must have 1 to 100 characters" })
  name!: string;
}

const base64url = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[\w-]+$/);
// What else a browser sends, such as results of extensions, is not looked at.
const credential = { id: base64url(1_364), rawId: base64url(1_364), type: z.literal("public-key") };

const madeSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_096),
    attestationObject: base64url(16_384),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,30}$/))
      .max(10)
      .optional(),
  }),
});

const signedSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_096),
    authenticatorData: base64url(4_096),
    signature: base64url(4_096),
    userHandle: base64url(128).nullish(),
  }),
});

const clientDataSchema = z.object({
  type: z.string(),
  challenge: z.string().max(200),
  crossOrigin: z.boolean().optional(),
});

export const readMade = (value: unknown): RegistrationResponseJSON | undefined => {
  const { data } = madeSchema.safeParse(value);
  return data && ({ ...data, clientExtensionResults: {} } as RegistrationResponseJSON);
};

export const readSigned = (value: unknown): AuthenticationResponseJSON | undefined => {
  const { data } = signedSchema.safeParse(value);
  return data && ({ ...data, clientExtensionResults: {} } as AuthenticationResponseJSON);
};

/** The challenge that a browser says was signed; nothing for a page within a page of somebody else. */
export const challengeOf = ({ response }: { response: { clientDataJSON: string } }): string | undefined => {
  try {
    const { data } = clientDataSchema.safeParse(
      JSON.parse(Buffer.from(response.clientDataJSON, "base64url").toString()),
    );
    return data === undefined || data.crossOrigin === true ? undefined : data.challenge;
  } catch {
    return undefined;
  }
};
