import { Role } from "./membership.js";

/** Every permission there is, with the lowest role that has it. */
const lowestRole = {
  "workspace:read": Role.VIEWER,
  "access:grant": Role.VIEWER,
  "quote:read": Role.VIEWER,
  "quote:write": Role.EDITOR,
  "quote:generate": Role.EDITOR,
  "job:read": Role.VIEWER,
  "job:control": Role.EDITOR,
  "event:read": Role.VIEWER,
  "session:manage": Role.VIEWER,
  "system:read": Role.ADMIN,
  "cache:clear": Role.ADMIN,
} as const satisfies Record<string, Role>;

const rank: Readonly<Record<Role, number>> = { OWNER: 3, ADMIN: 2, EDITOR: 1, VIEWER: 0 };

const permissionsByRole = new Map(
  Object.values(Role).map((role) => [
    role,
    new Set(
      Object.entries(lowestRole)
        .filter(([, lowest]) => rank[role] >= rank[lowest])
        .map(([permission]) => permission),
    ),
  ]),
);

export const permissionsOf = (role: Role): ReadonlySet<string> => permissionsByRole.get(role) ?? new Set();
