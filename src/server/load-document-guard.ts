import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GraphQLSchema } from "graphql";
import { z } from "zod";
import { DocumentGuard } from "#resolvers/guards/admit-document.js";
import { hashOf, type Manifest, TrustedDocuments } from "#resolvers/guards/trusted-documents.js";
import type { Config } from "#src/platform/config.js";
import { SettingError } from "#src/platform/errors.js";

const here = dirname(fileURLToPath(import.meta.url));
// Beside `src` in the checkout, and one level further up from the build.
const manifestPaths = ["../../schema", "../../../schema"].map((folder) => join(here, folder, "trusted-documents.json"));
const setting = "ATRIUM_TRUSTED_DOCUMENTS_FILE";

/** The guard of all transports, with the documents that the operator trusts. Throws a SettingError on a manifest that is none. */
export const loadDocumentGuard = async (config: Config, schema: GraphQLSchema): Promise<DocumentGuard> => {
  const { maxCost, trustedOnly, trustedFile } = config.documents;
  const file = trustedFile ?? manifestPaths.find((path) => existsSync(path));
  if (file === undefined) throw new SettingError(setting, "The manifest of this version is missing: set another file.");
  const trusted = new TrustedDocuments(await readManifest(file), trustedOnly);
  return new DocumentGuard(schema, { trusted, maxCost, production: config.production });
};

const readManifest = async (file: string): Promise<Manifest> => {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new SettingError(setting, `${file} cannot be read.`, { cause });
  });
  const parsed = z.record(z.string(), z.string()).safeParse(tryJson(text));
  if (!parsed.success) throw new SettingError(setting, `${file} is not an object of hashes and documents in JSON.`);
  const wrong = Object.entries(parsed.data).find(([hash, document]) => hashOf(document) !== hash);
  if (wrong !== undefined)
    throw new SettingError(setting, `In ${file} the document under ${wrong[0].slice(0, 80)} has another hash.`);
  return parsed.data;
};

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
