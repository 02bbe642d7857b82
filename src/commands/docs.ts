import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ZodType } from "zod";
import { aiServerSettings } from "../platform/ai-server-settings.js";
import { Metrics } from "../platform/metrics.js";
import { oauthSettings } from "../platform/oauth-settings.js";
import { settings } from "../platform/settings.js";
import { permissionsPage } from "./permissions-page.js";

interface Setting {
  readonly name: string;
  readonly description: string;
  readonly fallback: string | undefined;
}

const listSettings = (): Setting[] => [
  ...list(settings.shape),
  ...list(oauthSettings.shape).map((setting) => ({ ...setting, name: `ATRIUM_OAUTH_<NAME>_${setting.name}` })),
  ...list(aiServerSettings.shape).map((setting) => ({ ...setting, name: `ATRIUM_AI_<NAME>_${setting.name}` })),
];

const list = (shape: Readonly<Record<string, ZodType>>): Setting[] =>
  Object.entries(shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const value: unknown = parsed.success ? parsed.data : undefined;
    const fallback = Array.isArray(value) ? value.join(",") : value === undefined ? undefined : String(value);
    return { name, description: schema.description ?? "", fallback: fallback === "" ? undefined : fallback };
  });

/** Each setting as a commented line, ready to be filled in. */
export const envExample = (): string => {
  const head = "# Copy to `.env`, take the # off what you want to change. Nothing here is needed to start.\n";
  const lines = listSettings().map(
    ({ name, description, fallback }) => `\n# ${description}\n# ${name}=${fallback ?? ""}\n`,
  );
  return head + lines.join("");
};

export const settingsPage = (): string => {
  const rows = listSettings().map(
    ({ name, description, fallback }) =>
      `| \`${name}\` | ${description} | ${fallback === undefined ? "" : `\`${fallback}\``} |`,
  );
  return [
    "# Settings",
    "",
    "Read from the environment, and from a file `.env` in the folder that Atrium is started in. An empty variable counts as not",
    "set. A wrong one, or a misspelt `ATRIUM_…`, stops the start and is named; all problems are told at once.",
    "",
    "| variable | meaning | default |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
};

/** Every metric of our own, as the registry knows it. */
export const metricsPage = (): string => {
  const metrics = new Metrics().registry.getMetricsAsArray() as unknown as RegisteredMetric[];
  const rows = metrics.map(
    ({ name, type, labelNames, help }) =>
      `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(", ")} | ${help} |`,
  );
  return [
    "# Metrics",
    "",
    "What `GET /metrics` gives beside the usual `process_…` and `nodejs_…` figures; [observability.md](observability.md) says who",
    "may read it. Every process counts for itself from its start; `atrium_jobs`, `atrium_jobs_oldest_queued_seconds` and",
    "`atrium_entities` are of the whole installation, so take their maximum over the processes and not their sum.",
    "",
    "| metric | type | labels | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
};

interface RegisteredMetric {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly help: string;
}

/** Writes the pages of reference that follow from the code. */
export const docs = async (root: string): Promise<void> => {
  await mkdir(join(root, "docs"), { recursive: true });
  await writeFile(join(root, ".env.example"), envExample());
  await writeFile(join(root, "docs", "settings.md"), settingsPage());
  await writeFile(join(root, "docs", "metrics.md"), metricsPage());
  await writeFile(join(root, "docs", "permissions.md"), permissionsPage());
};
