import { execFile, type SpawnOptions } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { promisify } from "node:util";
import { SettingError } from "./errors.js";

/** How to run a program that refuses to be root. */
export interface Unprivileged {
  /** Who must own the program's files; undefined when the caller may keep them. */
  readonly owner: { uid: number; gid: number } | undefined;
  wrap(command: string, args: string[]): { command: string; args: string[]; spawnOptions: SpawnOptions };
}

const nobody = 65_534;
const mapping = ["--user", `--map-user=${nobody}`, `--map-group=${nobody}`, "--"];

/**
 * As an ordinary user: as it is. As root: in a user namespace where root is nobody, which still reads a checkout under a
 * 0700 home; where the kernel forbids namespaces, as the user nobody.
 */
export const runUnprivileged = async (program: string): Promise<Unprivileged> => {
  if (process.getuid?.() !== 0) {
    return { owner: undefined, wrap: (command, args) => ({ command, args, spawnOptions: {} }) };
  }
  const canUnshare = await promisify(execFile)("unshare", [...mapping, "true"]).then(
    () => true,
    () => false,
  );
  if (canUnshare) {
    return {
      owner: undefined,
      wrap: (command, args) => ({ command: "unshare", args: [...mapping, command, ...args], spawnOptions: {} }),
    };
  }
  await access(program, constants.X_OK);
  const owner = { uid: nobody, gid: nobody };
  const reachable = await promisify(execFile)(program, ["--version"], owner).then(
    () => true,
    () => false,
  );
  if (!reachable) {
    throw new SettingError(
      "DATABASE_URL",
      "Postgres refuses to run as root, this machine forbids user namespaces, and the user nobody cannot read this folder: " +
        "start Atrium as another user, or set DATABASE_URL.",
    );
  }
  return { owner, wrap: (command, args) => ({ command, args, spawnOptions: owner }) };
};
