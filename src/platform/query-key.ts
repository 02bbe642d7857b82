import { hash } from "node:crypto";
import type { Actor } from "./actor.js";

/** Whose answers are the same: members of a workspace with the same permissions, or one of them alone. */
export interface Visibility {
  readonly workspaceId: string;
  readonly permissions: string;
  readonly userId: string | null;
}

/** What an answer depends on, apart from the rows. */
export interface QueryKey {
  /** The document's text, or whatever else names it alone. */
  readonly document: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
  readonly visibility: Visibility;
}

/** Sets of permissions are shared by all who hold the same role. */
const listed = new WeakMap<ReadonlySet<string>, string>();

const listOf = (permissions: ReadonlySet<string>): string => {
  const known = listed.get(permissions) ?? [...permissions].sort().join(" ");
  listed.set(permissions, known);
  return known;
};

/** `perUser`: the answer depends on who asks, such as "is it a favourite of mine". */
export const visibilityOf = ({ workspaceId, permissions, userId }: Actor, perUser: boolean): Visibility => ({
  workspaceId,
  permissions: listOf(permissions),
  userId: perUser ? userId : null,
});

/** Keys are hashes, so that no text of a person stands where keys are listed. */
export const hashOf = ({ document, operationName, variables, visibility }: QueryKey): string =>
  hash("sha256", canonical([document, operationName ?? null, variables ?? null, visibility]), "base64url");

/** JSON with the names of every object in order: the same value always gives the same text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
