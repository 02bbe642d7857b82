/** Words that make a statement worth a closer look. */
const writing = /\b(?:insert|update|delete|merge|truncate|copy)\b/i;

/** Comments and texts, which say nothing of tables; then names, words and single characters. */
const tokens =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\be'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")+"|[a-z_][\w$]*|[^\s]/gi;

/** `for update`, `for no key update`, `do update`, `then update` and `on update` name no table. */
const notAStatement = new Set(["for", "key", "do", "then", "on"]);

/** The same few statements come again and again. Beyond so many, a statement is looked through each time. */
const maxKnown = 500;
const known = new Map<string, readonly string[]>();

/**
 * The tables that a SQL statement inserts into, updates, deletes from, merges into, truncates or copies to, wherever in
 * it, common table expressions included; without their schemas. What a function does that it calls is not seen.
 */
export const writtenTables = (statement: string): readonly string[] => {
  const tables = known.get(statement) ?? find(statement);
  if (known.size < maxKnown) known.set(statement, tables);
  return tables;
};

const find = (statement: string): string[] => {
  if (!writing.test(statement)) return [];
  const words = [...statement.matchAll(tokens)]
    .map(([token]) => token)
    .filter((token) => !/^(?:--|\/\*|e?'|\$\w*\$)/i.test(token));
  const word = (at: number) => words[at]?.toLowerCase() ?? "";
  const skip = (at: number, ...optional: string[]) => (optional.includes(word(at)) ? at + 1 : at);
  const found = new Set<string>();
  const note = (start: number): number => {
    let at = start;
    while (word(at + 1) === ".") at += 2;
    const name = words[at] ?? "";
    if (name.startsWith('"')) found.add(name.slice(1, -1).replaceAll('""', '"'));
    else if (/^[a-z_]/i.test(name)) found.add(name.toLowerCase());
    return at + 1;
  };
  words.forEach((_, at) => {
    const next = word(at + 1);
    switch (word(at)) {
      case "insert":
      case "merge":
        if (next === "into") note(skip(at + 2, "only"));
        break;
      case "delete":
        if (next === "from") note(skip(at + 2, "only"));
        break;
      case "update":
        if (!notAStatement.has(word(at - 1)) && /^["a-z_]/i.test(next)) note(skip(at + 1, "only"));
        break;
      case "truncate": {
        let place = note(skip(skip(at + 1, "table"), "only"));
        while (word(place) === ",") place = note(skip(place + 1, "only"));
        break;
      }
      case "copy":
        if (at === 0) note(at + 1);
        break;
    }
  });
  return [...found];
};
