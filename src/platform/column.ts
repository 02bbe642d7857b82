import { BigIntType } from "@mikro-orm/core";
import { Entity, Enum, ManyToOne, Property } from "@mikro-orm/decorators/legacy";
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
  /** Clients may group aggregates by it. */
  group?: boolean;
  /** It says who a person is: audit entries name the column and never its value. */
  personal?: boolean;
}

export type EntityClass<T extends object = object> = new () => T;

/** What the list engine needs to know of a public column. */
export interface ColumnDeclaration {
  readonly property: string;
  readonly graph: () => GraphType;
  readonly sql: string;
  readonly nullable: boolean;
  readonly filter: boolean;
  readonly sort: boolean;
  readonly group: boolean;
  readonly enumName: string | undefined;
  readonly personal: boolean;
  /** For what is computed instead of stored. */
  readonly derived: { readonly sql: RowExpression; readonly whenGone: unknown } | undefined;
}

/** Rows of another class that name this one. */
export interface CollectionDeclaration {
  /** Name of the field in the API, such as `favourites`. */
  readonly field: string;
  readonly description: string;
  readonly entity: () => EntityClass;
  /** The other class's property that holds this row's id. */
  readonly by: string;
}

/** A row that another row names by its id. */
export interface ReferenceDeclaration {
  /** Name of the field in the API, such as `createdBy`. */
  readonly field: string;
  /** The property that holds the id. */
  readonly property: string;
  readonly entity: () => EntityClass;
}

/** SQL about a row, named by its alias; `workspace` and `user` are the actor's, as SQL too. */
export type RowExpression = (row: string, actor: { readonly workspace: string; readonly user: string }) => string;

const declarations = Symbol("columns");
const privateColumns = Symbol("privateColumns");
const sealedColumns = Symbol("sealedColumns");
const references = Symbol("references");
const collections = Symbol("collections");
const storage = Symbol("storage");

/** The public columns of an entity class, its base classes first. */
export const columnsOf = (entity: { prototype: object }): readonly ColumnDeclaration[] =>
  (Reflect.getMetadata(declarations, entity.prototype) as ColumnDeclaration[] | undefined) ?? [];

/** The columns of an entity class that clients do not see. */
export const privateColumnsOf = (entity: { prototype: object }): readonly { property: string; sql: string }[] =>
  (Reflect.getMetadata(privateColumns, entity.prototype) as { property: string; sql: string }[] | undefined) ?? [];

/** The properties of an entity class that hold what `Vault.seal` gave: a new key finds them all here. */
export const sealedColumnsOf = (entity: { prototype: object }): readonly string[] =>
  ((Reflect.getMetadata(sealedColumns, entity.prototype) as { property: string }[] | undefined) ?? []).map(
    ({ property }) => property,
  );

/** The rows that an entity class names. */
export const referencesOf = (entity: { prototype: object }): readonly ReferenceDeclaration[] =>
  (Reflect.getMetadata(references, entity.prototype) as ReferenceDeclaration[] | undefined) ?? [];

/** The rows that name a row of an entity class. */
export const collectionsOf = (entity: { prototype: object }): readonly CollectionDeclaration[] =>
  (Reflect.getMetadata(collections, entity.prototype) as CollectionDeclaration[] | undefined) ?? [];

interface Storage {
  /** Name of the table. */
  table: string;
  description: string;
  /** Who may see a row; without it the members of its workspace. Lists and the policies of Postgres are made of it. */
  visible?: RowExpression;
  /** Who may change or delete a row, as far as Postgres is concerned; without it whoever sees it. */
  changeable?: RowExpression;
  /** Tables that a trigger of this one writes to: whoever reads them has to hear of a change here. */
  alsoWrites?: readonly string[];
  /**
   * SQL of triggers by their names, made after the migrations (`declared-triggers.ts`): it makes the function and the
   * trigger, and brings rows up to it that are older.
   */
  triggers?: Readonly<Record<string, string | TriggerOnOther>>;
}

/** A trigger by which a change of another table's rows changes rows of the table that declares it. */
interface TriggerOnOther {
  /** Name of the other table. */
  readonly on: string;
  readonly sql: string;
}

const ofSystem = Symbol("of the system");

/** Its rows are read and written by the system alone: the tenant role has no right to the table. For classes without `visible`. */
export const SystemTable =
  () =>
  (entity: { prototype: object }): void =>
    Reflect.defineMetadata(ofSystem, true, entity.prototype);

export const isSystemTable = (entity: { prototype: object }): boolean =>
  Reflect.getMetadata(ofSystem, entity.prototype) === true;

const ofWorkspace: RowExpression = (row, { workspace }) => `${row}.workspace_id = ${workspace}`;

/** Where the rows of an entity class are, and who may see them; `isDeclared` when the class itself says that. */
export const storageOf = (entity: { prototype: object }): Required<Storage> & { readonly isDeclared: boolean } => {
  const declared = Reflect.getMetadata(storage, entity.prototype) as Storage | undefined;
  const { table = "", description = "", visible = ofWorkspace } = declared ?? {};
  const { changeable = visible, alsoWrites = [], triggers = {} } = declared ?? {};
  const isDeclared = declared?.visible !== undefined;
  return { table, description, visible, changeable, alsoWrites, triggers, isDeclared };
};

/** Property names are camelCase, columns snake_case. */
export const columnName = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const append = (key: symbol, prototype: object, declaration: object) => {
  const inherited = (Reflect.getMetadata(key, prototype) as object[] | undefined) ?? [];
  Reflect.defineMetadata(key, [...inherited, declaration], prototype);
};
const declare = (prototype: object, declaration: ColumnDeclaration) => append(declarations, prototype, declaration);

/** A class that is a table and a GraphQL type at once. Ids of its rows begin with the table's name. */
export const Stored =
  (options: Storage) =>
  <T extends abstract new (...args: never[]) => object>(target: T): void => {
    Entity({ tableName: options.table })(target as never);
    ObjectType({ description: options.description, implements: Node })(target);
    Reflect.defineMetadata(storage, options, target.prototype);
  };

/** A column that clients see. */
export const Column =
  (graph: () => GraphType, { description, filter, sort, group, personal, ...shape }: Shape & Public) =>
  (prototype: object, property: string): void => {
    // What clients see as a number is one here too; the driver gives such columns as texts.
    const type = shape.sql === "bigint" ? { type: new BigIntType("number") } : {};
    Property({ ...databaseOptions(shape), ...type })(prototype, property);
    Field(graph as () => never, { description, nullable: shape.nullable ?? false })(prototype, property);
    declare(prototype, {
      property,
      graph,
      sql: shape.sql,
      nullable: shape.nullable ?? false,
      filter: filter ?? false,
      sort: sort ?? false,
      group: group ?? false,
      enumName: undefined,
      personal: personal ?? false,
      derived: undefined,
    });
  };

/** A column of a closed set of words, checked by the database as well. */
export const EnumColumn =
  (name: string, values: object, options: Omit<Shape, "sql"> & Public) =>
  (prototype: object, property: string): void => {
    const { description, filter, sort, group, nullable, defaultRaw } = options;
    Enum({
      items: () => values as Record<string, string>,
      columnType: "text",
      nullable: nullable ?? false,
      ...(defaultRaw === undefined ? {} : { defaultRaw }),
    })(prototype, property);
    Field((() => values) as () => never, { description, nullable: nullable ?? false })(prototype, property);
    declare(prototype, {
      property,
      graph: () => values,
      sql: "text",
      nullable: nullable ?? false,
      filter: filter ?? false,
      sort: sort ?? false,
      group: group ?? false,
      enumName: name,
      personal: false,
      derived: undefined,
    });
  };

interface Computed {
  description: string;
  sql: RowExpression;
  /** The value for a row that has just been deleted. */
  whenGone: unknown;
  filter?: boolean;
}

/** What clients see like a column, computed by SQL from the row and who asks; never null. */
export const Derived =
  (graph: () => GraphType, options: Computed) =>
  (prototype: object, property: string): void => {
    Field(graph as () => never, { description: options.description })(prototype, property);
    declare(prototype, {
      property,
      graph,
      sql: "",
      nullable: false,
      filter: options.filter ?? false,
      sort: false,
      group: false,
      enumName: undefined,
      personal: false,
      derived: options,
    });
  };

/** Rows of another class that name this one by `by`; clients page through them. */
export const Collection =
  (entity: () => EntityClass, options: { by: string; description: string }) =>
  (prototype: object, field: string): void =>
    append(collections, prototype, { field, entity, ...options } satisfies CollectionDeclaration);

/** The id of another row. Clients see the row itself, null when it is gone or not for them. */
export const Reference =
  (
    entity: () => EntityClass,
    options: { field: string; description: string; nullable?: boolean; index?: boolean; deleteRule?: "cascade" },
  ) =>
  (prototype: object, property: string): void => {
    const { field, description, ...rest } = options;
    ManyToOne(entity, { mapToPk: true, fieldName: columnName(property), ...rest })(prototype, property);
    Field(entity, { description, nullable: true })(prototype, field);
    append(references, prototype, { field, property, entity } satisfies ReferenceDeclaration);
  };

/** A column that never leaves the server by itself. */
export const PrivateColumn =
  (shape: Shape) =>
  (prototype: object, property: string): void => {
    Property(databaseOptions(shape))(prototype, property);
    append(privateColumns, prototype, { property, sql: shape.sql });
  };

/** A private column of texts that `Vault.seal` gave for `placeOf` their row and this property. */
export const SealedColumn =
  ({ nullable }: { nullable?: boolean } = {}) =>
  (prototype: object, property: string): void => {
    PrivateColumn({ sql: "text", nullable: nullable ?? false })(prototype, property);
    append(sealedColumns, prototype, { property });
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
  "text[]": "array",
};
