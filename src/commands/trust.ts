import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { concatAST, type DocumentNode, GraphQLError, parse, validate } from "graphql";
import { manifestOf } from "#resolvers/guards/trusted-documents.js";
import { createSchema } from "#resolvers/schema.js";
import { SettingError } from "../platform/errors.js";

/** Writes the manifest of all operations in these files, or with `check` fails unless the file is just that. */
export const trust = async (files: readonly string[], out: string, check: boolean): Promise<void> => {
  const paths = (await Promise.all(files.map(graphqlFiles))).flat().sort();
  const document = concatAST(await Promise.all(paths.map(readDocument)));
  const [error] = validate(createSchema(), document);
  if (error !== undefined) throw new SettingError(files.join(" "), error.message);
  const manifest = manifestOf(document);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (!check) await writeFile(out, text);
  else if ((await readFile(out, "utf8").catch(() => "")) !== text)
    throw new SettingError(out, "is not made of these operations: run `npm run codegen` and commit the result.");
  process.stdout.write(`${out} has ${Object.keys(manifest).length} documents.\n`);
};

const graphqlFiles = async (path: string): Promise<string[]> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new SettingError(path, "is no file or folder.");
  if (found.isFile()) return [path];
  const names = await readdir(path);
  return names.filter((name) => name.endsWith(".graphql")).map((name) => join(path, name));
};

const readDocument = async (path: string): Promise<DocumentNode> => {
  try {
    return parse(await readFile(path, "utf8"));
  } catch (error) {
    throw error instanceof GraphQLError ? new SettingError(path, error.message) : error;
  }
};
