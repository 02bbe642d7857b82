import { type DocumentNode, Kind, OperationTypeNode, print } from "graphql";
import { createClient } from "graphql-ws";
import { getSdk, type Sdk } from "./client.js";

/** An error of the API as a program needs it. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** One of the documented codes. */
    readonly code: string,
    /** Everything else in `extensions`, such as `field` or `retryAfter`. */
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly path?: readonly (string | number)[],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface ConnectOptions {
  /** Read before every request, so that it may change. */
  accessToken?: () => string | undefined;
  headers?: Readonly<Record<string, string>>;
  /** Sees each socket that is opened for subscriptions. */
  onSocket?: (socket: WebSocket) => void;
}

export interface Connection {
  /** Every operation of `schema/operations`, typed. */
  readonly sdk: Sdk;
  /** Any other document, untyped. Throws `ApiError` like the typed ones. */
  query<T = Record<string, unknown>>(document: string, variables?: object): Promise<T>;
  subscribe<T = Record<string, unknown>>(document: string, variables?: object): AsyncIterableIterator<T>;
  close(): Promise<void>;
}

interface GraphQLAnswer {
  data?: unknown;
  errors?: readonly { message: string; path?: readonly (string | number)[]; extensions?: Record<string, unknown> }[];
}

const unwrap = ({ data, errors }: GraphQLAnswer): unknown => {
  const error = errors?.[0];
  if (error === undefined) return data;
  const { code, ...details } = error.extensions ?? {};
  throw new ApiError(error.message, String(code ?? "INTERNAL"), details, error.path);
};

/** A client of an Atrium server: queries and mutations by HTTP, subscriptions by WebSocket. */
export const connect = (url: string, options: ConnectOptions = {}): Connection => {
  const { accessToken = () => undefined, headers = {}, onSocket } = options;
  const authorization = (): Record<string, string> => {
    const token = accessToken();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
  const socket = createClient({
    url: `${url.replace(/^http/, "ws")}/graphql`,
    lazy: true,
    retryAttempts: 0,
    connectionParams: () => ({ ...headers, ...authorization() }),
    on: { opened: (opened) => onSocket?.(opened as WebSocket) },
  });

  const query = async <T>(document: string, variables?: object): Promise<T> => {
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers, ...authorization() },
      body: JSON.stringify({ query: document, variables }),
    });
    return unwrap((await answer.json()) as GraphQLAnswer) as T;
  };

  async function* subscribe<T>(document: string, variables?: object): AsyncGenerator<T> {
    const results = socket.iterate({ query: document, variables: { ...variables } });
    try {
      for await (const result of results) yield unwrap(result as GraphQLAnswer) as T;
    } catch (error) {
      // A refused operation arrives as a list of errors, a lost connection as a close event.
      throw Array.isArray(error) ? asApiError({ errors: error }) : error;
    }
  }

  const isSubscription = (document: DocumentNode) =>
    document.definitions.some(
      (each) => each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION,
    );

  return {
    sdk: getSdk<unknown>(((document: DocumentNode, variables?: object) =>
      isSubscription(document) ? subscribe(print(document), variables) : query(print(document), variables)) as never),
    query,
    subscribe,
    close: async () => {
      await socket.dispose();
    },
  };
};

const asApiError = (answer: GraphQLAnswer): unknown => {
  try {
    return unwrap(answer);
  } catch (error) {
    return error;
  }
};
