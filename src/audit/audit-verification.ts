import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import type { AuditProblemKind as Kind, AuditProblem as Problem } from "#src/platform/audit-chain.js";

const AuditProblemKind = {
  ALTERED: "ALTERED",
  FORGED: "FORGED",
  MISSING: "MISSING",
  REORDERED: "REORDERED",
  CHECKPOINT_FORGED: "CHECKPOINT_FORGED",
  CHECKPOINT_MISMATCH: "CHECKPOINT_MISMATCH",
} as const satisfies Record<Kind, Kind>;

registerEnumType(AuditProblemKind, {
  name: "AuditProblemKind",
  description: "What is wrong with an audit log.",
  valuesConfig: {
    ALTERED: { description: "An entry, or its seal, is not what was sealed." },
    FORGED: {
      description: "An entry does not have the installation's code: it was inserted, or altered, past Atrium.",
    },
    MISSING: { description: "An entry or its seal was deleted, or the log was cut off behind it." },
    REORDERED: { description: "A genuine entry stands where another one was sealed." },
    CHECKPOINT_FORGED: { description: "A checkpoint does not have the installation's signature." },
    CHECKPOINT_MISMATCH: { description: "The log is whole in itself, but not the one that a checkpoint signed." },
  },
});

@ObjectType({ description: "The first thing that is wrong with an audit log." })
export class AuditProblem implements Problem {
  @Field(() => AuditProblemKind, { description: "What kind of wrong." })
  kind!: Kind;

  @Field(() => ID, { nullable: true, description: "The entry; null when nothing is left of it." })
  entryId!: string | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: "Its place in the log; null when it has none yet." })
  sequence!: number | null;

  @Field(() => String, { description: "What is wrong, for people." })
  message!: string;
}

@InputType({ description: "A checkpoint of this log that was kept elsewhere, as `createAuditCheckpoint` gave it." })
export class KeptCheckpoint {
  @Field(() => GraphQLSafeInt, { description: "Its `firstSequence`." })
  firstSequence!: number;

  @Field(() => GraphQLSafeInt, { description: "Its `sequence`." })
  sequence!: number;

  @Field(() => String, { description: "Its `hash`." })
  hash!: string;

  @Field(() => GraphQLDateTimeISO, { description: "Its `at`." })
  at!: Date;

  @Field(() => String, { description: "Its `keyId`." })
  keyId!: string;

  @Field(() => String, { description: "Its `signature`." })
  signature!: string;
}

@ObjectType({ description: "What checking a whole audit log has found." })
export class AuditVerification {
  @Field(() => Boolean, { description: "True when nothing is wrong." })
  isIntact!: boolean;

  @Field(() => GraphQLSafeInt, {
    description: "Sealed entries that are as they were written, before the first problem.",
  })
  checkedEntries!: number;

  @Field(() => GraphQLSafeInt, {
    description: "Entries of the last second, which waited for their seals when the check began; checked as well.",
  })
  unsealedEntries!: number;

  @Field(() => GraphQLSafeInt, { description: "Stored checkpoints that are signed and agree with the log." })
  checkedCheckpoints!: number;

  @Field(() => GraphQLSafeInt, {
    description: "Place of the first entry that is kept: 1, or more when retention has deleted older ones.",
  })
  firstSequence!: number;

  @Field(() => GraphQLSafeInt, { description: "Place of the last entry that was checked; 0 for an empty log." })
  lastSequence!: number;

  @Field(() => String, { description: "Its hash: SHA-256, in hex." })
  lastHash!: string;

  @Field(() => AuditProblem, { nullable: true, description: "The first problem; null when there is none." })
  firstProblem!: AuditProblem | null;

  @Field(() => GraphQLDateTimeISO, { description: "When it was checked." })
  checkedAt!: Date;
}
