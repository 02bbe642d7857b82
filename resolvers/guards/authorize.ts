import type { ResolverData } from "type-graphql";
import { isOperatorPermission } from "#src/identity/permissions.js";
import { DomainError } from "#src/platform/errors.js";
import type { Context } from "../context.js";

/** `@Authorized("permission")`: without a caller UNAUTHENTICATED, without the permission FORBIDDEN, at the field's path. */
export const authorize = ({ context }: ResolverData<Context>, permissions: string[]): boolean => {
  const { permissions: held, role, credential } = context.actor;
  const missing = permissions.find((permission) => !held.has(permission));
  if (missing !== undefined) {
    if (isOperatorPermission(missing))
      throw new DomainError("FORBIDDEN", "This is for those who run the installation: its operators.");
    if (credential.kind === "API_KEY")
      throw new DomainError(
        "FORBIDDEN",
        `The API key, or the role ${role} of its maker, lacks the permission ${missing}.`,
      );
    throw new DomainError("FORBIDDEN", `Your role ${role} in this workspace lacks the permission ${missing}.`);
  }
  return true;
};
