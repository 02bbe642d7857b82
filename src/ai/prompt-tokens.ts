/** A piece of a prompt that has a meaning of its own. */
export interface Token {
  /** What it is compared by; of words the small letters of their usual form. */
  readonly text: string;
  /** As it is written. */
  readonly raw: string;
  /** A question mark that a polite question has left. */
  readonly isPolite?: boolean;
}

const word = /^\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*$/u;

export const isWord = ({ raw }: Token): boolean => word.test(raw);

/** What stands in quotation marks or is code, line breaks, and everything else between two spaces. */
const pieces =
  /`[^`]*`|"[^"]*"|“[^”]*”|„[^“”"]*[“”"]|«[^»]*»|»[^«]*«|(?<![\p{L}\p{N}])['‘][^'’\n]*['’](?![\p{L}\p{N}])|[^\S\n]*\n\s*|[^\s"“”„«»`]+|["“”„«»`]/gu;

/** Other forms of one word, which differ in nothing but their spelling. */
const spellings = `an=a cannot=can_not can't=can_not won't=will_not shan't=shall_not what's=what_is it's=it_is
  that's=that_is there's=there_is who's=who_is where's=where_is how's=how_is here's=here_is he's=he_is she's=she_is i'm=i_am
  colour=color colours=colors favourite=favorite favourites=favorites flavour=flavor humour=humor
  behaviour=behavior neighbour=neighbor centre=center theatre=theater metre=meter litre=liter
  summarise=summarize organise=organize analyse=analyze optimise=optimize recognise=recognize apologise=apologize
  realise=realize emphasise=emphasize categorise=categorize prioritise=prioritize minimise=minimize maximise=maximize
  travelling=traveling traveller=traveler jewellery=jewelry towards=toward amongst=among whilst=while
  regarding=about concerning=about okay=ok e-mail=email e-mails=emails
  two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12`;

const usual: ReadonlyMap<string, readonly string[]> = new Map(
  spellings.split(/\s+/).map((pair) => {
    const [form = "", plain = ""] = pair.split("=");
    return [form, plain.split("_")];
  }),
);

const endings: Readonly<Record<string, string>> = { "n't": "not", "'re": "are", "'ll": "will", "'ve": "have" };

/**
 * A word in its usual form, which may be more than one word. What has a capital elsewhere than at the beginning may be a
 * name, and a number that is a name keeps its letters.
 */
const usualForm = (raw: string, isFirst: boolean): readonly string[] => {
  const small = raw.toLowerCase().replaceAll("’", "'");
  const known = usual.get(small);
  const mayBeName = raw !== raw.toLowerCase() && !small.includes("'") && (!isFirst || /^\d/.test(known?.[0] ?? ""));
  if (known !== undefined && !mayBeName) return known;
  const [, stem = "", ending = ""] = /^(\p{L}+?)(n't|'re|'ll|'ve)$/u.exec(small) ?? [];
  return ending === "" ? [small] : [stem, endings[ending] ?? ""];
};

const quotes: Readonly<Record<string, string>> = {
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "‘": "'",
  "’": "'",
};
const plainQuotes = (text: string) => text.replace(/[“”„«»‘’]/g, (mark) => quotes[mark] ?? mark);

/** True where a sentence or a line begins. */
export const startsAt = (tokens: readonly Token[], at: number): boolean => {
  const before = tokens[at - 1];
  return before === undefined || /^[.!?…\n]/.test(before.text);
};

/**
 * The pieces of a prompt, in their order. Words are told apart from all else: what has a digit, a sign or a mark within it,
 * what is quoted and what is code counts as it is written.
 */
export const tokensOf = (prompt: string): Token[] => {
  const tokens: Token[] = [];
  for (const piece of prompt.normalize("NFC").trim().match(pieces) ?? [])
    tokens.push(...tokensIn(piece, startsAt(tokens, tokens.length)));
  return tokens;
};

const tokensIn = (piece: string, isFirst: boolean): Token[] => {
  if (/^\s+$/.test(piece)) return [lineBreak(piece)];
  if (/^["“”„«»`'‘]/u.test(piece)) return [same(plainQuotes(piece))];
  const [, before = "", core = "", after = ""] = /^([([]*)(.*?)([\])]*[,;:.!?…。！？]*[\])]*)$/su.exec(piece) ?? [];
  // Behind a letter or a number the mark may be a sign, as in `5!`.
  if (/[!！]/u.test(after) && !(word.test(core) && core.length > 1)) return [same(piece)];
  return [...marksOf(before), ...wordsOf(core, isFirst), ...marksOf(after)];
};

/** With the spaces behind it, which may say to what a line belongs. */
const lineBreak = (piece: string): Token => {
  const breaks = piece.split("\n").length - 1;
  return same("\n".repeat(Math.min(2, breaks)) + piece.slice(piece.lastIndexOf("\n") + 1));
};

const wordsOf = (core: string, isFirst: boolean): Token[] => {
  if (core === "") return [];
  if (!word.test(core)) return [same(core)];
  const plain = core.replaceAll("’", "'");
  const forms = usualForm(core, isFirst);
  if (forms.length === 1 && forms[0] === plain.toLowerCase()) return [{ text: plain.toLowerCase(), raw: plain }];
  return forms.map((text, at) => ({ text, raw: at === 0 ? likeFirst(core, text) : text }));
};

/** With a capital where the word that it stands for had one. */
const likeFirst = (raw: string, text: string): string => {
  if (raw.length > 1 && raw === raw.toUpperCase()) return text.toUpperCase();
  return /^\p{Lu}/u.test(raw) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
};

/** Several marks at the end of a sentence are as one. */
const marksOf = (marks: string): Token[] => {
  const ended = marks.replace(/[.!?…。！？]+/gu, (run) => {
    if (/[?？]/u.test(run)) return "?";
    if (/[!！]/u.test(run)) return "!";
    return run.length > 1 || run === "…" ? "…" : ".";
  });
  return Array.from(ended, same);
};

const same = (text: string): Token => ({ text, raw: text });
