import { getMetadataStorage } from "type-graphql";

const named = (target: unknown, field: string) => `${(target as { name: string }).name}.${field}`;

/** Fields of object types that have a resolver or a permission of their own, as `Type.field`. */
export const resolvedFields = (): ReadonlySet<string> => {
  const { fieldResolvers, authorizedFields } = getMetadataStorage();
  return new Set([
    ...fieldResolvers.map(({ getObjectType, schemaName }) => named(getObjectType?.() ?? {}, schemaName)),
    ...authorizedFields.map(({ target, fieldName }) => named(target, fieldName)),
  ]);
};
