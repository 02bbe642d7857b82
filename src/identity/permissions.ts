import { Role } from "./membership.js";

/** Every permission that a role gives, with the lowest role that has it. */
const lowestRole = {
  "workspace:read": Role.VIEWER,
  "quote:read": Role.VIEWER,
  "quote:write": Role.EDITOR,
  "quote:generate": Role.EDITOR,
  "job:read": Role.VIEWER,
  "job:control": Role.EDITOR,
  "event:read": Role.VIEWER,
  "session:manage": Role.VIEWER,
  "audit:read": Role.ADMIN,
  "audit:checkpoint": Role.ADMIN,
  "audit:export": Role.OWNER,
} as const satisfies Record<string, Role>;

/** Permissions over the whole installation: operators have them in every workspace of theirs, whatever their role there. */
const operatorPermissions = ["system:read", "system:manage"] as const;

const rank: Readonly<Record<Role, number>> = { OWNER: 3, ADMIN: 2, EDITOR: 1, VIEWER: 0 };

const permissionsByRole = new Map(
  Object.values(Role).map((role) => {
    const own = Object.entries(lowestRole).flatMap(([permission, lowest]) =>
      rank[role] >= rank[lowest] ? [permission] : [],
    );
    return [role, { member: new Set(own), operator: new Set([...own, ...operatorPermissions]) }];
  }),
);

const none: ReadonlySet<string> = new Set();

/** What a member with this role may do; an operator's `system:…` permissions stand beside those of the role. */
export const permissionsOf = (role: Role, isOperator: boolean): ReadonlySet<string> =>
  permissionsByRole.get(role)?.[isOperator ? "operator" : "member"] ?? none;

/** True for what concerns the installation, and not one workspace. */
export const isOperatorPermission = (permission: string): boolean => permission.startsWith("system:");
