import type { Database } from "#src/platform/database.js";
import type { Live } from "#src/platform/live.js";
import { TwinLinkService } from "./twin-link-service.js";
import { TwinService } from "./twin-service.js";

interface Deps {
  readonly database: Database;
  readonly live: Live;
}

export interface Twins {
  readonly twins: TwinService;
  readonly twinLinks: TwinLinkService;
}

/** The registry of things. */
export const createTwins = ({ database, live }: Deps): Twins => ({
  twins: new TwinService({ database, live }),
  twinLinks: new TwinLinkService(database),
});
