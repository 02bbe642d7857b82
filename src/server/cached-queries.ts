import type { FastifyRequest } from "fastify";
import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { CacheOutcome, QueryCache } from "#src/platform/query-cache.js";
import { visibilityOf } from "#src/platform/query-key.js";

/** Root fields whose answers are made of stored rows alone, and every table that these can come from. */
const tablesOf: Readonly<Record<string, readonly string[]>> = {
  quote: ["quote", "quote_favourite", "user", "membership", "generation"],
  quotes: ["quote", "quote_favourite", "user", "membership", "generation"],
};

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Asked {
  readonly document: DocumentNode;
  readonly query: string;
  readonly operationName?: unknown;
  readonly variables?: unknown;
}

/** The operation that a request runs; nothing when its document does not say which. */
export const operationOf = ({ document, operationName }: Asked): OperationDefinitionNode | undefined =>
  getOperationAST(document, typeof operationName === "string" ? operationName : undefined) ?? undefined;

/** Answers a query from the cache, where its tables are known; anything else goes past it. */
export const answerQuery = async (
  cache: QueryCache,
  request: FastifyRequest,
  { caller }: Context,
  asked: Asked,
  execute: () => Promise<HttpAnswer>,
): Promise<{ answer: HttpAnswer; outcome: CacheOutcome }> => {
  const tables = tablesReadBy(asked);
  // Only what comes as JSON has passed the check against forged requests.
  if (tables === undefined || caller === undefined || request.method !== "POST")
    return { answer: await execute(), outcome: "BYPASS" };
  const { query, operationName, variables } = asked;
  const key = {
    document: `${request.headers.accept ?? ""}\n${query}`,
    operationName: typeof operationName === "string" ? operationName : null,
    variables,
    visibility: visibilityOf(caller, true),
  };
  let read: HttpAnswer | undefined;
  const fresh = /\bno-(?:cache|store)\b/i.test(request.headers["cache-control"] ?? "");
  const { text, outcome } = await cache.read({ key, tables, fresh }, async () => {
    read = await execute();
    const { status, headers } = read;
    const storable = status === 200 && !read.text.includes('"errors":');
    return { text: `${headers["content-type"]}\n${read.text}`, storable };
  });
  const end = text.indexOf("\n");
  const kept = { status: 200, headers: { "content-type": text.slice(0, end) }, text: text.slice(end + 1) };
  return { answer: read ?? kept, outcome };
};

const tablesReadBy = (asked: Asked): string[] | undefined => {
  const operation = operationOf(asked);
  if (operation?.operation !== "query") return undefined;
  const tables = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD && Object.hasOwn(tablesOf, selection.name.value)
      ? tablesOf[selection.name.value]
      : undefined,
  );
  return tables.every((each) => each !== undefined) ? [...new Set(tables.flat())] : undefined;
};
