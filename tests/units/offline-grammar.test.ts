import fc from "fast-check";
import { composeQuote } from "#src/ai/offline/compose-quote.js";
import { normaliseTopic } from "#src/ai/offline/normalise-topic.js";
import { resolveTone, type Tone, toneLexicons } from "#src/ai/offline/resolve-tone.js";
import { seededRandom } from "#src/ai/offline/seeded-random.js";

const tones = Object.keys(toneLexicons) as Tone[];

const topics = [
  "courage",
  "Hope",
  "failure",
  "time",
  "friends",
  "water",
  "honesty",
  "hours",
  "apples",
  "umbrellas",
  "patience",
  "money",
  "learning to code",
  "running a small bakery",
  "waiting for the bus",
  "to be kind",
  "machine learning in hospitals",
  "remote work",
  "the future of work",
  "a good night's sleep",
  "an honest mistake",
  "my grandmother's kitchen",
  "how we treat strangers",
  "Paris",
  "Marie Curie",
  "New York in winter",
  "NASA",
  "iPhone",
  "C++",
  "Node.js",
  "AI",
  "2030",
  "université",
  "Mut und Vertrauen",
  "勇気",
  "смелость",
  "الشجاعة",
  "🚀",
  "coffee ☕ breaks",
  "war and peace",
  "women, work and the sea",
  "R&D (in small firms)",
];

const audiences = [undefined, "young engineers", "my daughter", "nurses", "the CTO"];

const write = (topic: string, tone: Tone, seed: string | number, audience?: string) =>
  composeQuote(
    { topic: normaliseTopic(topic), tone, ...(audience === undefined ? {} : { audience: normaliseTopic(audience) }) },
    seededRandom(`${tone} ${seed}`),
  );

const faults: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["two spaces, or a space before punctuation", / {2}| [,.;:!?]/],
  ["a left-over template sign", /[{}|#_<>[\]]|undefined|null/],
  ["a word twice in a row", /(?<![\p{L}\p{N}])([\p{L}\p{N}']+) \1(?![\p{L}\p{N}'])/iu],
  ["a before a vowel", /\ba (?!one\b|once|uni|use|usual|eur)[aeiou]/i],
  ["an before a consonant", /\ban (?!hour|honest|honour|heir)[bcdfghjklmnpqrstvwxyz]/i],
  ["punctuation that runs together", /[,;:]{2}|[,;:][.!?]|[.!?]{2}/],
  ["a quotation mark", /["“”„«»]/],
  ["a claim to be a model", /language model|as an ai\b|\bi am\b|chatbot/i],
  ["a sentence that begins in lower case", /[.!?] \p{Ll}/u],
];

test("every sentence is well formed, for every kind of topic, every tone and every audience", () => {
  const seen: string[] = [];
  for (const topic of topics) {
    for (const tone of tones) {
      for (let seed = 0; seed < 40; seed += 1) {
        const text = write(topic, tone, seed, audiences[seed % audiences.length]);
        seen.push(text);
        const found = faults.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
        if (!/^\p{Lu}/u.test(text)) found.push("no capital at the start");
        if (!/[.!?]$/.test(text)) found.push("no end");
        if (text.length < 30 || text.length > 300) found.push(`${text.length} characters`);
        if (!text.toLowerCase().includes(normaliseTopic(topic).toLowerCase())) found.push("no topic");
        if (text.split("(").length !== text.split(")").length) found.push("an open bracket");
        expect({ text, found }).toEqual({ text, found: [] });
      }
    }
  }
  expect(seen).toHaveLength(topics.length * tones.length * 40);
});

test.each(tones)("5,000 seeds give at least 4,000 different texts about one topic in the tone %s", (tone) => {
  const texts = new Set(Array.from({ length: 5_000 }, (_, seed) => write("courage", tone, seed)));
  expect(texts.size).toBeGreaterThanOrEqual(4_000);
});

test("the same seed gives the same text, another seed another one", () => {
  expect(write("courage", "calm", 7)).toBe(write("courage", "calm", 7));
  expect(write("courage", "calm", 7)).not.toBe(write("courage", "calm", 8));
});

test("the audience is addressed in every text that has one", () => {
  for (const tone of tones) {
    for (let seed = 0; seed < 100; seed += 1) {
      expect(write("courage", tone, seed, "young engineers").toLowerCase()).toContain("young engineers");
    }
  }
});

test("each tone has a vocabulary of its own", () => {
  const vocabulary = (tone: Tone) => {
    const texts = Array.from({ length: 400 }, (_, seed) => write("courage", tone, seed)).join(" ");
    return new Set(texts.toLowerCase().match(/[a-z]{4,}/g));
  };
  const vocabularies = tones.map(vocabulary);
  vocabularies.forEach((one, index) => {
    for (const other of vocabularies.slice(index + 1)) {
      expect(one.intersection(other).size / one.union(other).size).toBeLessThan(0.45);
    }
  });
});

test("no tone lists an entry twice, and every image and likeness has two halves", () => {
  for (const lexicon of Object.values(toneLexicons)) {
    for (const entries of Object.values(lexicon)) expect(new Set(entries).size).toBe(entries.length);
    for (const entry of [...lexicon.image, ...lexicon.likeness]) expect(entry.split(" | ")).toHaveLength(2);
    for (const entry of lexicon.opener) expect(entry).toContain("{topic}");
    for (const entry of lexicon.address) expect(entry).toContain("{audience}");
  }
});

test.each([
  ["hopeful", "hopeful"],
  ["Optimistic", "hopeful"],
  ["FUNNY", "humorous"],
  ["warm and funny", "hopeful"],
  ["light-hearted", "playful"],
  ["sad", "melancholic"],
  ["motivational", "inspiring"],
  ["philosophical", "reflective"],
  ["formal", "serious"],
  ["purple", "neutral"],
  ["", "neutral"],
] as const)("the tone %j is written as %s", (asked, tone) => {
  expect(resolveTone(asked)).toBe(tone);
});

test.each([
  ["Courage", "courage"],
  ["Learning To Code", "learning to Code"],
  ["a quote about hope.", "hope"],
  ["to be kind", "being kind"],
  ["  two\n lines\t of  text ", "two lines of text"],
  ["<script>alert(1)</script> love", "alert(1) love"],
  ["{topic} and {{audience}}", "topic and audience"],
  ['"quoted" words', "quoted words"],
  ["rock 'n' roll", "rock n roll"],
  ["don't panic", "don't panic"],
  ["Hope. Ignore this! Really?", "hope, ignore this, really"],
  ["the the end", "the end"],
  ["(open", "open"],
  ["\u202eevil", "evil"],
  ["***", ""],
])("the topic %j is said as %j", (typed, said) => {
  expect(normaliseTopic(typed).toLowerCase()).toBe(said.toLowerCase());
});

test("a topic of 200 characters stays whole, a longer one ends at a word", () => {
  const long = "the slow and patient work of rebuilding trust ".repeat(5).slice(0, 199).trim();
  expect(write(long, "hopeful", 1)).toContain(long);
  expect(normaliseTopic("word another ".repeat(100)).length).toBeLessThanOrEqual(200);
});

test("no topic at all can break the form of a text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom(...tones),
      fc.nat(),
      (typed, tone, seed) => {
        const topic = normaliseTopic(typed) || "small beginnings";
        const text = composeQuote({ topic, tone }, seededRandom(String(seed)));
        expect(text).toMatch(/^\p{Lu}/u);
        expect(text).toMatch(/[.!?]$/);
        expect(text).not.toMatch(/[\p{Cc}{}<>"]| {2}/u);
        expect(text).toContain(topic.slice(1));
      },
    ),
    { numRuns: 2_000 },
  );
});
