import { DomainError, SettingError } from "../errors.js";

/** A store that does not do its work now. The message is for the operator: what is wrong, and what to do about it. */
export class StorageError extends SettingError {
  /** True when it may be well again without another setting. */
  readonly passes: boolean;

  constructor(
    setting: string,
    message: string,
    { passes = false, ...options }: ErrorOptions & { passes?: boolean } = {},
  ) {
    super(setting, message, options);
    this.name = "StorageError";
    this.passes = passes;
  }
}

/** What a caller reads of it: neither paths nor addresses. Jobs try again. */
export const storageUnavailable = (cause: StorageError): DomainError =>
  new DomainError(
    "PROVIDER_UNAVAILABLE",
    "Where files are kept cannot be written or read at the moment: try again later. The log of the server says why.",
    {},
    { transient: true, cause },
  );
