import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from "graphql";
import type { RawRow } from "#src/platform/connections.js";
import { parseId } from "#src/platform/ids.js";
import { findSql } from "#src/platform/lists/page-sql.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { compileAggregate } from "#src/platform/reads/aggregate-plan.js";
import { type Compiling, Level } from "#src/platform/reads/level.js";
import { compileObject } from "#src/platform/reads/object-plan.js";
import { compilePage } from "#src/platform/reads/page-plan.js";
import { ReadUsage } from "#src/platform/reads/read-usage.js";
import { objectWriter, type Reading } from "#src/platform/reads/reading.js";
import { collectFields, NotCompilable } from "#src/platform/reads/selection.js";
import type { RootRead } from "./list-resolver.js";
import { resolvedFields } from "./resolved-fields.js";

/** A query as statements and a writer of its answer. */
export interface QueryPlan {
  /** What the caller must hold. */
  readonly permissions: readonly string[];
  readonly usage: ReadUsage;
  /** The JSON of `data`. Throws whatever graphql-js would have made an error of: then it has to answer. */
  readonly run: (reading: Omit<Reading, "slots">) => Promise<string>;
}

interface Root {
  readonly run: (reading: Reading) => Promise<void>;
  readonly write: (reading: Reading) => string;
}

/**
 * Compiles queries whose every field is a stored column, a row that another one names, a collection or an aggregate.
 * Such a query needs no resolver: a few statements, and JSON written from what Postgres sends.
 */
export const queryCompiler = (schema: GraphQLSchema, reads: ReadonlyMap<string, RootRead>) => {
  const resolved = resolvedFields();
  const queryType = schema.getQueryType();

  /** The plan of a validated query; nothing when a resolver has to answer a part of it. */
  return (
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): QueryPlan | undefined => {
    if (operation.operation !== OperationTypeNode.QUERY || !queryType) return undefined;
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const each of document.definitions)
      if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
    let slots = 0;
    const compiling: Compiling = {
      schema,
      fragments,
      variables,
      isResolved: (type, field) => resolved.has(`${type}.${field}`),
      usage: new ReadUsage(),
      compilePage,
      slot: () => {
        slots += 1;
        return slots - 1;
      },
    };
    const permissions = new Set<string>();
    const compileRoot = (name: string, nodes: readonly FieldNode[]): Root => {
      if (name === "__typename") return { run: async () => {}, write: () => JSON.stringify(queryType.name) };
      const read = reads.get(name);
      const definition = queryType.getFields()[name];
      const [node] = nodes;
      if (read === undefined || definition === undefined || node === undefined) throw new NotCompilable();
      permissions.add(read.permission);
      const { list, kind } = read;
      if (kind === "aggregate") return compileAggregate(compiling, list, definition, nodes);
      if (kind === "page") {
        const page = compilePage(compiling, list, definition, nodes);
        return { run: (reading) => page.run(reading), write: (reading) => page.write("", reading) };
      }
      const level = new Level();
      const write = compileObject(compiling, level, list.shape, nodes);
      const slot = compiling.slot();
      const prefix = list.shape.table.replaceAll('"', "");
      return {
        run: async (reading) => {
          const { id } = getArgumentValues(definition, node, reading.variables);
          const statement = findSql(list.shape, level, parseId(String(id), prefix), new Parameters(reading.actor));
          const rows = await reading.read(statement);
          [reading.slots[slot]] = rows;
          await level.descend(rows, reading);
        },
        write: (reading) => {
          const row = reading.slots[slot] as RawRow | undefined;
          return row === undefined ? "null" : write(row, reading);
        },
      };
    };

    try {
      const roots = [...collectFields(compiling, queryType, [operation])].map(([key, nodes]) => ({
        key,
        root: compileRoot(nodes[0]?.name.value ?? "", nodes),
      }));
      const write = objectWriter<undefined>(
        roots.map(({ key, root }) => ({ key, write: (_source, reading) => root.write(reading) })),
      );
      return {
        permissions: [...permissions],
        usage: compiling.usage,
        run: async (given) => {
          const reading: Reading = { ...given, slots: new Array(slots) };
          await Promise.all(roots.map(({ root }) => root.run(reading)));
          return write(undefined, reading);
        },
      };
    } catch (error) {
      if (error instanceof NotCompilable) return undefined;
      throw error;
    }
  };
};
