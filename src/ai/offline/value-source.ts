export interface TextLimits {
  readonly min: number;
  readonly max: number;
  /** The JSON Schema format, when the schema names one. */
  readonly format: string | undefined;
}

/**
 * Where the generator takes values from before it makes up its own. Each method answers undefined when it has nothing
 * that fits; `name` is the property that the value is for.
 */
export interface ValueSource {
  text(name: string, limits: TextLimits): string | undefined;
  number(name: string, accepts: (value: number) => boolean): number | undefined;
  flag(name: string): boolean | undefined;
  /** One of the values that an enumeration allows. */
  choice(name: string, options: readonly unknown[]): unknown;
  /** How many values of a list's type it could give; zero when the generator shall decide. */
  amount(type: unknown): number;
}
