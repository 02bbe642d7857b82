import { GraphQLObjectType, type GraphQLSchema } from "graphql";
import type { EntityClass } from "#src/platform/column.js";
import { shapeOf } from "#src/platform/lists/entity-shape.js";
import type { Node } from "#src/platform/node.js";
import type { Context } from "./context.js";
import { resolvedFields } from "./resolved-fields.js";

/** Fields that are mere properties are read as such, without the wrapper in which type-graphql looks for middleware. */
export const unwrapFields = (schema: GraphQLSchema): void => {
  const resolved = resolvedFields();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType) || type.name.startsWith("__") || roots.includes(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (!resolved.has(`${type.name}.${field.name}`)) delete field.resolve;
  }
};

/**
 * Gives the fields that classes declare, rows that a row names and what SQL derives, their resolvers: for answers that
 * begin somewhere else than at a list, such as at a mutation. Each is one statement for all rows of a level.
 */
export const attachReads = (schema: GraphQLSchema, entities: readonly EntityClass[]): void => {
  for (const entity of entities) {
    const type = schema.getType(entity.name);
    if (!(type instanceof GraphQLObjectType)) continue;
    const fields = type.getFields();
    const { references, columns } = shapeOf(entity);
    for (const { field, property, entity: named } of references.values()) {
      const definition = fields[field];
      if (definition === undefined) continue;
      definition.resolve = (source: Record<string, string | null>, _args, context: Context) => {
        const id = source[property];
        return id == null ? null : context.load(named() as EntityClass<Node>, id);
      };
    }
    for (const [property, column] of columns) {
      const definition = fields[property];
      if (definition === undefined || column.declaration.derived === undefined) continue;
      const { whenGone } = column.declaration.derived;
      const derive = (context: Context, id: string) =>
        context.batch(column, id, (ids) => context.app.lists.derive(entity, column, context.actor, ids));
      definition.resolve = async (source: Record<string, unknown>, _args, context: Context) =>
        source[property] ?? (await derive(context, String(source.id))) ?? whenGone;
    }
  }
};
