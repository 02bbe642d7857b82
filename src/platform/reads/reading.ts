import type { Actor } from "../actor.js";
import type { RawRow } from "../connections.js";
import type { Statement } from "../lists/statement.js";

/** One run of a compiled document. */
export interface Reading {
  readonly actor: Actor;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly read: (statement: Statement) => Promise<RawRow[]>;
  /** What the levels of the document have read, each in its own place. */
  readonly slots: unknown[];
}

/** Writes the JSON of one row. */
export type Write = (row: RawRow, reading: Reading) => string;

/** Writes `{"key":value,…}` from the writers of its values. */
export const objectWriter = <Source>(
  fields: readonly { readonly key: string; readonly write: (source: Source, reading: Reading) => string }[],
): ((source: Source, reading: Reading) => string) => {
  const prefixes = fields.map(({ key }, index) => `${index === 0 ? "{" : ","}"${key}":`);
  const writers = fields.map(({ write }) => write);
  if (writers.length === 0) return () => "{}";
  return (source, reading) => {
    let json = "";
    for (let index = 0; index < writers.length; index += 1)
      json += prefixes[index] + (writers[index]?.(source, reading) ?? "");
    return `${json}}`;
  };
};

export const listWriter = <Source>(
  write: (source: Source, reading: Reading) => string,
): ((sources: readonly Source[], reading: Reading) => string) => {
  return (sources, reading) => {
    let json = "[";
    for (let index = 0; index < sources.length; index += 1)
      json += (index === 0 ? "" : ",") + write(sources[index] as Source, reading);
    return `${json}]`;
  };
};
