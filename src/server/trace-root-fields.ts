import { defaultFieldResolver, type GraphQLSchema } from "graphql";
import { currentSpan, inSpan } from "#src/platform/span.js";

/** Gives every root field a span of its own, under which its statements and jobs stand. Changes the schema it is given. */
export const traceRootFields = (schema: GraphQLSchema): void => {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      const name = `resolve ${type?.name}.${field.name}`;
      field.resolve = (source, args, context, info) => {
        const span = currentSpan()?.child(name);
        return span === undefined
          ? resolve(source, args, context, info)
          : inSpan(span, () => resolve(source, args, context, info));
      };
    }
  }
};
