import { relative } from "node:path";
import { styleText } from "node:util";
import type { App } from "../app.js";
import type { Logger } from "../platform/logger.js";
import type { MetricsServer } from "../server/metrics-server.js";
import type { RunningServer } from "../server.js";
import type { Admin } from "./ensure-admin.js";

export interface Progress {
  say(step: string): void;
}

/** On a terminal one line that changes; elsewhere log lines. */
export const showProgress = (forPerson: boolean, logger: Logger): Progress => ({
  say: (step) => {
    if (!forPerson) logger.info({ step }, "atrium");
    else process.stdout.write(`\r\u001b[2K  ${styleText("dim", `· ${step}`)}`);
  },
});

interface Announcement {
  role: "start" | "api" | "worker";
  app: App;
  server: RunningServer | undefined;
  metrics: MetricsServer | undefined;
  admin: Admin | undefined;
  /** Milliseconds since the process began. */
  readyMs: number;
  forPerson: boolean;
}

/** What a newcomer needs to know, once, when everything runs. */
export const announce = ({ role, app, server, metrics, admin, readyMs, forPerson }: Announcement): void => {
  const { logger, engines, config } = app;
  if (!forPerson) {
    const addresses = server === undefined ? {} : { console: server.url, graphql: `${server.url}/graphql` };
    logger.info({ role, ...addresses, metrics: metrics?.url, engines, readyMs }, "ready");
    return;
  }
  const dim = (text: string) => styleText("dim", text);
  const bold = (text: string) => styleText("bold", text);
  const row = (name: string, value: string) => `  ${dim(name.padEnd(10))}${value}`;
  const lines = [
    `  ${styleText(["bold", "green"], "Atrium")} ${dim(`is ready after ${(readyMs / 1000).toFixed(1)} s`)}`,
    "",
  ];
  if (server === undefined) {
    lines.push(row("Worker", "takes jobs from all lanes"));
    if (metrics !== undefined) lines.push(row("Metrics", `${metrics.url}/metrics`));
  } else {
    const signIn = admin?.signInToken === undefined ? "" : `/#refresh=${admin.signInToken}`;
    lines.push(row("Console", `${bold(server.url)}${signIn}`));
    if (!config.production) lines.push(row("Explorer", `${server.url}/graphiql`));
    lines.push(row("API", `${server.url}/graphql`), "");
  }
  if (admin !== undefined) {
    const password =
      admin.newPassword === undefined ? dim("password as before") : `password ${bold(admin.newPassword)}`;
    lines.push(row("Login", `${admin.email}  ${password}`));
    if (admin.signInFile !== undefined) {
      const file = relative(process.cwd(), admin.signInFile);
      lines.push(row("Try", `curl -s ${server?.url}/graphql -H 'Content-Type: application/json' -d @${file}`));
    }
    lines.push("");
  }
  for (const { part, engine, setting, configured } of engines) {
    lines.push(row(part, configured ? engine : `${engine} ${dim(`— set ${setting} to change it`)}`));
  }
  lines.push(
    "",
    `  ${dim("Ctrl-C stops everything; the data stays in")} ${dim(relative(process.cwd(), config.dataDir) || ".")}`,
  );
  process.stdout.write(`\r\u001b[2K\n${lines.join("\n")}\n\n`);
};
