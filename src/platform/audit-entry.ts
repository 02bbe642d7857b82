import { createHmac, timingSafeEqual } from "node:crypto";
import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLJSONObject } from "graphql-scalars";
import { ID, registerEnumType } from "type-graphql";
import { type AuditRecord, tagged } from "./audit-chain.js";
import { Column, EnumColumn, PrivateColumn, Stored } from "./column.js";
import { defineList } from "./lists/list.js";
import { Row } from "./row.js";

export enum AuditOutcome {
  SUCCEEDED = "SUCCEEDED",
  DENIED = "DENIED",
}

registerEnumType(AuditOutcome, {
  name: "AuditOutcome",
  description: "How an attempt ended.",
  valuesConfig: {
    SUCCEEDED: { description: "It became true." },
    DENIED: { description: "It was refused, and changed nothing." },
  },
});

/**
 * Append-only: the database refuses to change or delete it. It is written in the commit of what it tells of, with a code
 * that only the installation can make; within a second it is sealed into its workspace's chain (src/audit).
 */
@Stored({ table: "audit_entry", description: "Who did what, when, and what it was before and after." })
@Index({ name: "audit_entry_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "audit_entry_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({ name: "audit_entry_subject", properties: ["workspaceId", "subjectId", "id"] })
@Index({ name: "audit_entry_actor", properties: ["workspaceId", "actorId", "id"] })
export class AuditEntry extends Row {
  @Column(() => ID, {
    sql: "text",
    nullable: true,
    description: "The user who did it, or on whose behalf a job did; null when nobody had signed in.",
    filter: true,
    group: true,
  })
  actorId!: string | null;

  @Column(() => ID, {
    sql: "text",
    nullable: true,
    description: "What the user acted with: a session, an API key, or a job. Null when nobody had signed in.",
    filter: true,
  })
  credentialId!: string | null;

  @Column(() => String, {
    sql: "text",
    description: "What was done, such as `quote.updated`; for a denial the root field, such as `updateQuote`.",
    filter: true,
    group: true,
  })
  action!: string;

  @EnumColumn("AuditOutcome", AuditOutcome, { description: "How it ended.", filter: true, group: true })
  outcome!: AuditOutcome;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "The error's code, for a denial.",
    filter: true,
    group: true,
  })
  code!: string | null;

  @Column(() => ID, {
    sql: "text",
    nullable: true,
    description: "What it was done to; null for a denial that names nothing.",
    filter: true,
  })
  subjectId!: string | null;

  @Column(() => GraphQLJSONObject, {
    sql: "jsonb",
    nullable: true,
    description:
      "What was changed or removed, as it was. Personal values are replaced by `(personal)`, those of private things by `(private)`.",
  })
  before!: Record<string, unknown> | null;

  @Column(() => GraphQLJSONObject, {
    sql: "jsonb",
    nullable: true,
    description: "What was made or changed, as it is since. For a denial `times`, when it came more than once.",
  })
  after!: Record<string, unknown> | null;

  @Column(() => ID, { sql: "text", description: "The request, as logs name it.", filter: true })
  requestId!: string;

  /** HMAC-SHA-256 of all the others, so that a row that is altered before it is sealed is found as well. */
  @PrivateColumn({ sql: "text" })
  mac!: string;
}

export const auditList = defineList(AuditEntry, { plural: "auditLog" });

/** Wakes the sealer. */
export const auditTopic = "audit";

type Unsigned = Omit<AuditRecord, "mac">;

export const auditMac = (key: Buffer, record: Unsigned & { readonly mac?: string }): string => {
  const { mac: _, ...fields } = record;
  return createHmac("sha256", key).update(tagged("atrium-audit-entry-v1", fields)).digest("hex");
};

/** True when the record is what the installation wrote, by its secret or the one before. */
export const hasAuditMac = (keys: readonly Buffer[], record: AuditRecord): boolean => {
  const given = Buffer.from(record.mac);
  return keys.some((key) => {
    const wanted = Buffer.from(auditMac(key, record));
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
};

/** The form in which an entry is hashed; what is read from the database has its times in it with six digits. */
export const toAuditRecord = ({
  createdAt,
  mac: _,
  ...entry
}: Omit<AuditEntry, "mac"> & { mac?: string }): Unsigned => ({
  id: entry.id,
  workspaceId: entry.workspaceId,
  actorId: entry.actorId,
  credentialId: entry.credentialId,
  action: entry.action,
  outcome: entry.outcome,
  code: entry.code,
  subjectId: entry.subjectId,
  before: entry.before,
  after: entry.after,
  requestId: entry.requestId,
  createdAt: createdAt.toISOString().replace("Z", "000Z"),
});
