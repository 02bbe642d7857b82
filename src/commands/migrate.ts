import { connectDatabase } from "../app/connect-database.js";
import { readConfig, readEnvironment } from "../platform/config.js";
import type { Database } from "../platform/database.js";
import { migrateDown, migrateUp } from "../platform/migrate.js";
import { openDatabase } from "./open-database.js";

export const up = () => withDatabase(async (database, url) => printAll(await migrateUp(database, url), "applied"));

export const down = (to?: string) =>
  withDatabase(async (database, url) => printAll(await migrateDown(database, url, to), "took back"));

export const status = () =>
  withDatabase(async ({ migrator }) => {
    for (const { name } of await migrator.getExecuted()) print(`applied  ${name}`);
    for (const { name } of await migrator.getPending()) print(`pending  ${name}`);
  });

export const create = () =>
  withDatabase(async ({ migrator }) => {
    const { fileName } = await migrator.create();
    print(fileName === "" ? "The classes and the migrations agree." : `wrote ${fileName}`);
  });

const withDatabase = async (work: (database: Database, url: string) => Promise<void>) => {
  const config = readConfig(readEnvironment());
  const opened = await openDatabase(config);
  try {
    const database = await connectDatabase(config, opened.url);
    try {
      await work(database, opened.url);
    } finally {
      await database.close();
    }
  } finally {
    await opened.stop();
  }
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const printAll = (names: readonly string[], verb: string): void =>
  print(names.length === 0 ? "Nothing to do." : names.map((name) => `${verb} ${name}`).join("\n"));
