import { createHash } from "node:crypto";
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from "graphql";
import { badInput } from "#src/platform/errors.js";

/** Documents that are known beforehand: SHA-256 of the text in lower-case hex → the text. */
export type Manifest = Readonly<Record<string, string>>;

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** One entry for each operation, printed with the fragments that it needs in the order in which it needs them. */
export const manifestOf = (document: DocumentNode): Manifest => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
    if (each.kind === Kind.OPERATION_DEFINITION) operations.push(each);
  }
  const texts = operations.map((operation) => {
    const needed = new Map<string, FragmentDefinitionNode>();
    const gather = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
      visit(node, {
        FragmentSpread({ name: { value: name } }) {
          const fragment = fragments.get(name);
          if (fragment === undefined || needed.has(name)) return;
          needed.set(name, fragment);
          gather(fragment);
        },
      });
    gather(operation);
    return print({ kind: Kind.DOCUMENT, definitions: [operation, ...needed.values()] });
  });
  return Object.fromEntries(texts.map((text): [string, string] => [hashOf(text), text]).sort());
};

/** What a request says of its document. */
export interface DocumentReference {
  readonly query?: unknown;
  /** `sha256:` and 64 hexadecimal digits, as the GraphQL over HTTP draft has it. */
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** Finds the text of a request, which may name a known document instead; when `required`, it must be a known one. */
export class TrustedDocuments {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(
    manifest: Manifest,
    private readonly required: boolean,
  ) {
    this.#texts = new Map(Object.entries(manifest));
  }

  /** Throws BAD_USER_INPUT when there is no text, none under this id, or none that is trusted. */
  textOf(request: DocumentReference): string {
    const { query } = request;
    const id = idOf(request);
    if (typeof query === "string" && query !== "") {
      if (id?.field === "documentId") throw badInput("Send `query` or `documentId`, not both.", "documentId");
      if (this.required && !this.#texts.has(hashOf(query)))
        throw badInput("This server answers trusted documents alone, and this is none of them.", "query");
      return query;
    }
    if (query !== undefined && query !== null && query !== "")
      throw badInput("`query` must be the text of a GraphQL document.", "query");
    if (id === undefined) throw badInput("`query` must be the text of a GraphQL document.", "query");
    const text = this.#texts.get(id.hash);
    if (text === undefined)
      throw badInput(`There is no trusted document ${JSON.stringify(id.hash.slice(0, 80))}.`, id.field);
    return text;
  }
}

const idOf = ({ documentId, extensions }: DocumentReference): { hash: string; field: string } | undefined => {
  if (documentId !== undefined && documentId !== null) {
    if (typeof documentId !== "string" || !documentId.startsWith("sha256:"))
      throw badInput("`documentId` must be `sha256:` and the SHA-256 of the document in hex.", "documentId");
    return { hash: documentId.slice("sha256:".length), field: "documentId" };
  }
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  const hash = persistedQuery?.sha256Hash;
  return typeof hash === "string" ? { hash, field: "extensions.persistedQuery.sha256Hash" } : undefined;
};
