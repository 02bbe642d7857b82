import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLArgument,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";

/** The variables of a request, with the defaults of its operation under them; not yet checked against their types. */
export type Variables = Readonly<Record<string, unknown>>;

export type Condition = (variables: Variables) => boolean;

/** Reads an argument where it is written: the literal, the variable, or the default of the schema. */
export const argumentValue = (node: FieldNode, argument: GraphQLArgument): ((variables: Variables) => unknown) => {
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  if (given === undefined) return () => argument.defaultValue;
  if (given.kind === Kind.VARIABLE) {
    const name = given.name.value;
    return (variables) => (Object.hasOwn(variables, name) ? variables[name] : argument.defaultValue);
  }
  const literal = readLiteral(given);
  return () => literal;
};

/** How many objects stand in a field's arguments, those in variables included: each is read, checked and converted. */
export const objectsIn = ({ arguments: given }: FieldNode): ((variables: Variables) => number) => {
  let literal = 0;
  const names: string[] = [];
  const visit = (value: ValueNode): void => {
    if (value.kind === Kind.VARIABLE) names.push(value.name.value);
    if (value.kind === Kind.LIST) for (const item of value.values) visit(item);
    if (value.kind !== Kind.OBJECT) return;
    literal += 1;
    for (const field of value.fields) visit(field.value);
  };
  for (const { value } of given ?? []) visit(value);
  return (variables) => names.reduce((sum, name) => sum + countObjects(variables[name]), literal);
};

const countObjects = (value: unknown): number => {
  if (value === null || typeof value !== "object") return 0;
  const inside = Object.values(value).reduce((sum: number, item) => sum + countObjects(item), 0);
  return Array.isArray(value) ? inside : inside + 1;
};

/** What `@skip` and `@include` say. */
export const conditionOf = (directives: readonly DirectiveNode[] | undefined): Condition[] =>
  (directives ?? []).flatMap(({ name, arguments: given }) => {
    const wanted = name.value === "include" ? true : name.value === "skip" ? false : undefined;
    const value = given?.find((argument) => argument.name.value === "if")?.value;
    if (wanted === undefined || value === undefined) return [];
    if (value.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      // Anything but a truth value is refused before execution.
      return [(variables) => variables[variable] !== !wanted];
    }
    const holds = value.kind === Kind.BOOLEAN && value.value === wanted;
    return [() => holds];
  });

/** A literal as far as its length or number matters: what is in a list may be variables. */
const readLiteral = (value: ValueNode): unknown =>
  value.kind === Kind.LIST ? value.values : valueFromASTUntyped(value);
