import { AuditEntry } from "#src/platform/audit-entry.js";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { Logger } from "#src/platform/logger.js";
import { AuditCheckpoint } from "./audit-checkpoint.js";
import { AuditCheckpoints } from "./audit-checkpoints.js";
import { AuditSeal, AuditUnsealed } from "./audit-seal.js";
import { AuditSealer } from "./audit-sealer.js";
import { AuditService } from "./audit-service.js";
import { DenialLog } from "./denial-log.js";

/** The tables of the log. */
export const auditEntities = [AuditEntry, AuditSeal, AuditUnsealed, AuditCheckpoint];

/** The key of the codes that entries are written with. */
export const auditKeyOf = (keys: Keys): Buffer => keys.derive("audit-entry");

type SigningPair = ReturnType<Keys["signing"]>;

export interface Audit {
  readonly service: AuditService;
  readonly checkpoints: AuditCheckpoints;
  readonly denials: DenialLog;
  start(): void;
  /** Stores what was counted, and seals no more. */
  stop(): Promise<void>;
}

/** The audit log over a database. Nothing runs by itself until it is started. */
export const createAudit = (
  keys: Keys,
  deps: { database: Database; bus: Bus; clock: Clock; logger: Logger },
): Audit => {
  // What was written before the secret was changed is checked by the keys of ATRIUM_SECRET_PREVIOUS.
  const all = [keys, ...(keys.previous === undefined ? [] : [keys.previous])];
  const [signing, ...former] = all.map((each) => each.signing("audit-checkpoint"));
  const retired = former.map(({ publicKey }) => publicKey);
  const checkpoints = new AuditCheckpoints(deps.database, deps.clock, { ...(signing as SigningPair), retired });
  const auditKeys = all.map(auditKeyOf);
  const sealer = new AuditSealer({ ...deps, auditKeys, checkpoints });
  const denials = new DenialLog(deps.database, deps.logger);
  return {
    service: new AuditService({ ...deps, auditKeys, checkpoints, sealer }),
    checkpoints,
    denials,
    start: () => {
      sealer.start();
      denials.start();
    },
    stop: async () => {
      await denials.stop();
      await sealer.stop();
    },
  };
};
