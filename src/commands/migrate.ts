import { Command } from "commander";
import { connectDatabase } from "../app.js";
import { readConfig, readEnvironment } from "../platform/config.js";
import type { Database } from "../platform/database.js";
import { migrateDown, migrateUp } from "../platform/migrate.js";
import { openDatabase } from "./open-database.js";

const withDatabase = async (work: (database: Database, url: string) => Promise<void>) => {
  const config = readConfig(readEnvironment());
  const opened = await openDatabase(config);
  const database = await connectDatabase(config, opened.url);
  try {
    await work(database, opened.url);
  } finally {
    await database.close();
    await opened.stop();
  }
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const printAll = (names: readonly string[], verb: string): void => {
  print(names.length === 0 ? "Nothing to do." : names.map((name) => `${verb} ${name}`).join("\n"));
};

export const migrateCommand = (): Command => {
  const migrate = new Command("migrate").description("change the tables of the database");
  migrate
    .command("up")
    .description("bring the database to the newest version")
    .action(() => withDatabase(async (database, url) => printAll(await migrateUp(database, url), "applied")));
  migrate
    .command("down")
    .description("take back the newest migration")
    .action(() => withDatabase(async (database, url) => printAll(await migrateDown(database, url), "took back")));
  migrate
    .command("status")
    .description("list what is applied and what is not")
    .action(() =>
      withDatabase(async ({ migrator }) => {
        for (const { name } of await migrator.getExecuted()) print(`applied  ${name}`);
        for (const { name } of await migrator.getPending()) print(`pending  ${name}`);
      }),
    );
  migrate
    .command("create")
    .description("write a migration from the difference between the classes and the last migration")
    .action(() =>
      withDatabase(async ({ migrator }) => {
        const { fileName } = await migrator.create();
        print(fileName === "" ? "The classes and the migrations agree." : `wrote ${fileName}`);
      }),
    );
  return migrate;
};
