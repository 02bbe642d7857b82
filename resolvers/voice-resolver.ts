import { GraphQLDateTimeISO } from "graphql-scalars";
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { AccessLevel } from "#src/platform/access-level.js";
import { Job } from "#src/platform/job.js";
import { Quote } from "#src/quotes/quote.js";
import { CreateVoiceRecordingInput, UpdateVoiceRecordingInput } from "#src/voice/recording-inputs.js";
import type { RecordingService } from "#src/voice/recording-service.js";
import { TranscribeRecordingInput, VoiceToQuoteInput } from "#src/voice/transcription-inputs.js";
import type { TranscriptionService } from "#src/voice/transcription-service.js";
import { VoiceQuote } from "#src/voice/voice-quote.js";
import type { VoiceQuoteService } from "#src/voice/voice-quote-service.js";
import { VoiceRecording } from "#src/voice/voice-recording.js";
import type { VoiceStatistics } from "#src/voice/voice-statistics.js";
import { VoiceStats } from "#src/voice/voice-stats.js";
import type { Context } from "./context.js";
import { OrGrant } from "./guards/or-grant.js";

const idArg = { description: "The recording." };

@Resolver(() => VoiceRecording)
export class VoiceResolver {
  constructor(
    private readonly recordings: RecordingService,
    private readonly transcriptions: TranscriptionService,
    private readonly voiceQuotes: VoiceQuoteService,
    private readonly statistics: VoiceStatistics,
  ) {}

  @Authorized("voice:write")
  @Mutation(() => VoiceRecording, {
    description: "Makes a recording of an upload of yours that is READY. It is seen by whoever sees the upload.",
  })
  createVoiceRecording(
    @Arg("input", () => CreateVoiceRecordingInput, { description: "The recording." }) input: CreateVoiceRecordingInput,
    @Ctx() { actor }: Context,
  ) {
    return this.recordings.create(actor, input);
  }

  @Authorized("voice:write")
  @OrGrant("id", AccessLevel.WRITE)
  @Mutation(() => VoiceRecording, {
    description: "Changes a recording. A grant of the level WRITE on it is as good as the role.",
  })
  updateVoiceRecording(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdateVoiceRecordingInput, { description: "What to change." }) input: UpdateVoiceRecordingInput,
    @Ctx() { actor }: Context,
  ) {
    return this.recordings.update(actor, id, input);
  }

  @Authorized("voice:write")
  @OrGrant("id", AccessLevel.MANAGE)
  @Mutation(() => VoiceRecording, {
    description:
      "Deletes a recording with its sound and its transcripts, and returns it as it was. A grant of the level MANAGE on it is as good as the role, and is needed for the private recording of somebody else.",
  })
  deleteVoiceRecording(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.recordings.delete(actor, id);
  }

  @Authorized("voice:transcribe")
  @Mutation(() => Job, {
    description:
      "Has a recording written down. Follow the job with `jobEvents`; its result is the transcript, of a cancelled one with what came until then. A recording may have several transcripts.",
  })
  transcribeRecording(
    @Arg("input", () => TranscribeRecordingInput, { description: "What to write down." })
    input: TranscribeRecordingInput,
    @Ctx() { actor }: Context,
  ) {
    return this.transcriptions.request(actor, input);
  }

  @Authorized("voice:transcribe")
  @Mutation(() => Job, {
    description:
      "Has a quote made of what somebody says, by one job with the steps `check` and `transcription`, of which `StepFinished` tells, and then the quote, which is its result. Cancelled or failed, it keeps what each step has made; `retryJob` goes on from there.",
  })
  voiceToQuote(
    @Arg("input", () => VoiceToQuoteInput, { description: "What was said, and what the quote shall be like." })
    input: VoiceToQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.voiceQuotes.request(actor, input);
  }

  @Authorized("voice:read")
  @Query(() => VoiceStats, { description: "Figures of recordings and transcripts that were made in a span of time." })
  voiceStats(
    @Ctx() { actor }: Context,
    @Arg("from", () => GraphQLDateTimeISO, { nullable: true, description: "Its beginning; of all when left out." })
    from?: Date | null,
    @Arg("to", () => GraphQLDateTimeISO, { nullable: true, description: "Its end, not in it; none when left out." })
    to?: Date | null,
  ) {
    return this.statistics.between(actor, from, to);
  }
}

@Resolver(() => Quote)
export class QuoteVoiceResolver {
  @FieldResolver(() => VoiceQuote, {
    nullable: true,
    description: "What somebody said that it was made of; null when it came of no recording, or of none for you.",
  })
  voice(@Root() { id }: Quote, @Ctx() context: Context) {
    const { app, actor } = context;
    return context.batch("voice of quotes", id, (ids) => app.voiceQuotes.ofQuotes(actor, ids));
  }
}
