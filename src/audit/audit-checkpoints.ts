import { type KeyObject, sign } from "node:crypto";
import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import { checkpointMessage, keyIdOf, type SignedCheckpoint } from "#src/platform/audit-chain.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import { AuditCheckpoint } from "./audit-checkpoint.js";
import { type CheckpointRow, checkpointColumns, signedOf } from "./audit-links.js";

/** A log that goes on is signed this often, in milliseconds. */
const everyMs = 60 * 60_000;
const batch = 100;

interface CheckpointKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Those of the secret before this one. */
  readonly retired: readonly KeyObject[];
}

/** Signs what a log is at a time: every hour in which it went on, and when somebody asks. */
export class AuditCheckpoints {
  readonly #key: CheckpointKey;
  readonly keyId: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    key: CheckpointKey,
  ) {
    this.#key = key;
    this.keyId = keyIdOf(key.publicKey);
  }

  get publicKey(): KeyObject {
    return this.#key.publicKey;
  }

  /** All keys that a checkpoint may be signed with. */
  get trusted(): readonly KeyObject[] {
    return [this.#key.publicKey, ...this.#key.retired];
  }

  /** Signs the last sealed entry of the actor's log. Throws CONFLICT when nothing is sealed yet. */
  create(actor: Actor): Promise<AuditCheckpoint> {
    return this.database.write(asSystem(actor), async (change) => {
      const checkpoint = await this.sign(change);
      if (checkpoint === undefined) throw new DomainError("CONFLICT", "The audit log has no sealed entry to sign yet.");
      change.audit("audit.checkpoint_created", checkpoint);
      return checkpoint;
    });
  }

  /**
   * Signs the last sealed entry of the log in whose workspace the change acts; nothing when there is none. Where a log begins
   * is handed on from checkpoint to checkpoint: only retention says another `firstSequence`.
   */
  async sign(change: Change, firstSequence?: number): Promise<AuditCheckpoint | undefined> {
    const { workspaceId } = change.actor;
    const [head] = await change.sql(sql<{ sequence: string; hash: string; first: number | null }>`
      select sequence, hash, (select first_sequence from audit_checkpoint where workspace_id = ${workspaceId}
        order by sequence desc, first_sequence desc limit 1) as first
      from audit_seal where workspace_id = ${workspaceId} order by sequence desc limit 1`);
    if (head === undefined) return undefined;
    const at = change.now;
    const statement = {
      workspaceId,
      firstSequence: firstSequence ?? Number(head.first ?? 1),
      sequence: Number(head.sequence),
      hash: head.hash,
      at: at.toISOString(),
      keyId: this.keyId,
    };
    const signature = sign(null, checkpointMessage(statement), this.#key.privateKey).toString("base64url");
    return change.create(AuditCheckpoint, { ...statement, at, signature });
  }

  /** Signs every log that has gone on since its last checkpoint, when that is an hour old. */
  async signDue(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - everyMs);
    for (let found = batch; found === batch; ) {
      const due = await this.database.upkeep(sql<{ workspaceId: string }>`
        select w.id as "workspaceId" from (select id from workspace union all select ${noWorkspace}) w
        cross join lateral (
          select sequence from audit_seal where workspace_id = w.id order by sequence desc limit 1) h
        left join lateral (
          select sequence, at from audit_checkpoint where workspace_id = w.id order by sequence desc, at desc limit 1) c on true
        where c.sequence is null or (c.sequence < h.sequence and c.at <= ${before}) limit ${batch}`);
      for (const { workspaceId } of due) {
        const actor = { workspaceId, userId: "", permissions: new Set<string>(), requestId: "audit sealer" };
        await this.database.write(asSystem(actor), (change) => this.sign(change));
      }
      found = due.length;
    }
  }

  /** All that were signed, the oldest first. */
  async of(workspaceId: string): Promise<SignedCheckpoint[]> {
    const rows = await this.database.rows(sql<CheckpointRow>`select ${checkpointColumns} from audit_checkpoint c
      where c.workspace_id = ${workspaceId} order by c.sequence, c.id`);
    return rows.map(signedOf);
  }
}
