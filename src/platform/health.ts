import { sql } from "kysely";
import type { Database } from "./database.js";

const probeMs = 2_000;

export interface Health {
  readonly status: "ok" | "unavailable";
  readonly database: "ok" | "unavailable";
  readonly uptimeSeconds: number;
}

/** Whether this process can do its work now. */
export const checkHealth = async (database: Database): Promise<Health> => {
  const timeout = new Promise<false>((resolve) => setTimeout(resolve, probeMs, false).unref());
  const probe = database.row(sql`select 1`).then(
    () => true,
    () => false,
  );
  const status = (await Promise.race([probe, timeout])) ? "ok" : "unavailable";
  return { status, database: status, uptimeSeconds: Math.floor(process.uptime()) };
};
