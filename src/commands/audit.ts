import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { connectDatabase } from "../app/connect-database.js";
import type { AuditService } from "../audit/audit-service.js";
import { createAudit } from "../audit/create-audit.js";
import { type Actor, noWorkspace } from "../platform/actor.js";
import { canonicalJson, verifyAuditFile } from "../platform/audit-chain.js";
import { PostgresBus } from "../platform/bus-postgres.js";
import { systemClock } from "../platform/clock.js";
import { readConfig, readEnvironment } from "../platform/config.js";
import { keysFrom, loadSecret } from "../platform/keys.js";
import { createLogger } from "../platform/logger.js";
import { openDatabase } from "./open-database.js";

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Checks an exported log. Needs neither a database nor the installation's secret. */
export const verify = async (file: string, options: { checkpoint?: string; publicKey?: string }): Promise<void> => {
  process.exitCode = await verifyAuditFile(file, options, (line) => process.stdout.write(`${line}\n`));
};

/** Writes a whole log as JSON lines, to a file or the standard output. */
export const exportLog = ({ workspace, out }: { workspace: string; out?: string }): Promise<void> =>
  withAudit(async (audit) => {
    const target = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
    for await (const line of await audit.export(operator(workspace)))
      if (!target.write(`${line}\n`)) await once(target, "drain");
    if (target !== process.stdout) await finished(target.end());
  });

/** Signs a log as it is now, and prints what is worth keeping elsewhere: one line. */
export const checkpoint = ({ workspace }: { workspace: string }): Promise<void> =>
  withAudit(async (audit) => {
    const { workspaceId, firstSequence, sequence, hash, at, keyId, signature } = await audit.createCheckpoint(
      operator(workspace),
    );
    const line = { workspaceId, firstSequence, sequence, hash, at: at.toISOString(), keyId, signature };
    process.stdout.write(`${canonicalJson(line)}\n`);
  });

/** Prints the key that checkpoints are signed with. */
export const publicKey = (): Promise<void> =>
  withAudit(async (audit) => {
    process.stdout.write(audit.publicKey.publicKey);
  });

/** Deletes what is older, up to a checkpoint. */
export const prune = ({ workspace, before }: { workspace: string; before: string }): Promise<void> =>
  withAudit(async (audit) => {
    const until = new Date(before);
    if (Number.isNaN(until.getTime())) {
      say(`✖ ${before} is not a date such as 2026-01-31.`);
      process.exitCode = 2;
      return;
    }
    const entries = await audit.prune(operator(workspace), until);
    say(entries === 0 ? "No checkpoint is that old: nothing was deleted." : `Deleted ${entries} entries.`);
  });

/** Whoever runs commands has the secret and the database: entries say no more of it than that. */
const operator = (workspaceId: string = noWorkspace): Actor => ({
  workspaceId,
  userId: "",
  permissions: new Set(),
  requestId: "command line",
  isSystem: true,
});

const withAudit = async (work: (audit: AuditService) => Promise<void>): Promise<void> => {
  const config = readConfig(readEnvironment());
  const keys = keysFrom(await loadSecret(config));
  const logger = createLogger({ level: "warn", pretty: false });
  const opened = await openDatabase(config, say);
  try {
    const database = await connectDatabase(config, opened.url, systemClock, keys);
    const bus = await PostgresBus.connect(opened.url, await database.pool(), logger);
    try {
      await work(createAudit(keys, { database, bus, clock: systemClock, logger }).service);
    } finally {
      await bus.close();
      await database.close();
    }
  } finally {
    await opened.stop();
  }
};
