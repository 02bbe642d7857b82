import { type GraphQLField, type GraphQLSchema, getArgumentValues, getNamedType, isObjectType } from "graphql";
import type { Condition, Variables } from "./argument-values.js";
import { type Collect, type Cost, type Group, isAsked, partsOf } from "./selection-groups.js";

interface Counted {
  /** Undefined for `__typename`. */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly node: Group["node"];
  readonly asked: Condition;
  readonly below: readonly Counted[];
}

/** Counting is work itself: behind this many fields it stops. No setting of the limit is that high for an introspection. */
const countedAtMost = 200_000;

/**
 * The cost of `__schema` and `__type`: exact, because the schema is at hand, and products of its longest lists would
 * forbid what every tool asks.
 */
export const costOfIntrospection = (
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  group: Group,
  collect: Collect,
): Cost => {
  const info = { schema } as never;

  const compile = (definition: Counted["definition"], each: Group): Counted => {
    const type = definition === undefined ? undefined : getNamedType(definition.type);
    const groups = isObjectType(type) ? [...collect(type, partsOf(each)).values()] : [];
    const fields = isObjectType(type) ? type.getFields() : {};
    const below = groups.map((inner) => compile(fields[inner.node.name.value], inner));
    return { definition, node: each.node, asked: isAsked(each), below };
  };
  const root = compile(field, group);

  return (variables) => {
    let count = 0;
    const visit = ({ definition, node, asked, below }: Counted, source: unknown) => {
      if (!asked(variables)) return;
      count += 1;
      if (definition === undefined || below.length === 0 || count > countedAtMost) return;
      const value = definition.resolve?.(source, readArguments(definition, node, variables), undefined, info);
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item === undefined || item === null) continue;
        for (const inner of below) visit(inner, item);
      }
    };
    visit(root, undefined);
    return count;
  };
};

/** Variables that do not fit are the executor's to refuse: nothing is resolved with them. */
const readArguments = (
  field: GraphQLField<unknown, unknown>,
  node: Group["node"],
  variables: Variables,
): Record<string, unknown> => {
  try {
    return getArgumentValues(field, node, { ...variables });
  } catch {
    return {};
  }
};
