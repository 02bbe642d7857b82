import { DomainError, type ErrorCode, type ErrorDetails } from "./errors.js";

/** The SQLSTATE with which triggers refuse a change. Their detail is the error as JSON: a message comes with its statement. */
export const refusalState = "AT001";

/** What a trigger refused, as the error that a caller reads; nothing for any other error. */
export const refusalOf = (error: unknown): DomainError | undefined => {
  const { code, detail } = error as { code?: string; detail?: string };
  if (code !== refusalState || detail === undefined) return undefined;
  const said = JSON.parse(detail) as { code: ErrorCode; message: string; details?: ErrorDetails };
  return new DomainError(said.code, said.message, said.details ?? {}, { cause: error });
};
