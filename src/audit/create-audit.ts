import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { Logger } from "#src/platform/logger.js";
import { AuditCheckpoints } from "./audit-checkpoints.js";
import { AuditSealer } from "./audit-sealer.js";
import { AuditService } from "./audit-service.js";

/** The key of the codes that entries are written with. */
export const auditKeyOf = (keys: Keys): Buffer => keys.derive("audit-entry");

interface Audit {
  readonly checkpoints: AuditCheckpoints;
  readonly sealer: AuditSealer;
  readonly service: AuditService;
}

/** The audit log over a database. Nothing runs by itself until the sealer is started. */
export const createAudit = (
  keys: Keys,
  deps: { database: Database; bus: Bus; clock: Clock; logger: Logger },
): Audit => {
  const checkpoints = new AuditCheckpoints(deps.database, deps.clock, keys.signing("audit-checkpoint"));
  const auditKey = auditKeyOf(keys);
  const sealer = new AuditSealer({ ...deps, auditKey, checkpoints });
  return { checkpoints, sealer, service: new AuditService({ ...deps, auditKey, checkpoints, sealer }) };
};
