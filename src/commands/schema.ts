import { readFile, writeFile } from "node:fs/promises";
import { lexicographicSortSchema, printSchema } from "graphql";
import { createSchema } from "#resolvers/schema.js";
import { SettingError } from "../platform/errors.js";

/** The contract as text: sorted, so that a difference is a difference. */
const schemaText = (): string => `${printSchema(lexicographicSortSchema(createSchema()))}\n`;

export const printSchemaTo = async (file: string | undefined): Promise<void> => {
  if (file === undefined) process.stdout.write(schemaText());
  else await writeFile(file, schemaText());
};

export const checkSchema = async (file: string): Promise<void> => {
  if ((await readFile(file, "utf8")) !== schemaText()) {
    throw new SettingError(file, "is not the schema of this version: run `npm run codegen` and commit the result.");
  }
  process.stdout.write(`${file} is the schema of this version.\n`);
};
