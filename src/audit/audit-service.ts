import { sql } from "kysely";
import { type Actor, asSystem } from "#src/platform/actor.js";
import {
  AuditChain,
  type AuditLine,
  type AuditLink,
  type AuditProblem,
  canonicalJson,
  linkHash,
  type SignedCheckpoint,
} from "#src/platform/audit-chain.js";
import { hasAuditMac } from "#src/platform/audit-entry.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { AuditCheckpoint } from "./audit-checkpoint.js";
import type { AuditCheckpoints } from "./audit-checkpoints.js";
import { type LinkRow, linkOf, type RecordRow, recordColumns, recordOf, sealColumns } from "./audit-links.js";
import type { AuditSealer } from "./audit-sealer.js";
import { AuditVerification, type KeptCheckpoint } from "./audit-verification.js";

/** Entries that are in memory at a time, whatever the length of a log. */
const page = 1_000;

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly auditKeys: readonly Buffer[];
  readonly checkpoints: AuditCheckpoints;
  readonly sealer: AuditSealer;
}

/** Audit logs as people use them: verified, signed, taken along. */
export class AuditService {
  /** One check of a log at a time: who asks meanwhile gets the same answer. */
  readonly #verifying = new Map<string, Promise<AuditVerification>>();

  constructor(private readonly deps: Deps) {}

  /** The key that checkpoints are signed with, as PEM, and its name. */
  get publicKey(): { keyId: string; algorithm: "Ed25519"; publicKey: string } {
    const { keyId, publicKey } = this.deps.checkpoints;
    return { keyId, algorithm: "Ed25519", publicKey: publicKey.export({ format: "pem", type: "spki" }).toString() };
  }

  /** Seals what is there, and signs it. */
  async createCheckpoint(actor: Actor): Promise<AuditCheckpoint> {
    await this.deps.sealer.catchUp();
    return this.deps.checkpoints.create(actor);
  }

  /**
   * Goes through the whole log of the actor's workspace, and names the first thing that is wrong with it. A checkpoint that
   * was kept elsewhere finds even a log that was cut off or written anew.
   */
  verify({ workspaceId }: Pick<Actor, "workspaceId">, kept?: KeptCheckpoint): Promise<AuditVerification> {
    if (kept !== undefined) return this.#verify(workspaceId, [{ ...kept, workspaceId, at: kept.at.toISOString() }]);
    const running = this.#verifying.get(workspaceId);
    if (running !== undefined) return running;
    const verifying = this.#verify(workspaceId, []).finally(() => this.#verifying.delete(workspaceId));
    this.#verifying.set(workspaceId, verifying);
    return verifying;
  }

  /** The lines of the actor's whole log, as docs/audit.md describes them, up to a checkpoint that is signed now. */
  async export(actor: Actor): Promise<AsyncGenerator<string>> {
    const { workspaceId } = actor;
    await this.deps.database.write(actor, async (change) => change.audit("audit.exported", { id: workspaceId }));
    const { sequence } = await this.createCheckpoint(actor);
    return this.#lines(workspaceId, sequence);
  }

  /** Deletes everything up to the last checkpoint before this time; what is left begins behind it. Resolves with how many. */
  async prune(actor: Actor, before: Date): Promise<number> {
    const { workspaceId } = actor;
    return this.deps.database.write(asSystem(actor), async (change) => {
      const [last] = await change.sql(sql<{ sequence: string }>`select sequence::bigint from audit_checkpoint c
        where workspace_id = ${workspaceId} and at <= ${before}
          and exists (select 1 from audit_seal s where s.workspace_id = c.workspace_id and s.sequence = c.sequence)
          and exists (select 1 from audit_seal s where s.workspace_id = c.workspace_id and s.sequence > c.sequence)
        order by sequence desc limit 1`);
      if (last === undefined) return 0;
      const [pruned] = await change.sql(
        sql<{ entries: string }>`select audit_prune(${workspaceId}, ${last.sequence}::bigint) as entries`,
      );
      const entries = Number(pruned?.entries);
      await this.deps.checkpoints.sign(change, Number(last.sequence) + 1);
      const after = { entries, until: Number(last.sequence) };
      change.audit("audit.pruned", { id: workspaceId }, { after });
      return entries;
    });
  }

  async *#lines(workspaceId: string, last: number): AsyncGenerator<string> {
    yield lineOf({ type: "header", format: "atrium-audit-log", version: 1, workspaceId });
    const checkpoints = await this.deps.checkpoints.of(workspaceId);
    for (const each of checkpoints) if (each.sequence <= last) yield lineOf({ type: "checkpoint", ...each });
    for await (const link of this.#links(workspaceId))
      if (link.sequence <= last) yield lineOf({ type: "link", ...link });
      else break;
  }

  async #verify(workspaceId: string, kept: readonly SignedCheckpoint[]): Promise<AuditVerification> {
    const { checkpoints, clock } = this.deps;
    // First, so that an entry that is sealed meanwhile is met in the chain: what was written before is passed over by neither.
    const unsealed = await this.#unsealed(workspaceId);
    const known = [...kept, ...(await checkpoints.of(workspaceId))];
    const chain = new AuditChain(workspaceId, known, checkpoints.trusted);
    let problem = chain.begin();
    let firstSequence = 0;
    let checked = 0;
    let suspect: { link: AuditLink; problem: AuditProblem } | undefined;
    if (problem === undefined) {
      for await (const link of this.#links(workspaceId)) {
        if (suspect !== undefined) {
          problem = this.#judge(suspect, chain.head.hash, link);
          break;
        }
        firstSequence ||= link.sequence;
        const found = chain.next(link) ?? this.#code(link);
        if (found !== undefined) suspect = { link, problem: found };
        else checked += 1;
      }
      if (suspect !== undefined) problem ??= suspect.problem;
      problem ??= chain.end();
    }
    problem ??= unsealed.problem;
    return Object.assign(new AuditVerification(), {
      isIntact: problem === undefined,
      checkedEntries: checked,
      unsealedEntries: unsealed.count,
      checkedCheckpoints: chain.metCheckpoints,
      firstSequence: firstSequence || 1,
      lastSequence: chain.head.sequence,
      lastHash: chain.head.hash,
      firstProblem: problem ?? null,
      checkedAt: clock.now(),
    });
  }

  #code({ entry, sequence, entryId }: AuditLink): AuditProblem | undefined {
    if (entry !== null && hasAuditMac(this.deps.auditKeys, entry)) return undefined;
    const message = `Entry ${sequence} (${entryId}) does not have the code of this installation.`;
    return { kind: "FORGED", entryId, sequence, message };
  }

  /**
   * What a link that does not fit its hash says of itself: its entry has another code, so it was altered; or it is genuine,
   * and the link behind it still builds on the hash, or has the entry that belongs there; or the hash itself was altered.
   */
  #judge(
    { link, problem }: { link: AuditLink; problem: AuditProblem },
    previous: string,
    next: AuditLink,
  ): AuditProblem {
    if (problem.kind !== "ALTERED" || link.entry === null || !hasAuditMac(this.deps.auditKeys, link.entry))
      return problem;
    const { entryId, entry } = next;
    const isSwapped = linkHash(previous, { ...link, entryId, entry }) === link.hash;
    if (!isSwapped && linkHash(link.hash, next) !== next.hash) return problem;
    const message = `Entry ${link.sequence} (${link.entryId}) is genuine, but another one was sealed at its place.`;
    return { ...problem, kind: "REORDERED", message };
  }

  async *#links(workspaceId: string): AsyncGenerator<AuditLink> {
    let after = "0";
    for (;;) {
      const rows = await this.deps.database.rows(sql<LinkRow>`
        select ${sealColumns}, ${recordColumns} from audit_seal s left join audit_entry e on e.id = s.entry_id
        where s.workspace_id = ${workspaceId} and s.sequence > ${after}::bigint order by s.sequence limit ${page}`);
      for (const row of rows) yield linkOf(row);
      if (rows.length < page) return;
      after = rows.at(-1)?.sequence ?? after;
    }
  }

  /** Entries without a seal: those that wait for one are counted, and one that does not has lost it. */
  async #unsealed(workspaceId: string): Promise<{ count: number; problem: AuditProblem | undefined }> {
    let after = "";
    let count = 0;
    for (;;) {
      const rows = await this.deps.database.rows(sql<RecordRow & { id: string; waits: boolean }>`
        select ${recordColumns}, exists (select 1 from audit_unsealed q where q.entry_id = e.id) as waits from audit_entry e
        where e.workspace_id = ${workspaceId} and e.id > ${after}
          and not exists (select 1 from audit_seal s where s.entry_id = e.id)
        order by e.id limit ${page}`);
      for (const row of rows) {
        const entry = recordOf(row);
        const says = (kind: AuditProblem["kind"], message: string) => ({
          count,
          problem: { kind, entryId: row.id, sequence: null, message },
        });
        if (entry === null || !hasAuditMac(this.deps.auditKeys, entry))
          return says("FORGED", `The entry ${row.id}, not sealed yet, does not have the code of this installation.`);
        if (!row.waits) return says("MISSING", `The seal of the entry ${row.id} was deleted.`);
        count += 1;
      }
      if (rows.length < page) return { count, problem: undefined };
      after = rows.at(-1)?.id ?? after;
    }
  }
}

const lineOf = (line: AuditLine): string => canonicalJson(line);
