import { type FieldPermissions, fieldPermissions } from "#resolvers/field-permissions.js";
import { createSchema } from "#resolvers/schema.js";
import { Role } from "../identity/membership.js";
import { allPermissions, isOperatorPermission, isScope, permissionsOf } from "../identity/permissions.js";

const yes = (holds: boolean) => (holds ? "✓" : "");
const named = ({ root, field }: FieldPermissions) => `\`${root === "Subscription" ? "subscription " : ""}${field}\``;
const listed = (fields: readonly FieldPermissions[]) => [...new Set(fields.map(named))].join(", ");

/** What is no field of the schema. */
const endpoints: Readonly<Record<string, string>> = { "audit:export": "`GET /audit/export`" };

/** Who may do what: every permission, who has it, and the root fields that need it. */
export const permissionsPage = (): string => {
  createSchema();
  const fields = fieldPermissions();
  const roles = Object.values(Role);
  const rows = [...allPermissions].map((permission) => {
    const needing = listed(fields.filter(({ permissions }) => permissions.includes(permission)));
    const endpoint = endpoints[permission] ?? "";
    const holders = isOperatorPermission(permission)
      ? roles.map(() => "")
      : roles.map((role) => yes(permissionsOf(role, false).has(permission)));
    const cells = [
      ...holders,
      yes(permissionsOf(Role.VIEWER, true).has(permission) && isOperatorPermission(permission)),
      yes(isScope(permission)),
    ];
    return `| \`${permission}\` | ${cells.join(" | ")} | ${needing}${endpoint} |`;
  });
  return [
    "# Permissions",
    "",
    "Who may do what. A member's role in the workspace of the request decides (`X-Workspace-Id`, or the first one); operators run",
    "the installation and have `system:…` besides, whatever their role. Without the permission that a field needs it is `FORBIDDEN`,",
    "at its path. A role or a key that is taken away ends open connections and fails the next request within a second, in every",
    "process.",
    "",
    `| permission | ${roles.join(" | ")} | operator | API key | fields that need it |`,
    `| --- | ${[...roles, "operator", "API key"].map(() => ":-:").join(" | ")} | --- |`,
    ...rows,
    "",
    `Without a permission, for everybody: ${listed(fields.filter(({ permissions }) => permissions.length === 0))}.`,
    "",
    "## Roles",
    "",
    "Each role may all that the ones to its right may. Nobody gives, takes, offers or ends a role above their own. A workspace",
    "always keeps an owner whose account is active: the last one can neither leave, nor be removed, nor be demoted.",
    "",
    "## Operators",
    "",
    "The first account of an installation is an operator, and so is whoever signs in with `ATRIUM_ADMIN_EMAIL` and",
    "`ATRIUM_ADMIN_PASSWORD` at the start. `ATRIUM_ADMIN_IPS` says from where operators may act.",
    "",
    "## API keys",
    "",
    "`createApiKey` gives a key, once: `atk_<prefix>_<secret>`, sent as `Authorization: Bearer atk_…`. It acts for who made it, in the",
    "workspace that it was made in, and may what its scopes name and its maker may at that moment: the scopes are permissions of the",
    "column above. So it ends with its maker's membership or account. No key manages keys, members, sessions, workspaces or accounts.",
    "",
    "- Secret scanners find keys by `atk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}`; the last six characters are the CRC-32 of what stands",
    "  before them, in base 62, so a typo is told from a wrong key without a look at the database.",
    "- Only the SHA-256 of the 256 random bits is stored. `rotateApiKey` gives a new secret and keeps the old one good for `overlap`,",
    "  a day unless said otherwise and at most `P7D`; only who made the key can rotate it, every admin can `revokeApiKey`.",
    "- `lastUsedAt` is written at most once a minute. A key has idempotency keys of its own.",
    "",
  ].join("\n");
};
