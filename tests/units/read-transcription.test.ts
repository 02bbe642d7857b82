import { readLanguage } from "#src/voice/read-language.js";
import { readTranscription, UnreadableTranscription } from "#src/voice/read-transcription.js";

const read = (written: unknown, durationMs = 10_000) =>
  readTranscription(typeof written === "string" ? written : JSON.stringify(written), durationMs);

const segment = (start: number, end: number, text: string, more: object = {}) => ({ start, end, text, ...more });

test("V2 segments of OpenAI's API have times, a language, and how sure they are", () => {
  const { segments, language } = read({
    task: "transcribe",
    language: "english",
    text: " The sea is calm. The boat is old.",
    segments: [
      segment(0, 1.52, " The sea is  calm.", { avg_logprob: -0.1, no_speech_prob: 0.02 }),
      segment(1.52, 3, " The boat is old.", { avg_logprob: -0.5, no_speech_prob: 0.5 }),
    ],
  });
  expect(language).toBe("en");
  expect(segments).toEqual([
    { startMs: 0, endMs: 1_520, text: "The sea is calm.", confidence: expect.closeTo(Math.exp(-0.1) * 0.98) },
    { startMs: 1_520, endMs: 3_000, text: "The boat is old.", confidence: expect.closeTo(Math.exp(-0.5) / 2) },
  ]);
});

test("V2 what Whisper makes up over silence is left out, and what it is sure of is not", () => {
  const told = [
    segment(0, 2, " Thanks for watching!", { avg_logprob: -1.2, no_speech_prob: 0.9 }),
    segment(2, 4, " Quiet, but said.", { avg_logprob: -0.4, no_speech_prob: 0.9 }),
    segment(4, 6, " Mumbled.", { avg_logprob: -1.4, no_speech_prob: 0.1 }),
    segment(6, 8, "   ", { avg_logprob: -0.1, no_speech_prob: 0.1 }),
  ];
  const { segments } = read({ text: "Thanks for watching! …", segments: told });
  expect(segments.map(({ text }) => text)).toEqual(["Quiet, but said.", "Mumbled."]);
  expect(read({ text: "", segments: [] }).segments).toEqual([]);
  expect(read({ text: "" }).segments).toEqual([]);
});

test("V2 times beyond the sound end with it, and segments are in their order", () => {
  const { segments } = read({
    text: "b a c",
    segments: [segment(4, 30, "b"), segment(-1, 2, "a"), segment(12, 14, "c")],
  });
  expect(segments).toEqual([
    { startMs: 0, endMs: 2_000, text: "a" },
    { startMs: 4_000, endMs: 10_000, text: "b" },
    { startMs: 10_000, endMs: 10_000, text: "c" },
  ]);
});

test("V2 words without times last as long as the sound", () => {
  const logprobs = [
    { token: "Hi", logprob: -0.1 },
    { token: ".", logprob: -0.3 },
  ];
  expect(read({ text: " Hi. ", logprobs }).segments).toEqual([
    { startMs: 0, endMs: 10_000, text: "Hi.", confidence: expect.closeTo(Math.exp(-0.2)) },
  ]);
  expect(read("first line\nsecond line\n").segments).toEqual([
    { startMs: 0, endMs: 10_000, text: "first line second line" },
  ]);
  expect(read("  \n").segments).toEqual([]);
});

test("V2 JSON of whisper.cpp is read, its tokens too", () => {
  const heard = read({
    systeminfo: "AVX = 1",
    result: { language: "de" },
    transcription: [
      {
        timestamps: { from: "00:00:00,000", to: "00:00:02,400" },
        offsets: { from: 0, to: 2_400 },
        text: " Guten Morgen.",
        tokens: [
          { text: "[_BEG_]", p: 0.1 },
          { text: " Guten", p: 0.9 },
          { text: " Morgen", p: 0.4 },
        ],
      },
      { offsets: { from: 2_400, to: 9_000 }, text: " [BLANK_AUDIO]" },
    ],
  });
  expect(heard).toEqual({
    language: "de",
    segments: [{ startMs: 0, endMs: 2_400, text: "Guten Morgen.", confidence: expect.closeTo(Math.sqrt(0.36)) }],
  });
});

const twoCues = [
  { startMs: 1_000, endMs: 2_500, text: "Come & see." },
  { startMs: 3_000, endMs: 4_250, text: "Two lines." },
];

test.each([
  ["SRT", "1\n00:00:01,000 --> 00:00:02,500\nCome & see.\n\n2\n00:00:03,000 --> 00:00:04,250\nTwo\nlines.\n"],
  [
    "SRT of Windows",
    "\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nCome & see.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,250\r\nTwo lines.\r\n",
  ],
  [
    "WebVTT",
    "WEBVTT - made by hand\n\nNOTE nothing --> of this\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v Ann>Come &amp; <b>see</b>.\n\n00:00:03.000 --> 00:00:04.250\nTwo\nlines.",
  ],
  [
    "lines with times",
    "[00:00:01.000 --> 00:00:02.500]   Come & see.\nsome log\n[00:03.000 --> 00:04.250] Two lines.\n",
  ],
])("V2 %s is read", (_, written) => {
  expect(read(written).segments).toEqual(twoCues);
});

test("V2 times beyond an hour are read", () => {
  expect(read("WEBVTT\n\n100:00:00.000 --> 100:00:01.5\nLate.", 4e8).segments).toEqual([
    { startMs: 360_000_000, endMs: 360_001_500, text: "Late." },
  ]);
});

test.each([
  ["half of some JSON", '{"text": "half'],
  ["a list", "[]"],
  ["an error", '{"error": {"message": "no"}}'],
  ["segments without times", { text: "a", segments: [{ text: "a" }] }],
  ["segments that are none", { text: "a", segments: [null] }],
  ["a text that is none", { text: 5 }],
  ["JSON of whisper.cpp without offsets", { transcription: [{ text: "a" }] }],
])("V2 %s is no transcription", (_, written) => {
  expect(() => read(written)).toThrow(UnreadableTranscription);
});

test.each([
  ["english", "en"],
  ["Portuguese", "pt"],
  ["haitian creole", "ht"],
  ["Myanmar", "my"],
  ["castilian", "es"],
  ["de", "de"],
  ["pt_br", "pt-BR"],
  ["zh-hant-tw", "zh-Hant-TW"],
  ["yue", "yue"],
  ["klingonese tongue", undefined],
  ["", undefined],
])("V2 the language %j is %j", (told, tag) => {
  expect(readLanguage(told)).toBe(tag);
});
