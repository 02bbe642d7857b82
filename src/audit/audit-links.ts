import { type RawBuilder, sql } from "kysely";
import type { AuditLink, AuditRecord, SignedCheckpoint } from "#src/platform/audit-chain.js";

/** Microseconds, so that not even a digit that JavaScript does not show can be changed. */
const time = (column: RawBuilder<unknown>) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Columns of the entry `e`, under the names that an `AuditRecord` has. */
export const recordColumns = sql`e.id, e.workspace_id as "workspaceId", e.actor_id as "actorId",
  e.credential_id as "credentialId", e.action, e.outcome, e.code, e.subject_id as "subjectId", e.before, e.after,
  e.request_id as "requestId", ${time(sql`e.created_at`)} as "createdAt", e.mac`;

/** Columns of the seal `s`. */
export const sealColumns = sql`s.sequence, s.entry_id as "entryId", s.hash, ${time(sql`s.sealed_at`)} as "sealedAt"`;

/** A row of `recordColumns`; everything is null when a join has found no entry. */
export type RecordRow = { [Name in keyof AuditRecord]: AuditRecord[Name] | null };
export type LinkRow = RecordRow & { sequence: string; entryId: string; hash: string; sealedAt: string };

export const recordOf = (row: RecordRow): AuditRecord | null => {
  if (row.id === null) return null;
  const { id, workspaceId, actorId, credentialId, action, outcome, code, subjectId, before, after } =
    row as AuditRecord;
  const { requestId, createdAt, mac } = row as AuditRecord;
  return {
    ...{ id, workspaceId, actorId, credentialId, action, outcome, code, subjectId, before, after },
    ...{ requestId, createdAt, mac },
  };
};

export const linkOf = (row: LinkRow): AuditLink => ({
  sequence: Number(row.sequence),
  sealedAt: row.sealedAt,
  entryId: row.entryId,
  entry: recordOf(row),
  hash: row.hash,
});

export interface CheckpointRow extends Omit<SignedCheckpoint, "at"> {
  readonly at: string;
}

export const checkpointColumns = sql`c.workspace_id as "workspaceId",
  c.first_sequence as "firstSequence", c.sequence, c.hash, c.at, c.key_id as "keyId", c.signature`;

/** The form in which a checkpoint is signed, exported and kept. */
export const signedOf = ({
  workspaceId,
  firstSequence,
  sequence,
  hash,
  at,
  keyId,
  signature,
}: CheckpointRow): SignedCheckpoint => ({
  workspaceId,
  firstSequence: Number(firstSequence),
  sequence: Number(sequence),
  hash,
  at: new Date(at).toISOString(),
  keyId,
  signature,
});
