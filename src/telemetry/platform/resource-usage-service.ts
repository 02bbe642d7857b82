import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import type { Following, Live } from "#src/platform/live.js";
import type { ResourceUsage } from "./resource-usage.js";
import { usageLog, usagePlace } from "./resource-usage-log.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly live: Live;
}

/** A figure that is older than the newest one of its twin by so much is not told any more, in milliseconds. */
const leastLateMs = 60_000;

/** What the hosts of the installation have in use, as the platform has measured it. */
export class ResourceUsageService {
  constructor(private readonly deps: Deps) {}

  /** Each host as it is, then again whenever it was measured; behind a cursor those that were measured since. */
  follow(after: string | null | undefined): Following<ResourceUsage> {
    const { config, database, live } = this.deps;
    const { platformMs } = config.telemetry;
    if (platformMs === 0)
      throw new DomainError(
        "CONFLICT",
        "The platform does not measure itself, because ATRIUM_PLATFORM_TELEMETRY_SECONDS is 0: an operator can set it to 5.",
      );
    return live.follow(usageLog(database, Math.max(leastLateMs, 3 * platformMs)), usagePlace(after));
  }
}
