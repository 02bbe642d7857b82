import { Extensions } from "type-graphql";

/** How many items a list gives: never more than `most`, and no more than the first of these arguments that has a value says. */
export interface ListBound {
  readonly most: number;
  readonly says: readonly string[];
}

/** What a field declares of itself, for the guard that counts the work of a document before any is done. */
export interface FieldBounds {
  readonly listBound?: ListBound;
  readonly oncePerDocument?: true;
  /** Its arguments may hold thousands of objects. */
  readonly takesMany?: true;
  /** Each asking counts once more against this limit of the caller's network. */
  readonly limitedBy?: NetworkLimit;
}

/** Limits of networks for single fields: `limitPolicies` has their numbers. */
export type NetworkLimit = "sign-up" | "sign-in-start" | "mail";

/**
 * Declares how long a list can be; every list of objects needs it (a test checks). `says` names arguments of the field
 * itself, or of the field that gave the page: a number stands for itself, a list for its length.
 */
export const AtMost = (most: number, ...says: string[]) => {
  const bounds: FieldBounds = { listBound: { most, says } };
  return Extensions({ ...bounds });
};

/** Declares that a document has this field at most once, whatever its aliases: fifty guesses at a password are fifty requests. */
export const OncePerDocument = () => {
  const bounds: FieldBounds = { oncePerDocument: true };
  return Extensions({ ...bounds });
};

/**
 * Declares that a root field takes thousands of small objects at once, which nobody validates one by one: its operation may
 * have that many in its variables, and each costs as much as a field.
 */
export const TakesMany = () => {
  const bounds: FieldBounds = { takesMany: true };
  return Extensions({ ...bounds });
};

/** Declares that a field does what one network may ask for only so often, beyond the limit that all fields share. */
export const LimitedBy = (limitedBy: NetworkLimit) => {
  const bounds: FieldBounds = { limitedBy };
  return Extensions({ ...bounds });
};
