import { getMetadataStorage } from "type-graphql";
import { entities } from "#src/app/entities.js";
import { columnsOf, referencesOf } from "#src/platform/column.js";

/**
 * Names of the fields below a root field whose answer may depend on who looks, beyond workspace and permissions: those
 * that take the context, or run through something that does. Every other field is answered from its object alone.
 */
export const viewerFields = (): ReadonlySet<string> => {
  const { fieldResolvers, subscriptions } = getMetadataStorage();
  const dependent = [...fieldResolvers, ...subscriptions].filter(
    ({ params = [], middlewares = [] }) =>
      middlewares.length > 0 || params.some(({ kind }) => kind === "context" || kind === "custom"),
  );
  return new Set([...dependent.map(({ schemaName }) => schemaName), ...declaredReads()]);
};

/** What the actor's SQL answers: rows that a row names, and what is derived from it. */
const declaredReads = (): string[] =>
  entities.flatMap((entity) => [
    ...referencesOf(entity).map(({ field }) => field),
    ...columnsOf(entity).flatMap(({ property, derived }) => (derived === undefined ? [] : [property])),
  ]);
