import type { ResolverData } from "type-graphql";
import type { Caller } from "#src/identity/caller.js";
import { isOperatorPermission } from "#src/identity/permissions.js";
import { DomainError } from "#src/platform/errors.js";
import type { Context } from "../context.js";
import type { OrGrantOptions } from "./or-grant.js";

/**
 * `@Authorized("permission")`: without a caller UNAUTHENTICATED, without the permission FORBIDDEN, at the field's path. Where
 * the field says `@OrGrant`, a grant on the thing that is asked for stands in for the permission.
 */
export const authorize = (data: ResolverData<Context>, permissions: string[]): boolean | Promise<boolean> => {
  const { actor } = data.context;
  const missing = permissions.find((permission) => !actor.permissions.has(permission));
  if (missing === undefined) return true;
  const forbidden = lacking(actor, missing);
  const { orGrant } = extensionsOf(data);
  // A grant widens what a person's role allows, and not what an API key was made for.
  if (orGrant === undefined || actor.credential.kind === "API_KEY") throw forbidden;
  return holdsGrant(data, orGrant).then((holds) => {
    if (holds) return true;
    throw forbidden;
  });
};

/** None for what is asked for past GraphQL. */
const extensionsOf = ({ info }: Partial<ResolverData<Context>>): { readonly orGrant?: OrGrantOptions } =>
  info?.parentType.getFields()[info.fieldName]?.extensions ?? {};

const holdsGrant = ({ context: { app, actor }, args }: ResolverData<Context>, { argument, level }: OrGrantOptions) =>
  app.grants.holds(actor, String(args[argument]), level);

const lacking = ({ role, credential }: Caller, permission: string): DomainError => {
  if (isOperatorPermission(permission))
    return new DomainError("FORBIDDEN", "This is for those who run the installation: its operators.");
  const who =
    credential.kind === "API_KEY"
      ? `The API key, or the role ${role} of its maker, lacks`
      : `Your role ${role} in this workspace lacks`;
  return new DomainError("FORBIDDEN", `${who} the permission ${permission}.`);
};
