import { getMetadataStorage } from "type-graphql";

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
  return new Set(dependent.map(({ schemaName }) => schemaName));
};
