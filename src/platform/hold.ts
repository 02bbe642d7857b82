/**
 * The beginning of one statement, `with held as (…)`: it locks or updates one row and gives it back, and what follows reads
 * it as `held`. A change that has one depends on it as a whole: without such a row nothing of the change is written.
 */
export interface Hold {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What came of a hold, once its change is over. */
export interface Held<T> {
  /** The row as Postgres writes it in JSON; nothing when there was none, and so nothing was written. */
  readonly row: T | undefined;
}
