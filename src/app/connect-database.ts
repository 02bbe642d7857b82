import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { auditKeyOf } from "../audit/create-audit.js";
import { type Clock, systemClock } from "../platform/clock.js";
import type { Config } from "../platform/config.js";
import { Database } from "../platform/database.js";
import type { Keys } from "../platform/keys.js";
import { entities } from "./entities.js";

const above = join(dirname(fileURLToPath(import.meta.url)), "..");
/** `migrations` beside `src`; new ones are written to the sources, one level up from the build. */
const migrations = { path: join(above, "..", "migrations"), pathTs: join(above, "..", "..", "migrations") };

/** Without keys it serves whoever changes nothing that is audited. */
export const connectDatabase = (
  config: Config,
  url: string,
  clock: Clock = systemClock,
  keys?: Keys,
): Promise<Database> =>
  Database.connect({ ...config.database, url, entities, clock, migrations, auditKey: keys && auditKeyOf(keys) });
