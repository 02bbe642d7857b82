import type { IncomingHttpHeaders } from "node:http";
import type { GraphqlParams } from "#resolvers/guards/admit-document.js";
import { badInput, DomainError } from "#src/platform/errors.js";

type Given = Readonly<Record<string, unknown>>;

/** What a request brings: its body as JSON when it is a POST, else what stands behind the `?`, by name. */
interface Brought {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly search: Given;
}

/** A request with one of these came from a program: a browser asks before it sends them to another origin. */
const preflightHeaders = ["apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight"];

/**
 * Reads the parameters of a GraphQL request (GraphQL over HTTP, section 5). Throws a DomainError when the request itself
 * is malformed, before anybody looks at its document.
 */
export const readGraphqlRequest = (brought: Brought): GraphqlParams => {
  const given = brought.method === "POST" ? readBody(brought) : readSearch(brought);
  const { query, operationName, variables, extensions, documentId } = given;
  if (!isAbsent(query) && typeof query !== "string")
    throw badInput("`query` must be the text of a GraphQL document.", "query");
  if (!isAbsent(operationName) && typeof operationName !== "string")
    throw badInput("`operationName` must be a text.", "operationName");
  if (!isAbsent(variables) && !isObject(variables)) throw badInput("`variables` must be an object.", "variables");
  if (!isAbsent(extensions) && !isObject(extensions)) throw badInput("`extensions` must be an object.", "extensions");
  if (isAbsent(query) && isAbsent(documentId) && !isObject((extensions as Given | undefined)?.persistedQuery))
    throw badInput("A request needs `query`, the text of a GraphQL document.", "query");
  return { query, operationName, variables, extensions, documentId };
};

/** CSRF prevention: what a foreign page can send without a preflight is refused, even a mere query. */
export const refuseForgery = (headers: IncomingHttpHeaders): void => {
  if (headers["content-type"] === "application/json") return;
  const type = essenceOf(headers["content-type"]);
  if (type !== "" && !/^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)$/.test(type)) return;
  if (preflightHeaders.some((name) => headers[name])) return;
  throw badInput(
    `Send \`Content-Type: application/json\` or the header ${preflightHeaders[0]}: without one, any page on the web could send this request.`,
  );
};

/** Throws UNSUPPORTED_MEDIA_TYPE for a body that is not announced as JSON. */
export const requireJson = (headers: IncomingHttpHeaders): void => {
  const type = headers["content-type"];
  if (type !== "application/json" && essenceOf(type) !== "application/json")
    throw new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`.");
};

const readBody = ({ headers, body }: Brought): Given => {
  requireJson(headers);
  if (Array.isArray(body)) throw badInput("Batches are not served: send one operation a request.");
  if (!isObject(body)) throw badInput("The body must be a JSON object with `query`.");
  return body;
};

const readSearch = ({ search: given, headers }: Brought): Given => {
  const type = essenceOf(headers["content-type"]);
  if (type !== "" && type !== "application/json")
    throw new DomainError("UNSUPPORTED_MEDIA_TYPE", "A GET request has no content.");
  for (const name of ["query", "documentId", "operationName", "variables", "extensions"]) {
    if (Array.isArray(given[name])) throw badInput(`\`${name}\` may be given once.`, name);
  }
  return { ...given, variables: parseSearch(given, "variables"), extensions: parseSearch(given, "extensions") };
};

const parseSearch = (given: Given, name: string): unknown => {
  const text = given[name];
  if (typeof text !== "string" || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(`\`${name}\` must be an object in JSON.`, name);
  }
};

const essenceOf = (type: string | undefined) => (type ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;
const isObject = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);
