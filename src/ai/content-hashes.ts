import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { hashContent, type PromptContent } from "./check-prompt.js";

/** The hashes of what these versions of prompts say now, by their ids: computed, not believed. */
export const contentHashes = async (
  database: Database,
  { workspaceId }: Actor,
  versionIds: readonly string[],
): Promise<Map<string, string>> => {
  const rows = await database.rows(sql<PromptContent & { id: string }>`
    select id, system, template, variables, model_class as "modelClass", temperature, max_tokens as "maxTokens"
    from prompt_version where id = any(${versionIds}::text[]) and workspace_id = ${workspaceId}`);
  return new Map(rows.map((row) => [row.id, hashContent(row)]));
};
