import fc from "fast-check";
import { embeddingLength, embedText } from "#src/ai/offline/embed-text.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { stemWord } from "#src/ai/offline/stem-word.js";

const near = (one: string, other: string) => {
  const vector = embedText(other);
  return embedText(one).reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0);
};

const unrelated = [
  "The invoice is due at the end of the month.",
  "Our factory replaced two sensors on the assembly line.",
  "She painted the kitchen walls yellow.",
  "The database keeps one row for every order.",
  "Mix the flour with butter and bake it for an hour.",
  "The train to Berlin leaves from platform nine.",
  "He plays the violin in a small orchestra.",
];

test.each([
  ["courage", "being brave when you are afraid"],
  ["a sentence about bravery", "the courageous never stop being scared"],
  ["friendship", "a companion who stays at your side"],
  ["failure", "every mistake and setback teaches something"],
  ["money", "how much cash and salary a person needs"],
  ["leadership", "a manager who can inspire the team"],
  ["hope", "believing that tomorrow will be brighter"],
  ["learning", "students who study at school"],
  ["nature", "trees and mountains in the wild"],
  ["illness", "the doctor at the hospital found a cure"],
  ["burnout", "he is exhausted and overwhelmed by the pressure"],
  ["writing software", "a programmer fixes a bug in the code"],
])("%j is nearer to %j than to anything unrelated", (word, paraphrase) => {
  const noise = Math.max(...unrelated.map((text) => near(word, text)));
  expect(near(word, paraphrase)).toBeGreaterThan(0.2);
  expect(near(word, paraphrase)).toBeGreaterThan(noise + 0.1);
});

test("a typo and another form of the word stay near", () => {
  expect(near("remote maintenance of turbines", "remote maintenence of turbine")).toBeGreaterThan(0.6);
  expect(near("Überstunden", "uberstunden")).toBeGreaterThan(0.99);
  expect(near("勇気とは何か", "勇気")).toBeGreaterThan(0.3);
});

test("among many texts the one about the question comes first", () => {
  const texts = [
    ...unrelated,
    "Employees may work from home three days a week.",
    "Passwords must be changed every year.",
  ];
  const best = (question: string) => texts.toSorted((one, other) => near(question, other) - near(question, one))[0];
  expect(best("Is remote work allowed for employees?")).toContain("from home");
  expect(best("security of credentials")).toContain("Passwords");
  expect(best("cooking a recipe")).toContain("flour");
});

test("unrelated texts are near to nothing", () => {
  const pairs = unrelated.flatMap((one, index) => unrelated.slice(index + 1).map((other) => near(one, other)));
  expect(Math.max(...pairs)).toBeLessThan(0.25);
});

test("every text, even an empty one, has a vector of length one, always the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const vector = embedText(text);
      expect(vector).toHaveLength(embeddingLength);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 9);
      expect(embedText(text)).toEqual(vector);
    }),
  );
});

test.each([
  ["hope", "hoping"],
  ["courage", "courageous"],
  ["run", "running"],
  ["story", "stories"],
  ["leader", "leaders"],
  ["kind", "kindness"],
  ["machine", "machines"],
])("%s and %s have one stem", (one, other) => {
  expect(stemWord(one)).toBe(stemWord(other));
});

test("the provider embeds in order, names the model, refuses another, and stops when told to", async () => {
  const provider = offlineProvider();
  const model = "atrium-offline-hash-384";
  const { vectors } = await provider.embed({ model, texts: ["one", "two"] }, new AbortController().signal);
  expect(vectors).toEqual([embedText("one"), embedText("two")]);
  const stopped = AbortSignal.abort(new Error("enough"));
  await expect(provider.embed({ model, texts: ["one"] }, stopped)).rejects.toThrow("enough");
  const unknown = provider.embed({ model: "other", texts: ["one"] }, new AbortController().signal);
  await expect(unknown).rejects.toMatchObject({ fault: "rejected" });

  const controller = new AbortController();
  const many = provider.embed({ model, texts: new Array(5_000).fill("a text to embed") }, controller.signal);
  setImmediate(() => controller.abort(new Error("changed my mind")));
  await expect(many).rejects.toThrow("changed my mind");
});
