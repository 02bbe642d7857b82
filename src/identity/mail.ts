import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

export enum MailStatus {
  QUEUED = "QUEUED",
  SENT = "SENT",
  KEPT = "KEPT",
  FAILED = "FAILED",
}

registerEnumType(MailStatus, {
  name: "MailStatus",
  description: "Where a mail stands.",
  valuesConfig: {
    QUEUED: { description: "About to be sent, or waiting for its next attempt." },
    SENT: { description: "The mail server has taken it; its text is gone." },
    KEPT: { description: "Kept here, because no mail server is configured." },
    FAILED: { description: "The mail server refused it for good, or all attempts failed." },
  },
});

/** Days that a mail is kept, whatever became of it. */
export const mailDays = 7;

/** A mail to a person. It holds addresses and links that open accounts: no field of the API shows one. */
@Stored({ table: "mail", description: "A mail to a person.", visible: () => "false" })
@Index({ name: "mail_expires", properties: ["expiresAt"] })
export class Mail extends Node {
  /** To whom it belongs; null for somebody without an account. */
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", nullable: true, index: true })
  userId!: string | null;

  @SealedColumn()
  recipient!: string;

  @SealedColumn()
  subject!: string;

  /** Forgotten as soon as the mail is sent. */
  @SealedColumn({ nullable: true })
  text!: string | null;

  @EnumColumn("MailStatus", MailStatus, { description: "Where it stands." })
  status!: MailStatus;

  /** What the mail server answered to the last attempt: its code, never its text. */
  @PrivateColumn({ sql: "text", nullable: true })
  lastError!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was written." })
  createdAt!: Date;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  sentAt!: Date | null;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}
