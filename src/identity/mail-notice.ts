import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "That a mail is on its way. It looks the same whether or not anybody has this address." })
export class MailNotice {
  @Field(() => String, { description: "The address, as it was given." })
  sentTo!: string;

  @Field(() => GraphQLDateTimeISO, { description: "Until when the link in the mail is good." })
  expiresAt!: Date;
}

export const mailNotice = (sentTo: string, expiresAt: Date): MailNotice =>
  Object.assign(new MailNotice(), { sentTo, expiresAt });
