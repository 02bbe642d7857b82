import { createHash } from "node:crypto";
import type { EntityMetadata } from "@mikro-orm/core";
import { columnName, isSystemTable, storageOf } from "./column.js";
import { identifier } from "./lists/statement.js";

/** What Postgres lets the tenant role do with the rows of one table. */
interface Policy {
  readonly name: string;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  readonly using?: string;
  readonly check?: string;
}

/** A table that the tenant role may use, and the policies that bound what it meets there. */
export interface WalledTable {
  readonly table: string;
  readonly policies: readonly Policy[];
}

export const privileges = ["DELETE", "INSERT", "SELECT", "UPDATE"] as const;

/** Who asks, as the connection was told. Null before it was told anything: then no row is anybody's. */
const asking = {
  workspace: "current_setting('app.workspace', true)",
  user: "current_setting('app.user', true)",
};

/** The whole of `visible` where no caller sees any row. */
const nobody = "false";

/**
 * The tables of all classes whose rows belong to somebody, with policies made of the same `visible` that the lists put
 * into their statements. A class with neither a workspace nor `visible`, or whose rows nobody sees, is the system's own: the
 * role has no right to it.
 */
export const walledTables = (entities: Iterable<EntityMetadata>): WalledTable[] =>
  [...entities].flatMap(({ class: entity, tableName, properties }) => {
    if (entity === undefined || isSystemTable(entity as { prototype: object })) return [];
    const { visible, changeable, isDeclared } = storageOf(entity as { prototype: object });
    const hasWorkspace = "workspaceId" in properties;
    if (!hasWorkspace && !isDeclared) return [];
    const row = identifier(tableName);
    const seen = visible(row, asking);
    if (seen === nobody) return [];
    const own = hasWorkspace ? `${row}.${columnName("workspaceId")} = ${asking.workspace}` : changeable(row, asking);
    const changes = changeable(row, asking);
    const policies: Policy[] =
      changes === seen
        ? [{ name: "atrium_all", command: "all", using: seen, check: own }]
        : [
            { name: "atrium_delete", command: "delete", using: changes },
            { name: "atrium_insert", command: "insert", check: own },
            { name: "atrium_select", command: "select", using: seen },
            { name: "atrium_update", command: "update", using: changes, check: own },
          ];
    return [{ table: tableName, policies }];
  });

/** Differs whenever the policy would be another one: stored as its comment, so that a dump carries it along. */
export const fingerprint = (policy: Policy, role: string): string =>
  `atrium ${createHash("sha256")
    .update(JSON.stringify([policy, role]))
    .digest("base64url")
    .slice(0, 22)}`;

export const policySql = (table: string, policy: Policy, role: string): string => {
  const { name, command, using, check } = policy;
  const conditions = [...(using ? [`using (${using})`] : []), ...(check ? [`with check (${check})`] : [])];
  return [
    `create policy ${name} on ${identifier(table)} for ${command} to ${identifier(role)} ${conditions.join(" ")}`,
    `comment on policy ${name} on ${identifier(table)} is '${fingerprint(policy, role)}'`,
  ].join(";\n");
};
