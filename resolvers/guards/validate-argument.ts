import { getMetadataStorage, type ValidationError, validateOrReject } from "class-validator";
import { ArgumentValidationError } from "type-graphql";

/**
 * Checks an argument by the decorators of its class, up to its first error. As type-graphql does by itself, but for its
 * dynamic import at every call, which takes longer than the check.
 */
export const validateArgument = async (value: unknown): Promise<void> => {
  if (typeof value !== "object" || value === null) return;
  const options = { skipMissingProperties: true, forbidUnknownValues: false, stopAtFirstError: true };
  const items = (Array.isArray(value) ? value : [value]).filter(hasPrototype).filter(hasRules);
  try {
    await Promise.all(items.map((item) => validateOrReject(item, options)));
  } catch (errors) {
    throw new ArgumentValidationError(errors as ValidationError[]);
  }
};

/** JSON that stands in the document itself has none, so there is no class to check it by. */
const hasPrototype = (item: unknown): item is object =>
  typeof item === "object" && item !== null && Object.getPrototypeOf(item) !== null;

const ruled = new WeakMap<object, boolean>();

/** Of a class without decorators there may be thousands in one list: asking for the rules of each would take longer than all else. */
const hasRules = (item: object): boolean => {
  const { constructor: itsClass } = item;
  const known = ruled.get(itsClass);
  if (known !== undefined) return known;
  const found = getMetadataStorage().getTargetValidationMetadatas(itsClass, "", false, false).length > 0;
  ruled.set(itsClass, found);
  return found;
};
