import { readSentiment } from "#src/quotes/analysis/read-sentiment.js";
import { TextReader } from "#src/quotes/analysis/text-reader.js";
import {
  denials,
  foreignSentences,
  happySentences,
  laterHappySentences,
  laterSadSentences,
  plainSentences,
  sadSentences,
} from "../support/felt-sentences.js";

const reader = new TextReader();
const sentimentOf = async (text: string) => readSentiment(await reader.read(text));

const rightOf = async (sentences: readonly string[], sign: number): Promise<number> => {
  let right = 0;
  for (const sentence of sentences) {
    const score = await sentimentOf(sentence);
    expect(Math.abs(score)).toBeLessThanOrEqual(1);
    if (Math.sign(score) === sign) right += 1;
  }
  return right;
};

const shareOfRight = async (what: string, happy: readonly string[], sad: readonly string[]): Promise<number> => {
  const all = happy.length + sad.length;
  const share = ((await rightOf(happy, 1)) + (await rightOf(sad, -1))) / all;
  process.stdout.write(`sentiment: ${(100 * share).toFixed(1)} % of ${all} ${what} sentences have the right sign\n`);
  return share;
};

test("Q3 the sign of the sentiment is right for at least 85 of 100 written sentences", async () => {
  expect(happySentences.length + sadSentences.length).toBeGreaterThanOrEqual(120);
  expect(await shareOfRight("known", happySentences, sadSentences)).toBeGreaterThanOrEqual(0.85);
});

test("Q3 it is right for at least 65 of 100 sentences that the lexicon was not made with", async () => {
  expect(await shareOfRight("unseen", laterHappySentences, laterSadSentences)).toBeGreaterThanOrEqual(0.65);
});

test.each(denials)("Q3 %p and %p differ in their sign", async (said, denied) => {
  const [one, other] = [await sentimentOf(said), await sentimentOf(denied)];
  expect(Math.sign(one)).not.toBe(0);
  expect(Math.sign(other)).toBe(-Math.sign(one));
});

test.each(plainSentences)("Q3 %p is near 0", async (sentence) => {
  expect(Math.abs(await sentimentOf(sentence))).toBeLessThanOrEqual(0.2);
});

test("Q3 English is told from other languages by the words that are known", async () => {
  for (const sentence of foreignSentences) expect((await reader.read(sentence)).knownShare).toBeLessThan(0.6);
  for (const sentence of [...happySentences, ...sadSentences, ...plainSentences])
    expect((await reader.read(sentence)).knownShare).toBeGreaterThanOrEqual(0.6);
});
