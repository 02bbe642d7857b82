import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { App } from "../app.js";
import { DomainError, SettingError } from "../platform/errors.js";
import { loadOrCreate } from "../platform/keys.js";

export interface Admin {
  readonly email: string;
  /** Known only when it was generated here and now. */
  readonly newPassword: string | undefined;
  /** Opens the console without typing; works once, for half an hour. */
  readonly signInToken: string | undefined;
  /** A request body that signs in, for `curl`; only in development. */
  readonly signInFile: string | undefined;
}

/**
 * The first login: made at the first start. In production only with a password of the operator's choice, so that none is
 * left behind in a container's files.
 */
export const ensureAdmin = async (app: App): Promise<Admin | undefined> => {
  const { admin, production, dataDir } = app.config;
  if (production && admin.password === undefined) return undefined;
  const password =
    admin.password ??
    (await loadOrCreate(join(dataDir, "admin-password"), () => randomBytes(12).toString("base64url")));
  const origin = { requestId: "start", userAgent: "atrium start", address: "atrium start" };
  const made = await app.accounts
    .signUp({ email: admin.email, password, username: "admin" }, origin, true)
    .catch((error: unknown) => {
      if (error instanceof DomainError && error.code === "CONFLICT") return undefined;
      if (error instanceof DomainError && admin.password !== undefined)
        throw new SettingError("ATRIUM_ADMIN_PASSWORD", `The password ${error.message}`);
      throw error;
    });
  const session = made ?? (await app.accounts.signIn({ email: admin.email, password }, origin).catch(() => undefined));
  // An installation older than operators, or whose first account was somebody else's.
  if (session !== undefined && !session.user.isOperator)
    await app.accounts.makeOperator(session.user.id, origin.requestId);
  const signInFile = join(dataDir, "sign-in.json");
  const query = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken user { email } } }";
  const body = { query, variables: { input: { email: admin.email, password } } };
  if (!production) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (!production) await writeFile(signInFile, JSON.stringify(body), { mode: 0o600 });
  return {
    email: admin.email,
    newPassword: made !== undefined && admin.password === undefined ? password : undefined,
    signInToken: session?.refreshToken,
    signInFile: production ? undefined : signInFile,
  };
};
