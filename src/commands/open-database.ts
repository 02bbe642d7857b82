import type { Config } from "../platform/config.js";
import { startEmbeddedPostgres } from "../platform/embedded-postgres.js";

export interface OpenDatabase {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** The configured database, or the embedded one, started. */
export const openDatabase = async (config: Config, say: (step: string) => void = () => {}): Promise<OpenDatabase> => {
  if (config.database.url !== undefined) return { url: config.database.url, stop: async () => {} };
  return startEmbeddedPostgres({ dataDir: config.dataDir, progress: say });
};
