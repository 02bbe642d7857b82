import fc from "fast-check";
import { leastSimilarity } from "#src/ai/answer-cache.js";
import { embedText } from "#src/ai/offline/embed-text.js";
import { sameMeaning } from "#src/ai/same-meaning.js";
import { bareText } from "#src/ai/without-politeness.js";

/** Near to each other, and not the same: what differs is named first. */
const others: readonly (readonly [what: string, a: string, b: string])[] = [
  ["number", "Write 3 quotes about courage", "Write 4 quotes about courage"],
  ["number in words", "Write three quotes about courage", "Write four quotes about courage"],
  ["decimal", "What is the tax on 3.5 percent?", "What is the tax on 35 percent?"],
  ["decimal comma", "Runde 3,5 auf", "Runde 35 auf"],
  ["sign", "Explain what -5 degrees means for pipes", "Explain what 5 degrees means for pipes"],
  ["year", "Who won the election of 2016?", "Who won the election of 2020?"],
  ["order of numbers", "What is 12 divided by 4?", "What is 4 divided by 12?"],
  ["roman number", "Summarize chapter IV of the book", "Summarize chapter VI of the book"],
  ["version", "How do I install Node 22.1?", "How do I install Node 22.11?"],
  ["thousands", "Invest 1,000 dollars", "Invest 1,0000 dollars"],
  ["range", "Describe the years 1914-1918", "Describe the years 1939-1945"],
  ["not", "Why should I sell the house?", "Why should I not sell the house?"],
  ["n't", "Why do cats like water?", "Why don't cats like water?"],
  ["can't", "List what I can eat on a diet", "List what I can't eat on a diet"],
  ["never", "Write about a man who always lies", "Write about a man who never lies"],
  ["never for nothing", "Explain why one should apologize", "Explain why one should never apologize"],
  ["without", "A recipe for bread with yeast", "A recipe for bread without yeast"],
  ["no", "Suggest hotels with pets", "Suggest hotels with no pets"],
  ["neither", "Either of the two is right", "Neither of the two is right"],
  ["un-", "Is it a fair contract?", "Is it an unfair contract?"],
  ["in-", "Describe the visible part of it", "Describe the invisible part of it"],
  ["nicht", "Warum soll ich das Haus verkaufen?", "Warum soll ich das Haus nicht verkaufen?"],
  ["kein", "Schreibe einen Text mit einem Reim", "Schreibe einen Text mit keinem Reim"],
  ["ohne", "Ein Rezept mit Zucker", "Ein Rezept ohne Zucker"],
  ["nie", "Warum lügen manche immer?", "Warum lügen manche nie?"],
  ["name", "Write a letter to Anna", "Write a letter to Hanna"],
  ["place", "What is the capital of Austria?", "What is the capital of Australia?"],
  ["niger", "Describe the economy of Niger", "Describe the economy of Nigeria"],
  ["name or word", "Write a text about turkey", "Write a text about Turkey"],
  ["people or polish", "How do I learn polish?", "How do I learn Polish?"],
  ["company or fruit", "Give me facts on apple", "Give me facts on Apple"],
  ["us", "Write a song about us", "Write a song about US"],
  ["who", "What does Anna think of Bob?", "What does Bob think of Anna?"],
  ["surname", "A biography of Michael Jordan", "A biography of Michael Jackson"],
  ["quoted", 'Translate "the bank" into German', 'Translate "a bank" into German'],
  ["case of what is quoted", 'Is "US" a word?', 'Is "us" a word?'],
  ["space in what is quoted", 'Count the letters of "a b"', 'Count the letters of "ab"'],
  ["quoted or not", 'What does "please" mean?', "What does it mean?"],
  ["unit", "Convert 10 miles", "Convert 10 metres"],
  ["unit beside the number", "Is 5mg enough?", "Is 5g enough?"],
  ["prefix of a unit", "Is a 5GB disk enough?", "Is a 5Gb disk enough?"],
  ["currency", "Is $100 too much for it?", "Is €100 too much for it?"],
  ["degrees", "Bake it at 200 °C", "Bake it at 200 °F"],
  ["increase", "How do I increase my blood pressure?", "How do I decrease my blood pressure?"],
  ["buy", "When should I buy shares?", "When should I sell shares?"],
  ["up", "Explain how to scale up a service", "Explain how to scale down a service"],
  ["before", "What to eat before a run", "What to eat after a run"],
  ["more", "Write a text with more humour", "Write a text with less humour"],
  ["hot", "Describe a hot day in the city", "Describe a cold day in the city"],
  ["first", "Who was the first to land there?", "Who was the last to land there?"],
  ["from and to", "Trains from Vienna to Graz", "Trains from Graz to Vienna"],
  ["into", "Translate from English into German", "Translate from German into English"],
  ["subject and object", "The dog bites the man", "The man bites the dog"],
  ["steigen", "Warum steigen die Preise?", "Warum fallen die Preise?"],
  ["operator", "What is a + b?", "What is a - b?"],
  ["comparison", "Find users with age > 30", "Find users with age < 30"],
  ["language", "Write a server in C", "Write a server in C++"],
  ["identifier", "What does user_id do?", "What does userId do?"],
  ["path", "Explain /etc/hosts", "Explain /etc/hostname"],
  ["flag", "What does rm -r do?", "What does rm -f do?"],
  ["host", "Is example.com safe?", "Is example.org safe?"],
  ["code", "x = 1;\nif (x) {\n  f();\n}", "x = 1;\nif (x) {\n}\n  f();"],
  ["all", "Delete all of the files", "Delete some of the files"],
  ["must", "You must answer in verse", "You may answer in verse"],
  ["statement or question", "He is coming.", "He is coming?"],
  ["comma", "Let's eat, grandma", "Let's eat grandma"],
  ["number of things", "Write a quote about lions", "Write quotes about lions"],
  ["a few", "Tell me a few facts", "Tell me few facts"],
  ["article", "He is the president of it", "He is a president of it"],
  ["accent", "Qué significa año", "Qué significa ano"],
  ["Sie", "Was haben sie gesagt", "Was haben Sie gesagt"],
  ["line", "Topic: love\nTone: dark", "Topic: love Tone: dark"],
  ["field", "Topic: courage\nTone: hopeful", "Topic: courage\nTone: hopeless"],
  ["please as a word", "How to please", "How to"],
  ["thanks as words", "How do you say thank you", "How do you say"],
  ["hello as a word", "Hello world in Rust", "World in Rust"],
  ["can you", "Can you swim?", "Swim."],
  ["give as a question", "Would you give blood?", "Give blood."],
  ["name at the beginning", "Turkey in winter", "turkey in winter"],
  ["name with two spellings", "A portrait of Jane Grey", "A portrait of Jane Gray"],
  ["party with two spellings", "What does Labour want?", "What does Labor want?"],
  ["factorial", "What is 5!", "What is 5"],
  ["factorial of n", "Explain n!", "Explain n"],
  ["yes, please", "How do you say yes, please", "How do you say yes"],
  ["no, thanks", "Write a song named no, thanks", "Write a song named no"],
  ["thanks to be translated", "Translate into German:\nthank you", "Translate into German:\nmany thanks"],
  ["thanks behind a colon", "Translate: hello, thank you", "Translate: hello"],
  ["mark behind a colon", "Translate: stop!", "Translate: stop"],
  ["question behind a colon", "What is meant by this: he left?", "What is meant by this: he left"],
  ["order or question", "Do it again?", "Do it again."],
  ["person or verb", "Will came home?", "will came home?"],
  ["two paragraphs", "Proofread this:\none\n\ntwo", "Proofread this:\none\ntwo"],
  ["place in a list", "Sort this:\n- one\n  - two", "Sort this:\n- one\n- two"],
  ["word more", "Write a poem about the sea", "Write a poem about the deep sea"],
];

/** Another wording of the same. */
const wordings: readonly (readonly [what: string, a: string, b: string])[] = [
  ["first letter", "Write a poem about the sea", "write a poem about the sea"],
  ["capitals", "WRITE A POEM ABOUT THE SEA", "Write a poem about the sea"],
  ["title", "Write A Poem About The Sea", "write a poem about the sea"],
  ["full stop", "Write a poem about the sea.", "Write a poem about the sea"],
  ["exclamation", "Write a poem about the sea!!", "Write a poem about the sea."],
  ["dots", "Write a poem about the sea...", "Write a poem about the sea"],
  ["question mark", "What is the capital of Austria?", "What is the capital of Austria"],
  ["question marks", "Why is the sky blue?", "Why is the sky blue??"],
  ["spaces", "Write  a poem   about the sea ", "Write a poem about the sea"],
  ["tabs and lines around", "\n\tWrite a poem about the sea\n\n", "Write a poem about the sea"],
  ["empty lines", "Topic: courage\n\n\nTone: dark", "Topic: courage\n\nTone: dark"],
  ["stop behind a label", "Topic: the courage of nurses.", "Topic: the courage of nurses"],
  ["please", "Please write a poem about the sea", "Write a poem about the sea"],
  ["please at the end", "Write a poem about the sea, please.", "Write a poem about the sea."],
  ["please without comma", "Write a poem about the sea please", "Write a poem about the sea"],
  ["could you", "Could you please write a poem about the sea?", "Write a poem about the sea."],
  ["can you", "Can you explain how rain is made?", "Explain how rain is made"],
  ["I would like", "I would like you to write a poem about the sea", "Write a poem about the sea"],
  ["greeting", "Hello, write a poem about the sea", "Write a poem about the sea"],
  ["greeting and thanks", "Hi! Please write a poem about the sea. Thank you!", "write a poem about the sea"],
  ["thanks", "Write a poem about the sea, thanks", "Write a poem about the sea"],
  ["thanks in advance", "Explain how rain is made. Thanks in advance!", "Explain how rain is made."],
  ["bitte", "Bitte schreibe ein Gedicht über das Meer", "Schreibe ein Gedicht über das Meer"],
  ["danke", "Schreibe ein Gedicht über das Meer. Danke!", "Schreibe ein Gedicht über das Meer"],
  ["contraction", "What's the capital of Austria?", "What is the capital of Austria?"],
  ["not contracted", "Why don't cats like water?", "Why do not cats like water?"],
  ["cannot", "List what I can't eat", "List what I cannot eat"],
  ["apostrophe", "Why don’t cats like water?", "Why don't cats like water?"],
  ["quotation marks", "Translate “the bank” into German", 'Translate "the bank" into German'],
  ["spelling", "Which colour is the sky?", "Which color is the sky?"],
  ["summarise", "Summarise the text of the law", "Summarize the text of the law"],
  ["digit", "Write three tips for a talk", "Write 3 tips for a talk"],
  ["composed letters", "Erkla\u0308re mir den Regen", "Erkl\u00e4re mir den Regen"],
];

test.each(others)("O8 no hit: %s", (_, a, b) => {
  expect(sameMeaning(a, b)).toBe(false);
  expect(sameMeaning(b, a)).toBe(false);
  // Nor does politeness bring them together.
  expect(sameMeaning(`Please, ${a}`, b)).toBe(false);
});

test.each(wordings)("O8 the same in other words: %s", (_, a, b) => {
  expect(sameMeaning(a, b)).toBe(true);
  expect(sameMeaning(b, a)).toBe(true);
});

const cosine = (a: string, b: string) => {
  const [left, right] = [embedText(bareText(a)), embedText(bareText(b))];
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
};

test("O8 vectors alone would give wrong answers, and find all of the wordings", () => {
  expect(others.filter(([, a, b]) => cosine(a, b) >= leastSimilarity).length).toBeGreaterThan(25);
  expect(wordings.filter(([, a, b]) => cosine(a, b) < leastSimilarity)).toEqual([]);
});

const words = fc.constantFrom(
  ..."write tell explain poem letter story sea river mountain Anna Bob Vienna 3 4.5 -2 $10 5kg user_id not never without and from to of the a in more less".split(
    " ",
  ),
);
const prompts = fc.array(words, { minLength: 3, maxLength: 14 });

test("O8 a word that is another one, is missing, is one more or stands elsewhere is another meaning", () => {
  fc.assert(
    fc.property(
      prompts,
      words,
      fc.nat(),
      fc.nat(),
      fc.constantFrom("replace", "remove", "add", "swap"),
      (prompt, word, i, j, how) => {
        const changed = [...prompt];
        const at = i % prompt.length;
        const to = j % prompt.length;
        if (how === "replace") changed[at] = word;
        else if (how === "remove") changed.splice(at, 1);
        else if (how === "add") changed.splice(at, 0, word);
        else [changed[at], changed[to]] = [changed[to] ?? "", changed[at] ?? ""];
        const [a, b] = [prompt.join(" "), changed.join(" ")];
        expect(sameMeaning(a, b)).toBe(a === b);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("O8 spaces, marks at the end and politeness never change a meaning, and it is the same from both sides", () => {
  const spaces = fc.constantFrom(" ", "  ", "\t");
  const front = fc.constantFrom("", "Please ", "please, ", "Hello! ", "Kindly ", "Hi, please ");
  const back = fc.constantFrom("", ".", "!", " please", ", please.", ". Thank you!", ", thanks");
  // Neither a word that `please` may belong to, nor a number that `!` may be a sign of.
  const ends = fc.constantFrom("sea", "river", "mountain", "Anna");
  fc.assert(
    fc.property(prompts, ends, spaces, front, back, (prompt, end, space, before, after) => {
      const plain = [...prompt, end].join(" ");
      const polite = `${before}${[...prompt, end].join(space)}${after}`;
      expect([sameMeaning(plain, polite), sameMeaning(polite, plain)]).toEqual([true, true]);
    }),
    { numRuns: 1_000 },
  );
});

test("O8 any text means what it means, and no odd one breaks the comparison", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(sameMeaning(a, a)).toBe(true);
      expect(sameMeaning(a, b)).toBe(sameMeaning(b, a));
    }),
    { numRuns: 1_000 },
  );
});
