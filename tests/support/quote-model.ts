import fc from "fast-check";

/** A quote as a plain object, with everything that a filter can look at. */
export interface ModelQuote {
  readonly id: string;
  readonly author: string;
  readonly source: string;
  readonly topic: string | null;
  readonly tone: string | null;
  readonly sentimentScore: number | null;
  readonly tags: readonly string[];
  readonly psychologicalProfile: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly isFavourite: boolean;
  /** Name of who made it; null when that user is not to be seen. */
  readonly createdBy: string | null;
  /** Names of who marked it; null for users who are not to be seen. */
  readonly favourites: readonly (string | null)[];
}

export interface Case {
  readonly filter: object | undefined;
  readonly orderBy: readonly { field: "CREATED_AT" | "UPDATED_AT" | "AUTHOR"; direction: "ASC" | "DESC" }[];
  readonly size: number;
  readonly backward: boolean;
  /** Place of the row that the cursor is of, as a share of all matching ones; none without it. */
  readonly from: number | undefined;
}

type Condition = Record<string, unknown>;

const names = [
  "Ada",
  "ada",
  "Öz",
  "öz",
  "Zoë",
  "álvaro",
  "Bob",
  "b%b",
  "c_d",
  "Émile",
  "\\ends",
  "",
  "topic 1",
  "calm",
  "o",
  "%",
  "_",
];
const someName = fc.constantFrom(...names);
const someNumber = fc.constantFrom(-1, 0, 0.1 + 0.2, 0.5, 1e-7, 1e21, 3);
const someTime = fc.constantFrom("2020-01-05T00:00:00.000Z", "2020-01-20T12:00:00.000Z", "2021-06-01T00:00:00.000Z");
const tag = fc.constantFrom("life", "art", 'odd "tag"', "tag, with comma", "{}", "nothing");

const one = (operator: string, value: fc.Arbitrary<unknown>) =>
  value.map((given): Condition => ({ [operator]: given }));
const equality = (value: fc.Arbitrary<unknown>) => [
  one("eq", value),
  one("ne", value),
  one("in", fc.array(value, { maxLength: 3 })),
  one("notIn", fc.array(value, { maxLength: 3 })),
];
const order = (value: fc.Arbitrary<unknown>) => ["gt", "gte", "lt", "lte"].map((operator) => one(operator, value));
const isNull = one("isNull", fc.boolean());
const merged = (conditions: fc.Arbitrary<Condition>[]) =>
  fc.array(fc.oneof(...conditions), { minLength: 1, maxLength: 2 }).map((all): Condition => Object.assign({}, ...all));
const text = merged([
  ...equality(someName),
  ...order(someName),
  one("contains", someName),
  one("startsWith", someName),
  isNull,
]);
const json = fc
  .tuple(
    fc.constantFrom("traits.openness", "traits.words", "traits.words.0", "note", "missing.path", "traits"),
    merged([
      ...equality(fc.oneof(someNumber, fc.constantFrom("x", "a", "no"))),
      ...order(fc.constantFrom(0.3, 0.5, 5)),
      one("contains", fc.constantFrom("X", "no", ".")),
      one("startsWith", fc.constantFrom("he", "x", "(")),
      isNull,
    ]),
  )
  .map(([path, condition]): Condition => ({ path, ...condition }));
const user = fc.record({ username: text });

const leaf = fc.oneof(
  fc.record({ author: text }),
  fc.record({ topic: text }),
  fc.record({ tone: text }),
  fc.record({ source: merged(equality(fc.constantFrom("USER", "AI_GENERATED"))) }),
  fc.record({ sentimentScore: merged([...equality(someNumber), ...order(someNumber), isNull]) }),
  fc.record({ createdAt: merged(order(someTime)) }),
  fc.record({ isFavourite: merged([one("eq", fc.boolean()), one("ne", fc.boolean())]) }),
  fc.record({
    tags: merged([
      one("has", tag),
      one("hasAny", fc.array(tag, { maxLength: 3 })),
      one("hasAll", fc.array(tag, { maxLength: 3 })),
      one("isEmpty", fc.boolean()),
    ]),
  }),
  fc.record({ psychologicalProfile: json }),
  fc.record({ createdBy: user }),
  fc.record({ favourites: merged([one("some", fc.record({ user })), one("none", fc.record({ user }))]) }),
);

const { filter } = fc.letrec<{ filter: Condition }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.tuple(leaf, leaf).map(([a, b]): Condition => ({ ...a, ...b })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((and): Condition => ({ and })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((or): Condition => ({ or })),
    tie("filter").map((not): Condition => ({ not })),
  ),
}));

/** Any filter, order and page of quotes. */
export const someCase: fc.Arbitrary<Case> = fc.record({
  filter: fc.option(filter, { nil: undefined, freq: 10 }),
  orderBy: fc.array(
    fc.record({
      field: fc.constantFrom("CREATED_AT", "UPDATED_AT", "AUTHOR"),
      direction: fc.constantFrom("ASC", "DESC"),
    }),
    { maxLength: 3 },
  ),
  size: fc.integer({ min: 1, max: 30 }),
  backward: fc.boolean(),
  from: fc.option(fc.double({ min: 0, max: 0.999, noNaN: true }), { nil: undefined }),
});

/** The order of texts in the collation C: by code points. */
const compareText = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const compare = (a: unknown, b: unknown): number =>
  typeof a === "string" && typeof b === "string" ? compareText(a, b) : Number(a) - Number(b);

const holds = (value: unknown, operator: string, given: unknown): boolean => {
  switch (operator) {
    case "eq":
      return value !== null && value === given;
    case "ne":
      return value !== given;
    case "in":
      return value !== null && (given as unknown[]).includes(value);
    case "notIn":
      return value === null || !(given as unknown[]).includes(value);
    case "gt":
      return value !== null && compare(value, given) > 0;
    case "gte":
      return value !== null && compare(value, given) >= 0;
    case "lt":
      return value !== null && compare(value, given) < 0;
    case "lte":
      return value !== null && compare(value, given) <= 0;
    case "contains":
      return value !== null && String(value).toLowerCase().includes(String(given).toLowerCase());
    case "startsWith":
      return value !== null && String(value).toLowerCase().startsWith(String(given).toLowerCase());
    case "isNull":
      return (value === null) === given;
    default:
      throw new Error(`The model has no operator ${operator}.`);
  }
};

const allHold = (condition: Condition, check: (operator: string, given: unknown) => boolean) =>
  Object.entries(condition).every(([operator, given]) => check(operator, given));

/** The values at a path, arrays opened as SQL/JSON does in its lax mode. */
const valuesAt = (profile: unknown, path: string): unknown[] => {
  let values: unknown[] = profile === null ? [] : [profile];
  for (const segment of path.split(".")) {
    values = values.flatMap((value) => {
      if (/^\d+$/.test(segment))
        return Array.isArray(value)
          ? value.slice(Number(segment), Number(segment) + 1)
          : segment === "0"
            ? [value]
            : [];
      const opened = Array.isArray(value) ? value : [value];
      return opened.flatMap((each) =>
        typeof each === "object" && each !== null && segment in each
          ? [(each as Record<string, unknown>)[segment]]
          : [],
      );
    });
  }
  return values;
};

const jsonHolds = (profile: unknown, { path, ...condition }: Condition): boolean => {
  const found = valuesAt(profile, String(path));
  const items = found.flatMap((value) => (Array.isArray(value) ? value : [value]));
  const any = (operator: string, given: unknown) =>
    items.some((item) => typeof item === typeof given && item !== null && holds(item, operator, given));
  return allHold(condition, (operator, given) => {
    if (operator === "isNull") return items.some((item) => item !== null) !== given;
    if (operator === "ne") return !any("eq", given);
    if (operator === "in") return (given as unknown[]).some((each) => any("eq", each));
    if (operator === "notIn") return !(given as unknown[]).some((each) => any("eq", each));
    return any(operator, given);
  });
};

const tagsHold = (tags: readonly string[], condition: Condition): boolean =>
  allHold(condition, (operator, given) => {
    if (operator === "isEmpty") return (tags.length === 0) === given;
    const wanted = operator === "has" ? [given] : (given as unknown[]);
    const has = (each: unknown) => tags.includes(String(each));
    return operator === "hasAny" ? wanted.some(has) : wanted.every(has);
  });

const userHolds = (name: string | null, { username }: { username: Condition }): boolean =>
  name !== null && allHold(username, (operator, given) => holds(name, operator, given));

/** Whether a quote matches a filter, worked out without a database. */
export const matches = (quote: ModelQuote, filter: object): boolean =>
  Object.entries(filter).every(([name, value]) => {
    switch (name) {
      case "and":
        return (value as object[]).every((each) => matches(quote, each));
      case "or":
        return (value as object[]).some((each) => matches(quote, each));
      case "not":
        return !matches(quote, value as object);
      case "tags":
        return tagsHold(quote.tags, value as Condition);
      case "psychologicalProfile":
        return jsonHolds(quote.psychologicalProfile, value as Condition);
      case "createdBy":
        return userHolds(quote.createdBy, value as never);
      case "favourites":
        return allHold(value as Condition, (quantifier, given) => {
          const some = quote.favourites.some((who) => userHolds(who, (given as { user: never }).user));
          return quantifier === "some" ? some : !some;
        });
      default:
        return allHold(value as Condition, (operator, given) =>
          holds(quote[name as keyof ModelQuote], operator, given),
        );
    }
  });

const properties = { CREATED_AT: "createdAt", UPDATED_AT: "updatedAt", AUTHOR: "author" } as const;

/** All matching quotes in the asked order, made total by the id. */
export const sorted = (quotes: readonly ModelQuote[], { filter, orderBy }: Case): ModelQuote[] => {
  const last = orderBy.at(-1)?.direction ?? "DESC";
  return quotes
    .filter((quote) => filter === undefined || matches(quote, filter))
    .sort((a, b) => {
      for (const { field, direction } of orderBy) {
        const difference = compareText(a[properties[field]], b[properties[field]]);
        if (difference !== 0) return direction === "ASC" ? difference : -difference;
      }
      return last === "ASC" ? compareText(a.id, b.id) : compareText(b.id, a.id);
    });
};
