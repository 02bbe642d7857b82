import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { lexicographicSortSchema, printSchema } from "graphql";
import { createSchema } from "#resolvers/schema.js";
import { SettingError } from "../platform/errors.js";

/** The contract as text: sorted, so that a difference is a difference. */
export const schemaText = (): string => `${printSchema(lexicographicSortSchema(createSchema()))}\n`;

export const schemaCommand = (): Command => {
  const schema = new Command("schema").description("the GraphQL schema as text");
  schema
    .command("print")
    .description("print the schema of this version")
    .option("--out <file>", "write it to a file instead")
    .action(async ({ out }: { out?: string }) => {
      if (out === undefined) process.stdout.write(schemaText());
      else await writeFile(out, schemaText());
    });
  schema
    .command("check")
    .description("compare a printed schema with this version")
    .argument("[file]", "the printed schema", "schema/schema.graphql")
    .action(async (file: string) => {
      if ((await readFile(file, "utf8")) !== schemaText()) {
        throw new SettingError(file, "is not the schema of this version: run `npm run codegen` and commit the result.");
      }
      process.stdout.write(`${file} is the schema of this version.\n`);
    });
  return schema;
};
