import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLJSONObject } from "graphql-scalars";
import { Int, registerEnumType } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Collection, Column, EnumColumn, Reference, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { TwinRelation } from "./twin-relation.js";
import { twinChanges, twinLinkChanges } from "./twin-triggers.js";

export enum TwinStatus {
  PLANNED = "PLANNED",
  ACTIVE = "ACTIVE",
  MAINTENANCE = "MAINTENANCE",
  INACTIVE = "INACTIVE",
  RETIRED = "RETIRED",
}

registerEnumType(TwinStatus, {
  name: "TwinStatus",
  description: "Where a thing is in its life.",
  valuesConfig: {
    PLANNED: { description: "It is not there yet." },
    ACTIVE: { description: "It is in use." },
    MAINTENANCE: { description: "It is being looked after, and comes back." },
    INACTIVE: { description: "It is there and not in use." },
    RETIRED: { description: "It will not be used again." },
  },
});

@Stored({
  table: "twin",
  description:
    "The digital twin of a thing: a machine, a building, a vehicle, a process. All members of its workspace see it.",
  // They go with it.
  alsoWrites: ["twin_link", "metric"],
  triggers: { twin_changes: twinChanges },
})
@Unique({ name: "twin_external", properties: ["workspaceId", "externalId"] })
@Index({ name: "twin_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({ name: "twin_metadata", properties: ["metadata"], type: "gin" })
export class Twin extends Row {
  @Column(() => String, {
    sql: "varchar(200)",
    description: "What it is called, 1 to 200 characters.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    description: "What kind of thing it is, such as `pump`: 1 to 100 characters.",
    filter: true,
    sort: true,
    group: true,
  })
  type!: string;

  @Column(() => String, {
    sql: "varchar(200)",
    nullable: true,
    description:
      "What other systems call it, unique in its workspace, at most 200 characters: collectors name it by this. Null when it has no such name.",
    filter: true,
  })
  externalId!: string | null;

  @Column(() => String, {
    sql: "varchar(500)",
    nullable: true,
    description: "Where it is, at most 500 characters; null when nobody has said.",
    filter: true,
    group: true,
  })
  location!: string | null;

  @EnumColumn("TwinStatus", TwinStatus, { description: "Where it is in its life.", filter: true, group: true })
  status!: TwinStatus;

  @Column(() => GraphQLJSONObject, {
    sql: "jsonb",
    description: "Whatever else is known of it, at most 64 KiB as JSON.",
    defaultRaw: "'{}'",
    filter: true,
  })
  metadata!: Record<string, unknown>;

  @Column(() => Int, {
    sql: "integer",
    description: "Counts the changes of what is said of it, from 1: `updateTwin` names the one that it is about.",
    filter: true,
  })
  revision!: number;

  @Reference(() => User, {
    field: "createdBy",
    description: "Who registered it; null for what Atrium registers by itself, and once that person has left.",
    nullable: true,
  })
  createdById!: string | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last changed; telemetry is no change.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;

  @Collection(() => TwinLink, { by: "parentId", description: "How it relates to others, as their parent." })
  readonly childLinks?: never;

  @Collection(() => TwinLink, { by: "childId", description: "How it relates to others, as their child." })
  readonly parentLinks?: never;
}

@Stored({
  table: "twin_link",
  description: "How two twins relate.",
  triggers: { twin_link_changes: twinLinkChanges },
})
@Unique({ name: "twin_link_pair", properties: ["parentId", "childId", "relation"] })
@Index({ name: "twin_link_child", properties: ["childId", "relation"] })
@Index({ name: "twin_link_created", properties: ["workspaceId", "createdAt", "id"] })
export class TwinLink extends Row {
  @Reference(() => Twin, {
    field: "parent",
    description: "The one that contains, needs or feeds.",
    deleteRule: "cascade",
  })
  parentId!: string;

  @Reference(() => Twin, { field: "child", description: "The other one.", deleteRule: "cascade" })
  childId!: string;

  @EnumColumn("TwinRelation", TwinRelation, { description: "How they relate.", filter: true, group: true })
  relation!: TwinRelation;

  @Reference(() => User, {
    field: "createdBy",
    description: "Who linked them; null for what Atrium links by itself, and once that person has left.",
    nullable: true,
  })
  createdById!: string | null;
}
