import { Extensions } from "type-graphql";
import type { AccessLevel } from "#src/platform/access-level.js";

/** What stands in for the permission of a root field. */
export interface OrGrantOptions {
  /** The argument that names the thing. */
  readonly argument: string;
  readonly level: AccessLevel;
}

/** Declares that a grant of this level on the thing that an argument names is as good as the permission of the field. */
export const OrGrant = (argument: string, level: AccessLevel) =>
  Extensions({ orGrant: { argument, level } satisfies OrGrantOptions });
