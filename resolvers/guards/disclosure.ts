import type { Caller } from "#src/identity/caller.js";
import { Role } from "#src/identity/membership.js";

const isAdmin = (caller: Caller | undefined) => caller?.role === Role.OWNER || caller?.role === Role.ADMIN;

/** Who may read the schema by introspection: in development everybody, in production owners and admins. */
export const mayIntrospect = (caller: Caller | undefined, production: boolean): boolean =>
  !production || isAdmin(caller);

/** Who is told the names that were probably meant: in development whoever has signed in, in production owners and admins. */
export const mayHaveHints = (caller: Caller | undefined, production: boolean): boolean =>
  production ? isAdmin(caller) : caller !== undefined;

/** GraphQL's messages without the names that it suggests. */
export const withoutHint = (message: string): string => message.replace(/ ?Did you mean .+\?$/s, "");
