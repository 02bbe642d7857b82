import type { ResolverData } from "type-graphql";
import { DomainError } from "#src/platform/errors.js";
import type { Context } from "../context.js";
import type { OrGrantOptions } from "./or-grant.js";

/**
 * `@Authorized("permission")`: without a caller UNAUTHENTICATED, without the permission FORBIDDEN, at the field's path. Where
 * the field says `@OrGrant`, a grant on the thing that is asked for stands in for the permission.
 */
export const authorize = (data: ResolverData<Context>, permissions: string[]): boolean | Promise<boolean> => {
  const { permissions: held, role } = data.context.actor;
  const missing = permissions.find((permission) => !held.has(permission));
  if (missing === undefined) return true;
  const forbidden = new DomainError(
    "FORBIDDEN",
    `Your role ${role} in this workspace lacks the permission ${missing}.`,
  );
  const { parentType, fieldName } = data.info;
  const { orGrant } = (parentType.getFields()[fieldName]?.extensions ?? {}) as { orGrant?: OrGrantOptions };
  if (orGrant === undefined) throw forbidden;
  return holdsGrant(data, orGrant).then((holds) => {
    if (holds) return true;
    throw forbidden;
  });
};

const holdsGrant = ({ context: { app, actor }, args }: ResolverData<Context>, { argument, level }: OrGrantOptions) =>
  app.grants.holds(actor, String(args[argument]), level);
