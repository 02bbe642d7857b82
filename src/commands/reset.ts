import { rm } from "node:fs/promises";
import { readConfig, readEnvironment } from "../platform/config.js";
import { startEmbeddedPostgres } from "../platform/embedded-postgres.js";
import { SettingError } from "../platform/errors.js";

/** Empties the data folder. An external database is never touched. */
export const reset = async ({ yes }: { yes?: boolean }): Promise<void> => {
  const { dataDir, database } = readConfig(readEnvironment());
  if (database.url !== undefined)
    throw new SettingError("DATABASE_URL", "points to a database of your own, which reset does not touch.");
  if (!yes)
    throw new SettingError(
      "--yes",
      `This deletes everything in ${dataDir}. Run it again with --yes if that is what you want.`,
    );
  const running = await startEmbeddedPostgres({ dataDir });
  if (!(await running.stop())) throw new SettingError("ATRIUM_DATA_DIR", `${dataDir} is in use: stop Atrium first.`);
  await rm(dataDir, { recursive: true, force: true });
  process.stdout.write(`Deleted ${dataDir}.\n`);
};
