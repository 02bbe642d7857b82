import "reflect-metadata";
import { setFlagsFromString } from "node:v8";
import { Command, CommanderError } from "commander";
import { atriumVersion } from "./platform/atrium-version.js";
import { ConfigError } from "./platform/config.js";
import { SettingError } from "./platform/errors.js";

const program = new Command("atrium")
  .description("A self-hosted GraphQL platform for AI products.")
  .version(atriumVersion)
  .showHelpAfterError("Run `npx atrium --help` for all commands.")
  .exitOverride();

// Each command loads what it needs when it runs: help and usage errors answer at once.
const serve = async (role: "start" | "api" | "worker") => {
  // Almost all that is made while starting stays, from which V8 would conclude that this process needs a large young
  // generation, and keep it: 70 MB that an idle one never uses. It may grow as soon as there is work.
  setFlagsFromString("--semi-space-growth-factor=1");
  await (await import("./commands/serve.js")).serve(role);
  setFlagsFromString("--semi-space-growth-factor=2");
};
const migrate = program.command("migrate").description("change the tables of the database");
const audit = program.command("audit").description("export, verify and sign audit logs");
const schema = program.command("schema").description("the GraphQL schema as text");

program
  .command("start")
  .description("run everything in one process: API, workers and, without DATABASE_URL, Postgres")
  .action(() => serve("start"));
program
  .command("api")
  .description("run the API alone")
  .action(() => serve("api"));
program
  .command("worker")
  .description("run the background workers alone")
  .action(() => serve("worker"));
migrate
  .command("up")
  .description("bring the database to the newest version")
  .action(async () => (await import("./commands/migrate.js")).up());
migrate
  .command("down")
  .description("take back the newest migration")
  .option("--to <migration>", "take back all that were applied after this one; 0 for all there are")
  .action(async ({ to }: { to?: string }) => (await import("./commands/migrate.js")).down(to));
migrate
  .command("status")
  .description("list what is applied and what is not")
  .action(async () => (await import("./commands/migrate.js")).status());
migrate
  .command("create")
  .description("write a migration from the difference between the classes and the last migration")
  .action(async () => (await import("./commands/migrate.js")).create());
schema
  .command("print")
  .description("print the schema of this version")
  .option("--out <file>", "write it to a file instead")
  .action(async ({ out }: { out?: string }) => (await import("./commands/schema.js")).printSchemaTo(out));
schema
  .command("check")
  .description("compare a printed schema with this version")
  .argument("[file]", "the printed schema", "schema/schema.graphql")
  .action(async (file: string) => (await import("./commands/schema.js")).checkSchema(file));
schema
  .command("trust")
  .description("write the manifest of trusted documents from files with operations, or compare it with them")
  .argument("<files...>", "files, or folders of .graphql files")
  .requiredOption("--out <file>", "the manifest")
  .option("--check", "compare instead of writing")
  .action(async (files: string[], { out, check }: { out: string; check?: boolean }) =>
    (await import("./commands/trust.js")).trust(files, out, check ?? false),
  );
audit
  .command("verify")
  .description("check an exported audit log; needs no database and no secret")
  .argument("<file>", "what `atrium audit export` or GET /audit/export wrote")
  .option("--checkpoint <file>", "checkpoints that were kept elsewhere, one a line")
  .option("--public-key <file>", "the key that signed them, as PEM")
  .action(async (file: string, options: { checkpoint?: string; publicKey?: string }) =>
    (await import("./commands/audit.js")).verify(file, options),
  );
audit
  .command("export")
  .description("write a whole audit log as JSON lines")
  .requiredOption("--workspace <id>", "whose log; `system` is the installation's")
  .option("--out <file>", "write it to a file instead")
  .action(async (options: { workspace: string; out?: string }) =>
    (await import("./commands/audit.js")).exportLog(options),
  );
audit
  .command("checkpoint")
  .description("sign an audit log as it is now, and print the checkpoint: keep it elsewhere")
  .requiredOption("--workspace <id>", "whose log; `system` is the installation's")
  .action(async (options: { workspace: string }) => (await import("./commands/audit.js")).checkpoint(options));
audit
  .command("public-key")
  .description("print the key that checkpoints are signed with, as PEM")
  .action(async () => (await import("./commands/audit.js")).publicKey());
audit
  .command("prune")
  .description("delete the entries of an audit log up to its last checkpoint before a date")
  .requiredOption("--workspace <id>", "whose log; `system` is the installation's")
  .requiredOption("--before <date>", "such as 2026-01-31")
  .action(async (options: { workspace: string; before: string }) =>
    (await import("./commands/audit.js")).prune(options),
  );
program
  .command("doctor")
  .description("check every engine, and say how to mend what is wrong")
  .action(async () => (await import("./commands/doctor.js")).doctor());
program
  .command("status")
  .description("ask the running server how it is")
  .option("--json", "print JSON")
  .action(async (options: { json?: boolean }) => (await import("./commands/status.js")).status(options));
program
  .command("mail")
  .description("print the last mails with their links, the newest last")
  .option("--to <address>", "only those to one address")
  .option("--last <count>", "how many, 1 to 100", "10")
  .option("--follow", "go on with those that come")
  .action(async (options: { to?: string; last: string; follow?: boolean }) =>
    (await import("./commands/mail.js")).mail(options),
  );
program
  .command("demo")
  .description("run the main job against a temporary instance, as a client would")
  .action(async () => (await import("./commands/demo.js")).demo());
program
  .command("docs")
  .description("write .env.example and the pages of docs that follow from the code")
  .action(async () => (await import("./commands/docs.js")).docs(process.cwd()));
program
  .command("reset")
  .description("delete all data of the embedded Postgres, and the generated secrets")
  .option("--yes", "really")
  .action(async (options: { yes?: boolean }) => (await import("./commands/reset.js")).reset(options));

const say = (text: string) => process.stderr.write(`\n${text.replaceAll(/^/gm, "  ")}\n\n`);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof ConfigError) {
    say(error.problems.map(({ setting, message }) => `✖ ${setting} ${message}`).join("\n"));
    process.exitCode = 1;
  } else if (error instanceof SettingError) {
    say(`✖ ${error.setting}: ${error.message}`);
    process.exitCode = 1;
  } else {
    say(
      `✖ Atrium stopped on an error it does not know. Please report it with these lines:\n${(error as Error).stack ?? error}`,
    );
    process.exitCode = 1;
  }
}
