import { Index } from "@mikro-orm/decorators/legacy";
import { Int } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Collection, Column, Derived, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { Generation, GenerationStatus } from "./generation.js";

const count = (status: GenerationStatus, description: string) =>
  Derived(() => Int, {
    description,
    sql: (row) => `(select count(*)::int from generation g where g.batch_id = ${row}.id and g.status = '${status}')`,
    whenGone: 0,
  });

@Stored({
  table: "generation_batch",
  description:
    "Texts that were asked for together, and are written one by one: as many generations as there were items.",
  visible: visibleToSharers(),
})
@Index({ name: "generation_batch_created", properties: ["workspaceId", "createdAt", "id"] })
export class GenerationBatch extends OwnedRow {
  @Reference(() => Job, { field: "job", description: "The job that writes them; its progress is theirs.", index: true })
  jobId!: string;

  @Reference(() => User, { field: "createdBy", description: "Who asked for it; null once that person has left." })
  createdById!: string;

  @Column(() => Int, { sql: "integer", description: "How many texts were asked for, 1 to 100." })
  total!: number;

  @count(GenerationStatus.OPEN, "How many are not written yet.")
  readonly open?: number;

  @count(GenerationStatus.SUCCEEDED, "How many ended with their whole text.")
  readonly succeeded?: number;

  @count(GenerationStatus.FAILED, "How many failed; their `errorCode` says why.")
  readonly failed?: number;

  @count(GenerationStatus.CANCELLED, "How many were cancelled before their end.")
  readonly cancelled?: number;

  @Collection(() => Generation, {
    by: "batchId",
    description: "Its generations; `batchPosition` says of which item each is.",
  })
  readonly generations?: never;
}
