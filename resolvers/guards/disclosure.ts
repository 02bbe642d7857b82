import type { Caller } from "#src/identity/caller.js";
import { Role } from "#src/identity/membership.js";

/** Who may read the schema by introspection: in development everybody, in production operators, owners and admins. */
export const mayIntrospect = (caller: Caller | undefined, production: boolean): boolean =>
  !production ||
  (caller !== undefined && (caller.isOperator || caller.role === Role.OWNER || caller.role === Role.ADMIN));

/** Who is told the names that were probably meant: in development whoever has signed in, in production operators. */
export const mayHaveHints = (caller: Caller | undefined, production: boolean): boolean =>
  production ? caller?.isOperator === true : caller !== undefined;

/** GraphQL's messages without the names that it suggests. */
export const withoutHint = (message: string): string => message.replace(/ ?Did you mean .+\?$/s, "");
