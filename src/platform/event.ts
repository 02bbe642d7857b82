import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLJSONObject } from "graphql-scalars";
import { Field, ID } from "type-graphql";
import { Column, PrivateColumn, Stored } from "./column.js";
import { Row } from "./row.js";

/**
 * Append-only. Its place in the log is (`xid`, `position`): transactions in the order of their ids, and within one
 * transaction the order of writing. Readers stop below the oldest transaction that still runs, so an entry that commits
 * late can never land behind a cursor that was already given out.
 */
@Stored({ table: "event", description: "Something that happened, in the order in which it became true." })
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

  @PrivateColumn({ sql: "text" })
  requestId!: string;

  @Column(() => GraphQLJSONObject, { sql: "jsonb", description: "What a reader needs without asking again." })
  data!: Record<string, unknown>;

  @Field(() => String, { description: "Give it as `after` to go on behind this event." })
  cursor!: string;
}

export const eventTopic = (workspaceId: string) => `events:${workspaceId}`;
