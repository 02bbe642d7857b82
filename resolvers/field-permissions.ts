import { getMetadataStorage } from "type-graphql";

export interface FieldPermissions {
  readonly root: "Query" | "Mutation" | "Subscription";
  readonly field: string;
  /** All of them are needed; none where strangers may ask. */
  readonly permissions: readonly string[];
}

/** What every root field needs, from the decorators of the resolvers, by name. */
export const fieldPermissions = (): FieldPermissions[] => {
  const { queries, mutations, subscriptions, authorizedFields } = getMetadataStorage();
  const roots = [
    ...queries.map((each) => ({ ...each, root: "Query" as const })),
    ...mutations.map((each) => ({ ...each, root: "Mutation" as const })),
    ...subscriptions.map((each) => ({ ...each, root: "Subscription" as const })),
  ];
  const listed = roots.map(({ root, schemaName: field, target, methodName }) => {
    const found = authorizedFields.filter((each) => each.target === target && each.fieldName === methodName);
    return { root, field, permissions: found.flatMap(({ roles }) => roles as string[]) };
  });
  return listed.sort((a, b) => (`${a.root} ${a.field}` < `${b.root} ${b.field}` ? -1 : 1));
};
