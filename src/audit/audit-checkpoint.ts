import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { ID } from "type-graphql";
import { Column, Stored } from "#src/platform/column.js";
import { defineList } from "#src/platform/lists/list.js";
import { Node } from "#src/platform/node.js";

/** Append-only, like the entries. */
@Stored({
  table: "audit_checkpoint",
  description:
    "A signed statement of what a workspace's audit log was at a time. Kept elsewhere, it proves that the log is still the same.",
})
@Index({ name: "audit_checkpoint_place", properties: ["workspaceId", "sequence", "id"] })
export class AuditCheckpoint extends Node {
  @Column(() => ID, { sql: "text", description: "Whose log: a workspace's, or `system` for the installation's." })
  workspaceId!: string;

  @Column(() => GraphQLSafeInt, {
    sql: "double precision",
    description: "Place of the oldest entry that was kept: 1, until retention deletes some.",
  })
  firstSequence!: number;

  @Column(() => GraphQLSafeInt, {
    sql: "double precision",
    description: "How many entries the log had, 1 or more.",
    sort: true,
  })
  sequence!: number;

  @Column(() => String, { sql: "text", description: "Hash of the last of them: SHA-256, in hex." })
  hash!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was signed.",
    filter: true,
    sort: true,
  })
  at!: Date;

  @Column(() => String, { sql: "text", description: "Which key signed it; `GET /audit/public-key` gives the key." })
  keyId!: string;

  @Column(() => String, { sql: "text", description: "Ed25519 over the other fields (docs/audit.md), in base64url." })
  signature!: string;
}

export const checkpointList = defineList(AuditCheckpoint, { plural: "auditCheckpoints" });
