import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, Int, ObjectType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";

/** Transcribers that are told apart. */
export const maxTranscribers = 100;

const optional = { nullable: true } as const;

@ObjectType({ description: "How transcripts came out." })
export abstract class TranscriptFigures {
  @Field(() => Int, { description: "Transcripts that were asked for." })
  transcripts!: number;

  @Field(() => Int, { description: "Those of them that no worker has begun." })
  pending!: number;

  @Field(() => Int, { description: "Those that are being written." })
  processing!: number;

  @Field(() => Int, { description: "Those that ended with all that is spoken." })
  done!: number;

  @Field(() => Int, { description: "Those that failed." })
  failed!: number;

  @Field(() => Int, { description: "Those that were cancelled." })
  cancelled!: number;

  @Field(() => Float, {
    ...optional,
    description: "`done` as a share of `done` and `failed`, 0 to 1; null while none has ended like that.",
  })
  successRate!: number | null;

  @Field(() => Float, {
    ...optional,
    description:
      "The median of how long writing took for a second of sound, in seconds, of those that are done; null without any.",
  })
  realTimeFactorP50!: number | null;

  @Field(() => Float, { ...optional, description: "The same, of which 95 of 100 were as fast or faster." })
  realTimeFactorP95!: number | null;

  @Field(() => GraphQLSafeInt, { description: "Words in all of them, apart by space." })
  words!: number;
}

@ObjectType({ description: "How the transcripts of one transcriber came out." })
export class TranscriberStats extends TranscriptFigures {
  @Field(() => String, { description: "Name of the transcriber." })
  transcriber!: string;
}

@ObjectType({ description: "Figures of the recordings and transcripts that you may see." })
export class VoiceStats extends TranscriptFigures {
  @Field(() => Int, { description: "Recordings that were made." })
  recordings!: number;

  @Field(() => Float, { description: "Minutes of sound in them." })
  minutes!: number;

  @AtMost(maxTranscribers)
  @Field(() => [TranscriberStats], { description: "The transcripts by who wrote them, in the order of their names." })
  transcribers!: TranscriberStats[];
}
