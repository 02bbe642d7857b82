import { readConfig, readEnvironment } from "../platform/config.js";

/** Asks the server at PUBLIC_URL, or on this machine, for its health. Exit code 1 when it is not well. */
export const status = async ({ json }: { json?: boolean }): Promise<void> => {
  const { http } = readConfig(readEnvironment());
  const url = http.publicUrl ?? `http${http.tls === undefined ? "" : "s"}://localhost:${http.port ?? 4000}`;
  const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.json() as Promise<{ status: string; uptimeSeconds: number }>,
    () => undefined,
  );
  if (health?.status !== "ok") process.exitCode = 1;
  if (json) process.stdout.write(`${JSON.stringify({ url, ...(health ?? { status: "unreachable" }) })}\n`);
  else if (health === undefined) process.stdout.write(`Nothing answers at ${url}.\n`);
  else process.stdout.write(`${url} is ${health.status}, up for ${health.uptimeSeconds} s.\n`);
};
