import { LRUCache } from "lru-cache";
import { isAbove, Role } from "./membership.js";

/** Every permission that a role gives, with the lowest role that has it. */
const lowestRole = {
  "workspace:read": Role.VIEWER,
  "access:grant": Role.VIEWER,
  "quote:read": Role.VIEWER,
  "quote:write": Role.EDITOR,
  "quote:generate": Role.EDITOR,
  "file:read": Role.VIEWER,
  "file:write": Role.EDITOR,
  "voice:read": Role.VIEWER,
  "voice:write": Role.EDITOR,
  "voice:transcribe": Role.EDITOR,
  "twin:read": Role.VIEWER,
  "twin:write": Role.EDITOR,
  "telemetry:write": Role.EDITOR,
  "analytics:read": Role.ADMIN,
  "analytics:write": Role.VIEWER,
  "dashboard:read": Role.VIEWER,
  "dashboard:write": Role.EDITOR,
  "report:read": Role.VIEWER,
  "report:write": Role.EDITOR,
  "generation:read": Role.VIEWER,
  "generation:write": Role.EDITOR,
  "provider:read": Role.VIEWER,
  "prompt:read": Role.VIEWER,
  "prompt:write": Role.EDITOR,
  "budget:read": Role.VIEWER,
  "budget:manage": Role.ADMIN,
  "usage:read": Role.ADMIN,
  "job:read": Role.VIEWER,
  "job:control": Role.EDITOR,
  "event:read": Role.VIEWER,
  "session:manage": Role.VIEWER,
  "workspace:list": Role.VIEWER,
  "workspace:create": Role.VIEWER,
  "workspace:manage": Role.ADMIN,
  "workspace:delete": Role.OWNER,
  "member:read": Role.VIEWER,
  "member:leave": Role.VIEWER,
  "member:manage": Role.ADMIN,
  "invitation:accept": Role.VIEWER,
  "account:manage": Role.VIEWER,
  "key:read": Role.ADMIN,
  "key:manage": Role.ADMIN,
  "audit:read": Role.ADMIN,
  "audit:checkpoint": Role.ADMIN,
  "audit:export": Role.OWNER,
} as const satisfies Record<string, Role>;

/** Permissions over the whole installation: operators have them in every workspace of theirs, whatever their role there. */
const operatorPermissions = ["system:read", "system:manage", "system:users"] as const;

const permissionsByRole = new Map(
  Object.values(Role).map((role) => {
    const own = Object.entries(lowestRole).flatMap(([permission, lowest]) =>
      isAbove(lowest, role) ? [] : [permission],
    );
    return [role, { member: new Set(own), operator: new Set([...own, ...operatorPermissions]) }];
  }),
);

/** Every permission there is. */
export const allPermissions: ReadonlySet<string> = new Set([...Object.keys(lowestRole), ...operatorPermissions]);

const none: ReadonlySet<string> = new Set();

/** What a member with this role may do; an operator's `system:…` permissions stand beside those of the role. */
export const permissionsOf = (role: Role, isOperator: boolean): ReadonlySet<string> =>
  permissionsByRole.get(role)?.[isOperator ? "operator" : "member"] ?? none;

/** Kept to people, whatever a key's scopes say: a key makes no keys, invites nobody, and changes nobody's account. */
const personal = /^(?:account|session|key|invitation):|^(?:member|workspace):(?!read$)/;

/** Permissions that a key can be given as scopes. */
export const isScope = (permission: string): boolean => allPermissions.has(permission) && !personal.test(permission);

/** Sets of permissions are shared by all keys of the same kind: caches know them by identity. */
const scoped = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });

/** What a key with these scopes may do: of what its maker may do now. */
export const scopedPermissions = (role: Role, isOperator: boolean, scopes: readonly string[]): ReadonlySet<string> => {
  const name = `${role} ${isOperator} ${[...scopes].sort().join(" ")}`;
  const known = scoped.get(name);
  if (known !== undefined) return known;
  const held = permissionsOf(role, isOperator);
  const permissions = new Set(scopes.filter((scope) => held.has(scope) && isScope(scope)));
  scoped.set(name, permissions);
  return permissions;
};

/** True for what concerns the installation, and not one workspace. */
export const isOperatorPermission = (permission: string): boolean => permission.startsWith("system:");
