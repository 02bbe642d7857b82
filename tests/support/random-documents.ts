import fc from "fast-check";
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";

export interface RandomRequest {
  readonly source: string;
  readonly variables: Record<string, unknown>;
}

interface Options {
  /** Nothing whose bound may be greater than what is resolved: no types to choose from, no sizes left open. */
  readonly exact?: boolean;
}

type Generate = fc.GeneratorValue;

/** Valid operations over a schema, with arguments, variables, aliases, fragments and conditions. */
export const randomRequests = (schema: GraphQLSchema, options: Options = {}): fc.Arbitrary<RandomRequest> =>
  fc.gen().map((generate) => new Writer(schema, generate, options).write());

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #generate: Generate;
  readonly #options: Options;
  readonly #variables: Record<string, unknown> = {};
  readonly #declared: string[] = [];
  readonly #fragments = new Map<string, { type: GraphQLCompositeType; text: string }>();
  #names = 0;
  #left = 60;

  constructor(schema: GraphQLSchema, generate: Generate, options: Options) {
    this.#schema = schema;
    this.#generate = generate;
    this.#options = options;
  }

  write(): RandomRequest {
    const root = this.#pick([this.#schema.getQueryType(), this.#schema.getQueryType(), this.#schema.getMutationType()]);
    const body = this.#selections(root as GraphQLObjectType, 5, true);
    const kind = root === this.#schema.getMutationType() ? "mutation" : "query";
    const head = this.#declared.length > 0 ? `(${this.#declared.join(", ")})` : "";
    const fragments = [...this.#fragments].map(([name, { type, text }]) => `fragment ${name} on ${type.name} ${text}`);
    return { source: [`${kind} Random${head} ${body}`, ...fragments].join("\n"), variables: this.#variables };
  }

  #selections(type: GraphQLCompositeType, depth: number, isRoot = false): string {
    const parts = Array.from({ length: this.#integer(1, isRoot ? 6 : 4) }, () => this.#selection(type, depth, isRoot));
    const found = parts.filter((part) => part !== "");
    return `{ ${found.length > 0 ? found.join(" ") : "__typename"} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number, isRoot: boolean): string {
    this.#left -= 1;
    if (this.#left < 0) return "";
    const choice = this.#integer(0, 19);
    if (choice === 0) return `${this.#alias()}__typename${this.#condition()}`;
    if (choice === 1 && depth > 1) return `... ${this.#condition()}${this.#selections(type, depth)}`;
    if (choice === 2 && depth > 1) return this.#spread(type, depth);
    if (choice === 3 && isRoot && type === this.#schema.getQueryType()) return this.#introspection();
    if (isAbstractType(type) && !this.#options.exact && choice < 16) {
      const possible = this.#pick([...this.#schema.getPossibleTypes(type)]);
      return `... on ${possible.name}${this.#condition()} ${this.#selections(possible, depth)}`;
    }
    if (!isObjectType(type) && !("getFields" in type)) return `${this.#alias()}__typename`;
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 1 || !isCompositeType(getNamedType(field.type)),
    );
    if (fields.length === 0) return `${this.#alias()}__typename`;
    const field = this.#pick(fields);
    const given = field.args.flatMap((argument) => this.#argument(argument));
    // Two fields under one name must have the same arguments.
    const alias = given.length > 0 || this.#integer(0, 2) === 0 ? this.#alias() : "";
    const inner = getNamedType(field.type);
    const below = isCompositeType(inner) ? ` ${this.#selections(inner, depth - 1)}` : "";
    return `${alias}${field.name}${given.length > 0 ? `(${given.join(", ")})` : ""}${this.#condition()}${below}`;
  }

  #spread(type: GraphQLCompositeType, depth: number): string {
    const known = [...this.#fragments].find(([, fragment]) => fragment.type === type);
    if (known !== undefined && this.#integer(0, 1) === 0) return `...${known[0]}${this.#condition()}`;
    // Written before it is known, so that it cannot spread itself.
    const text = this.#selections(type, depth - 1);
    const name = `F${this.#next()}`;
    this.#fragments.set(name, { type, text });
    return `...${name}${this.#condition()}`;
  }

  #introspection(): string {
    const alias = this.#alias();
    if (this.#integer(0, 1) === 0)
      return `${alias}__type(name: ${JSON.stringify(this.#pick(["Quote", "Job", "Nothing", "Node"]))}) { kind name fields(includeDeprecated: ${this.#truth()}) { name args { name type { name ofType { name } } } } }`;
    return `${alias}__schema { queryType { name } types { name ${this.#condition() && "__typename"} enumValues { name } possibleTypes { name } } directives { name args { name } } }`;
  }

  #condition(): string {
    return this.#integer(0, 9) === 0 ? ` ${this.#pick(["@skip", "@include"])}(if: ${this.#truth()}) ` : "";
  }

  #truth(): string {
    const value = this.#integer(0, 1) === 1;
    return this.#integer(0, 1) === 0 ? String(value) : this.#variable("Boolean!", value);
  }

  #argument(argument: GraphQLArgument): string[] {
    const required = isNonNullType(argument.type) && argument.defaultValue === undefined;
    if (argument.name === "first" || argument.name === "last") {
      // A page has one size: with `last`, `first` counts for nothing.
      if (this.#integer(0, 2) === 0) return [];
      return [`${argument.name}: ${this.#size(isNonNullType(argument.type))}`];
    }
    if (!required && this.#integer(0, 4) > 0) return [];
    return [`${argument.name}: ${this.#input(argument.type)}`];
  }

  #size(nonNull: boolean): string {
    const value = this.#options.exact || nonNull ? this.#integer(0, 12) : this.#pick([null, -3, 0, 1, 5, 12, 150]);
    if (this.#integer(0, 1) === 0) return String(value);
    return this.#variable(nonNull ? "Int!" : "Int", value, nonNull ? undefined : "7");
  }

  #input(type: GraphQLInputType): string {
    const plain = getNullableType(type);
    if (isListType(plain)) {
      const items = Array.from({ length: this.#integer(0, 6) }, (_, index) => `x${index}`);
      if (getNamedType(plain).name !== "ID") return "[]";
      if (!this.#options.exact && this.#integer(0, 5) === 0) return "0";
      return this.#integer(0, 1) === 0 ? JSON.stringify(items) : this.#variable("[ID!]!", items);
    }
    if (isInputObjectType(plain)) {
      const fields = Object.values(plain.getFields()).filter(({ type: each }) => isNonNullType(each));
      return `{ ${fields.map((field) => `${field.name}: ${this.#input(field.type)}`).join(", ")} }`;
    }
    if (isEnumType(plain)) return this.#pick([...plain.getValues()]).name;
    if (plain.name === "Int" || plain.name === "Float" || plain.name === "SafeInt") return "1";
    if (plain.name === "Boolean") return "true";
    if (plain.name === "DateTimeISO") return '"2020-01-01T00:00:00Z"';
    if (plain.name === "JSONObject") return "{ }";
    return '"text"';
  }

  /** A variable, sometimes left to its default. */
  #variable(type: string, value: unknown, fallback?: string): string {
    const name = `v${this.#next()}`;
    const isDefault = fallback !== undefined && this.#integer(0, 2) === 0;
    this.#declared.push(`$${name}: ${type}${isDefault ? ` = ${fallback}` : ""}`);
    if (!isDefault) this.#variables[name] = value;
    return `$${name}`;
  }

  #alias(): string {
    return `a${this.#next()}: `;
  }

  #next(): number {
    this.#names += 1;
    return this.#names;
  }

  #integer(min: number, max: number): number {
    return this.#generate(fc.integer, { min, max });
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#integer(0, items.length - 1)] as T;
  }
}
