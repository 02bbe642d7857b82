import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { connectDatabase } from "../app/connect-database.js";
import { MailService, type ReadMail } from "../identity/mail-service.js";
import type { Bus } from "../platform/bus.js";
import { PostgresBus } from "../platform/bus-postgres.js";
import { readConfig, readEnvironment } from "../platform/config.js";
import { KeyRing } from "../platform/key-ring.js";
import { keysFrom, loadSecret } from "../platform/keys.js";
import { createLogger } from "../platform/logger.js";
import { Vault } from "../platform/vault.js";
import { openDatabase } from "./open-database.js";

interface Options {
  to?: string;
  last: string;
  follow?: boolean;
}

/** Pause between two looks for new mails, in milliseconds. */
const lookMs = 1_000;

/** Prints the last mails as they were written: for the operator, and for a first look without a mail server. */
export const mail = async ({ to, last, follow = false }: Options): Promise<void> => {
  const count = Math.min(100, Math.max(1, Math.trunc(Number(last)) || 10));
  const config = readConfig(readEnvironment());
  const opened = await openDatabase(config);
  const database = await connectDatabase(config, opened.url);
  let bus: Bus | undefined;
  try {
    const keys = keysFrom(await loadSecret(config), config.previousSecret);
    const logger = createLogger({ level: "silent", pretty: false });
    bus = await PostgresBus.connect(opened.url, await database.pool(), logger);
    const mails = new MailService(database, new Vault(new KeyRing(database, keys, bus)), undefined, logger);
    const printed = new Set<string>();
    const print = (found: readonly ReadMail[]) => {
      for (const each of found.filter(({ id }) => !printed.has(id))) {
        printed.add(each.id);
        process.stdout.write(render(each));
      }
    };
    print(await mails.last(count, to));
    if (printed.size === 0) process.stdout.write(to === undefined ? "  No mails.\n" : `  No mails to ${to}.\n`);
    while (follow) {
      await sleep(lookMs);
      print(await mails.last(count, to));
    }
  } finally {
    await bus?.close();
    await database.close();
    await opened.stop();
  }
};

const render = ({ createdAt, status, to, subject, text, lastError }: ReadMail): string => {
  const head = [
    styleText("bold", subject),
    styleText("dim", `${createdAt.toISOString()}  to ${to}  ${status}${lastError === null ? "" : `: ${lastError}`}`),
  ];
  return `\n${[...head, "", text ?? "(sent, and forgotten here)"].join("\n").replaceAll(/^/gm, "  ")}\n`;
};
