import { Entity, Enum, Property } from "@mikro-orm/decorators/legacy";
import type { GraphQLScalarType } from "graphql";
import { Field, ObjectType } from "type-graphql";
import { Node } from "./node.js";

type GraphType = typeof String | typeof Boolean | GraphQLScalarType | object;

interface Shape {
  /** Postgres type, such as `text` or `timestamptz`. */
  sql: string;
  nullable?: boolean;
  /** Default as SQL, such as `0` or `now()`. */
  defaultRaw?: string;
  unique?: boolean;
  /** The database counts it up by itself. */
  identity?: boolean;
}

interface Public {
  /** What the name cannot say: unit, bounds, who may see it. */
  description: string;
  /** Clients may filter lists by it. */
  filter?: boolean;
  /** Clients may order lists by it; never on a nullable column, keyset pages need a total order. */
  sort?: boolean;
}

/** What the list engine needs to know of a public column. */
export interface ColumnDeclaration {
  readonly property: string;
  readonly graph: () => GraphType;
  readonly sql: string;
  readonly nullable: boolean;
  readonly filter: boolean;
  readonly sort: boolean;
  readonly enumName: string | undefined;
}

const declarations = Symbol("columns");

/** The public columns of an entity class, its base classes first. */
export const columnsOf = (entity: { prototype: object }): readonly ColumnDeclaration[] =>
  (Reflect.getMetadata(declarations, entity.prototype) as ColumnDeclaration[] | undefined) ?? [];

const declare = (prototype: object, declaration: ColumnDeclaration) => {
  const inherited = (Reflect.getMetadata(declarations, prototype) as ColumnDeclaration[] | undefined) ?? [];
  Reflect.defineMetadata(declarations, [...inherited, declaration], prototype);
};

/** A class that is a table and a GraphQL type at once. Ids of its rows begin with the table's name. */
export const Stored =
  (options: { table: string; description: string }) =>
  <T extends abstract new (...args: never[]) => object>(target: T): void => {
    Entity({ tableName: options.table })(target as never);
    ObjectType({ description: options.description, implements: Node })(target);
  };

/** A column that clients see. */
export const Column =
  (graph: () => GraphType, { description, filter, sort, ...shape }: Shape & Public) =>
  (prototype: object, property: string): void => {
    Property(databaseOptions(shape))(prototype, property);
    Field(graph as () => never, { description, nullable: shape.nullable ?? false })(prototype, property);
    declare(prototype, {
      property,
      graph,
      sql: shape.sql,
      nullable: shape.nullable ?? false,
      filter: filter ?? false,
      sort: sort ?? false,
      enumName: undefined,
    });
  };

/** A column of a closed set of words, checked by the database as well. */
export const EnumColumn =
  (name: string, values: object, { description, filter, sort, nullable }: Omit<Shape, "sql"> & Public) =>
  (prototype: object, property: string): void => {
    Enum({ items: () => values as Record<string, string>, columnType: "text", nullable: nullable ?? false })(
      prototype,
      property,
    );
    Field((() => values) as () => never, { description, nullable: nullable ?? false })(prototype, property);
    declare(prototype, {
      property,
      graph: () => values,
      sql: "text",
      nullable: nullable ?? false,
      filter: filter ?? false,
      sort: sort ?? false,
      enumName: name,
    });
  };

/** A column that never leaves the server by itself. */
export const PrivateColumn =
  (shape: Shape) =>
  (prototype: object, property: string): void => {
    Property(databaseOptions(shape))(prototype, property);
  };

const databaseOptions = ({ sql, nullable, defaultRaw, unique, identity }: Shape) => ({
  columnType: sql,
  // The type that MikroORM converts with: everything it does not know stays as the driver gives it.
  type: mikroTypes[sql.replace(/\(.*/, "")] ?? "any",
  nullable: nullable ?? false,
  ...(defaultRaw === undefined ? {} : { defaultRaw }),
  ...(unique === undefined ? {} : { unique }),
  ...(identity ? { autoincrement: true } : {}),
});

const mikroTypes: Readonly<Record<string, string>> = {
  text: "string",
  varchar: "string",
  integer: "integer",
  "double precision": "double",
  boolean: "boolean",
  timestamptz: "datetime",
  jsonb: "json",
};
