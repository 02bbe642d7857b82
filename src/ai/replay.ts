import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLSafeInt } from "graphql-scalars";
import { Float, Int, registerEnumType } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Collection, Column, Derived, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, type Visibility, visibleToSharers } from "#src/platform/owned-row.js";
import { Row } from "#src/platform/row.js";
import { Generation } from "./generation.js";

export enum ReplayPairStatus {
  OPEN = "OPEN",
  REPLAYED = "REPLAYED",
  SKIPPED = "SKIPPED",
  FAILED = "FAILED",
}

registerEnumType(ReplayPairStatus, {
  name: "ReplayPairStatus",
  description: "What became of one generation of a replay.",
  valuesConfig: {
    OPEN: { description: "Its turn has not come, or it is being written." },
    REPLAYED: { description: "Both texts are there, side by side." },
    SKIPPED: {
      description: "Not asked for: it did not fit under the cap, or nothing could be made of it; `reason` says what.",
    },
    FAILED: { description: "Asked for without a whole text; `reason` says why." },
  },
});

const countOf = (status: ReplayPairStatus) => (row: string) =>
  `(select count(*)::int from replay_pair p where p.replay_id = ${row}.id and p.status = '${status}')`;

@Stored({
  table: "replay",
  description: "Generations of the past, asked for again on another prompt or model under a cap of cost.",
  visible: visibleToSharers(),
})
@Index({ name: "replay_created", properties: ["workspaceId", "createdAt", "id"] })
export class Replay extends OwnedRow {
  @Reference(() => User, { field: "createdBy", description: "Who asked for it; null once that person has left." })
  createdById!: string;

  /** The API key it was asked for with: its budgets count for all of it. */
  @PrivateColumn({ sql: "text", nullable: true })
  apiKeyId!: string | null;

  @Reference(() => Job, {
    field: "job",
    description: "The job that goes through it; its progress is that of the replay.",
  })
  jobId!: string;

  /** `ReplayResolver` shows it. No key to the table: a prompt that nothing was made with may go. */
  @PrivateColumn({ sql: "text", nullable: true })
  promptVersionId!: string | null;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "The class of models, or the `provider/model`, that is asked; null for what each original asked for.",
  })
  model!: string | null;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "What all of it may cost at most, in micro-dollars." })
  maxCostMicros!: number;

  @Column(() => Int, { sql: "integer", description: "Generations in it, 1 to 500." })
  total!: number;

  @Derived(() => Int, { description: "Those replayed.", sql: countOf(ReplayPairStatus.REPLAYED), whenGone: 0 })
  readonly replayed?: number;

  @Derived(() => Int, { description: "Those skipped.", sql: countOf(ReplayPairStatus.SKIPPED), whenGone: 0 })
  readonly skipped?: number;

  @Derived(() => Int, { description: "Those that failed.", sql: countOf(ReplayPairStatus.FAILED), whenGone: 0 })
  readonly failed?: number;

  @Derived(() => GraphQLSafeInt, {
    description: "What it has cost so far, by the ledger, in micro-dollars; of what is not private to somebody else.",
    sql: (row) =>
      `(select coalesce(sum(c.cost_micros), 0)::bigint from generation g join provider_call c on c.generation_id = g.id
        where g.replay_id = ${row}.id)`,
    whenGone: 0,
  })
  readonly spentMicros?: number;

  @Collection(() => ReplayPair, { by: "replayId", description: "Each original beside what came of it this time." })
  readonly pairs?: never;
}

/** What was written then and now. The numbers are kept, so that they stay when one of the two goes. */
@Stored({
  table: "replay_pair",
  description:
    "A generation of the past beside the one that replays it. Both are rated against the collection as it was then.",
  visible: visibleToSharers({ subject: "replay_id", owner: "created_by_id" }),
})
@Unique({ name: "replay_pair_original", properties: ["replayId", "originalId"] })
@Index({ name: "replay_pair_created", properties: ["workspaceId", "createdAt", "id"] })
export class ReplayPair extends Row {
  @Reference(() => Replay, { field: "replay", description: "The replay.", deleteRule: "cascade" })
  replayId!: string;

  /** Private when the replay or one of both texts is. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;

  /** That of the replay. */
  @PrivateColumn({ sql: "text" })
  createdById!: string;

  @Column(() => Int, { sql: "integer", description: "Its place in the replay, from 1.", filter: true, sort: true })
  place!: number;

  @EnumColumn("ReplayPairStatus", ReplayPairStatus, {
    description: "What became of it.",
    filter: true,
    sort: true,
    group: true,
  })
  status!: ReplayPairStatus;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it was skipped, or has failed; else null." })
  reason!: string | null;

  @Reference(() => Generation, {
    field: "original",
    description: "The generation of the past. It is never changed.",
    index: true,
    deleteRule: "cascade",
  })
  originalId!: string;

  @Reference(() => Generation, {
    field: "generation",
    description: "The one that replays it; null until it is asked for.",
    nullable: true,
    index: true,
    deleteRule: "cascade",
  })
  generationId!: string | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How good the original is by the rules alone, 0 to 1; null until both are there.",
  })
  originalQuality!: number | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How good the replay is by the rules alone, 0 to 1; null until both are there.",
  })
  replayedQuality!: number | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "The replay's quality less the original's, −1 to 1; null until both are there.",
    filter: true,
  })
  qualityDifference!: number | null;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    nullable: true,
    description: "The replay's cost less the original's, in micro-dollars; null when one of them is not known.",
    filter: true,
  })
  costDifferenceMicros!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "The replay's milliseconds to its end less the original's; null until both are there.",
    filter: true,
  })
  latencyDifferenceMs!: number | null;
}
