import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLJSONObject } from "graphql-scalars";
import { Field, ID } from "type-graphql";
import { Column, PrivateColumn, Stored } from "./column.js";
import { type Visibility, visibleToSharers } from "./owned-row.js";
import { Row } from "./row.js";

/**
 * Append-only. Its place in the log is (`xid`, `position`): transactions in the order of their ids, and within one
 * transaction the order of writing. Readers stop below the oldest transaction that still runs, so an entry that commits
 * late can never land behind a cursor that was already given out.
 */
@Stored({
  table: "event",
  description: "Something that happened, in the order in which it became true.",
  visible: visibleToSharers({ subject: "subject_id", owner: "owner_id" }),
})
@Index({ name: "event_subject", properties: ["subjectId"] })
@Index({ name: "event_workspace_place", properties: ["workspaceId", "xid", "position"] })
export class Event extends Row {
  @PrivateColumn({ sql: "xid8", defaultRaw: "pg_current_xact_id()" })
  xid!: string;

  @PrivateColumn({ sql: "bigint", identity: true })
  position!: string;

  @Column(() => String, { sql: "text", description: "Noun and past participle, such as `quote.created`." })
  kind!: string;

  @Column(() => ID, { sql: "text", description: "What it happened to; `node(id)` reads it." })
  subjectId!: string;

  @Column(() => ID, { sql: "text", description: "The user on whose behalf it happened." })
  actorId!: string;

  /** That of its subject, also when that changes later: what is private now has no public past. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;

  /** Who made its subject; null where nobody owns that. */
  @PrivateColumn({ sql: "text", nullable: true })
  ownerId!: string | null;

  @PrivateColumn({ sql: "text" })
  requestId!: string;

  @Column(() => GraphQLJSONObject, { sql: "jsonb", description: "What a reader needs without asking again." })
  data!: Record<string, unknown>;

  @Field(() => String, { description: "Give it as `after` to go on behind this event." })
  cursor!: string;
}

export const eventTopic = (workspaceId: string) => `events:${workspaceId}`;
