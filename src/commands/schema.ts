import { Command } from "commander";
import { lexicographicSortSchema, printSchema } from "graphql";
import { createSchema } from "#resolvers/schema.js";

export const schemaText = (): string => `${printSchema(lexicographicSortSchema(createSchema()))}\n`;

export const printSchemaCommand = (): Command => {
  const schema = new Command("schema").description("the GraphQL schema as text");
  schema
    .command("print")
    .description("print the schema of this version")
    .action(() => {
      process.stdout.write(schemaText());
    });
  return schema;
};
