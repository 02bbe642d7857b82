import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { CollectionDeclaration, EntityClass } from "#src/platform/column.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { parseId } from "#src/platform/ids.js";
import { type AggregateArgs, maxGroups } from "#src/platform/lists/aggregate.js";
import { type List, type ListArgs, listOf } from "#src/platform/lists/list.js";
import type { Node } from "#src/platform/node.js";
import type { Context } from "./context.js";

/** A root field that reads what a list declares; a compiled document reads it without calling a resolver. */
export interface RootRead {
  readonly kind: "find" | "page" | "aggregate";
  readonly list: List;
  readonly permission: string;
}

export interface ListResolver {
  readonly resolver: new () => object;
  /** By the name of the field. */
  readonly reads: ReadonlyMap<string, RootRead>;
}

type Prototype = Record<string, unknown>;
/** Decorators of methods ask for a descriptor; type-graphql's never look at it. */
const described = {};
/** The list looks at its arguments itself: validators would only walk through filters in which there is none. */
const checked = { validate: false } as const;

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);
const spaced = (text: string) => text.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

interface Options {
  /** False where something else stands in the place of `quote(id)`. */
  readonly hasFind?: boolean;
  /** False for rows of several workspaces: of their changes in the others the cache of compiled queries does not hear. */
  readonly isCompiled?: boolean;
}

/** The three root fields of a list, `quote(id)`, `quotes(…)` and `quotesAggregate(…)`, and its rows' collections. */
export const listResolver = (
  list: List,
  permission: string,
  { hasFind = true, isCompiled = true }: Options = {},
): ListResolver => {
  const { shape, plural } = list;
  const singular = lowerFirst(shape.name);
  const names = { ...(hasFind ? { find: singular } : {}), page: plural, aggregate: `${plural}Aggregate` };
  const resolver = { [`${shape.name}ListResolver`]: class {} }[`${shape.name}ListResolver`] as new () => object;
  const prototype = resolver.prototype as Prototype;

  if (hasFind) addFind(prototype, list, singular);

  prototype.page = (args: ListArgs, { app, actor }: Context) => app.lists.page(list, actor, args);
  Args(() => list.Args, checked)(prototype, "page", 0);
  Ctx()(prototype, "page", 1);
  Query(() => list.Connection, { name: names.page, description: `The ${spaced(plural)} that you may see.` })(
    prototype,
    "page",
    described,
  );

  prototype.aggregate = (args: AggregateArgs, { app, actor }: Context) => app.lists.aggregate(list, actor, args);
  Args(() => list.aggregates.Args, checked)(prototype, "aggregate", 0);
  Ctx()(prototype, "aggregate", 1);
  Query(() => [list.aggregates.Aggregate], {
    name: names.aggregate,
    description: `Figures of the ${spaced(plural)} that you may see, grouped as asked.`,
  })(prototype, "aggregate", described);

  AtMost(maxGroups, "first")(prototype, "aggregate", described);

  for (const method of Object.keys(names)) Authorized(permission)(prototype, method, described);
  for (const collection of shape.collections.values()) addCollection(prototype, collection);
  Resolver(() => shape.entity)(resolver);
  const reads = Object.entries(names).map(([kind, name]): [string, RootRead] => [
    name,
    { kind: kind as RootRead["kind"], list, permission },
  ]);
  return { resolver, reads: new Map(isCompiled ? reads : []) };
};

const addFind = (prototype: Prototype, { shape }: List, name: string): void => {
  prototype.find = (id: string, { app, actor }: Context) =>
    app.lists.find(shape.entity as new () => Node, actor, parseId(id, shape.table.replaceAll('"', "")));
  Arg("id", () => ID, { description: `The ${spaced(name)}.` })(prototype, "find", 0);
  Ctx()(prototype, "find", 1);
  Query(() => shape.entity, {
    name,
    nullable: true,
    description: `One ${spaced(name)}; null when there is none that you may see.`,
  })(prototype, "find", described);
};

/** A collection of a class that knows nothing of it: by this a later domain adds its rows to those of an earlier one. */
export const collectionResolver = (entity: EntityClass, collection: CollectionDeclaration): (new () => object) => {
  const name = `${entity.name}${collection.field}Resolver`;
  const resolver = { [name]: class {} }[name] as new () => object;
  addCollection(resolver.prototype as Prototype, collection);
  Resolver(() => entity)(resolver);
  return resolver;
};

const addCollection = (prototype: Prototype, { field, entity, by, description }: CollectionDeclaration) => {
  const list = listOf(entity());
  prototype[field] = ({ id }: Node, args: ListArgs, context: Context) =>
    context.batch(`${field} ${id.slice(0, id.lastIndexOf("_"))} ${JSON.stringify(args)}`, id, (ids) =>
      context.app.lists.pages(list, by, context.actor, args, ids),
    );
  Root()(prototype, field, 0);
  Args(() => list.Args, checked)(prototype, field, 1);
  Ctx()(prototype, field, 2);
  FieldResolver(() => list.Connection, { description })(prototype, field, described);
};
