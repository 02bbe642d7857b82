import { type ChildProcess, spawn } from "node:child_process";
import { programEnvironment } from "#src/platform/config.js";

export interface ProgramRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** Folder that it runs in. */
  readonly cwd?: string;
  readonly signal: AbortSignal;
  /** Milliseconds it may take. */
  readonly deadlineMs: number;
  /** Is given what it writes to its standard output. */
  readonly onOutput: (piece: Buffer) => void;
}

export type ProgramFault =
  /** There is no such program, or it may not be run. */
  | "missing"
  /** It took longer than it may. */
  | "timeout"
  /** It ended with another code than 0, or was killed. */
  | "failed";

/** Why a program did not do its work. `said` is for the operator alone. */
export class ProgramError extends Error {
  constructor(
    readonly fault: ProgramFault,
    readonly exitCode: number | null,
    /** The last that it wrote to its standard error. */
    readonly said: string,
  ) {
    super(`The program ended badly (${fault}).`);
    this.name = "ProgramError";
  }
}

const keptBytes = 4_096;

/**
 * Runs a program without a shell and without Atrium's own settings in its environment. Whatever ends it early, cancelling,
 * the deadline or what `onOutput` throws, ends all that it has started as well.
 * @throws ProgramError, the signal's reason, or what `onOutput` threw
 */
export const runProgram = ({ command, args, cwd, signal, deadlineMs, onOutput }: ProgramRequest): Promise<void> => {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(command, args, {
    cwd,
    env: programEnvironment(),
    // A group of its own, so that it can be ended with all of its children.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = Buffer.alloc(0);
  let failure: { readonly error: unknown } | undefined;
  const stop = (error: unknown) => {
    if (failure !== undefined) return;
    failure = { error };
    killGroup(child);
    // What it has started may hold these open for longer than it lives.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const cancel = () => stop(signal.reason);
  const timer = setTimeout(() => stop(new ProgramError("timeout", null, last(said))), deadlineMs);
  signal.addEventListener("abort", cancel, { once: true });
  child.stdout.on("data", (piece: Buffer) => {
    try {
      if (failure === undefined) onOutput(piece);
    } catch (error) {
      stop(error);
    }
  });
  child.stderr.on("data", (piece: Buffer) => {
    said = Buffer.concat([said, piece]).subarray(-keptBytes);
  });
  child.on("error", (error: NodeJS.ErrnoException) => {
    const isMissing = child.pid === undefined && ["ENOENT", "EACCES", "ENOEXEC"].includes(error.code ?? "");
    failure ??= { error: isMissing ? new ProgramError("missing", null, "") : error };
  });
  child.on("close", (code) => {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
    if (failure !== undefined) reject(failure.error);
    else if (code !== 0) reject(new ProgramError("failed", code, last(said)));
    else resolve();
  });
  return promise;
};

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of them have ended already.
  }
};

/** The last lines that say something. */
const last = (said: Buffer): string =>
  said
    .toString("utf8")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-5)
    .join(" | ")
    .slice(-500);
