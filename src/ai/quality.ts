import { Field, Float, ObjectType, registerEnumType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";

export enum QualityPartName {
  FORM = "FORM",
  RELEVANCE = "RELEVANCE",
  ORIGINALITY = "ORIGINALITY",
  SAFETY = "SAFETY",
  LENGTH = "LENGTH",
  JUDGE = "JUDGE",
}

registerEnumType(QualityPartName, {
  name: "QualityPartName",
  description:
    "What a text is rated for. All but JUDGE are rules: the same text, request and collection give the same.",
  valuesConfig: {
    FORM: {
      description: "Whether it is written like a finished text: beginning, end, lines, no leftovers, no repetition.",
    },
    RELEVANCE: { description: "Share of the request's subject that it takes up; four words of it are enough." },
    ORIGINALITY: {
      description: "1 less the likeness of the most similar text that the workspace has: pairs of words in common.",
    },
    SAFETY: { description: "Without insults, threats, markup, and what identifies people or opens doors." },
    LENGTH: { description: "Whether it is as long as the request asks, and at least 40 characters." },
    JUDGE: { description: "What a model says that was asked to judge." },
  },
});

export enum QualityFinding {
  NO_BEGINNING = "NO_BEGINNING",
  NO_END = "NO_END",
  BROKEN_LINES = "BROKEN_LINES",
  LEFTOVERS = "LEFTOVERS",
  REPETITIVE = "REPETITIVE",
  NOT_JSON = "NOT_JSON",
  TOO_SHORT = "TOO_SHORT",
  TOO_LONG = "TOO_LONG",
  INSULT = "INSULT",
  THREAT = "THREAT",
  EMAIL_ADDRESS = "EMAIL_ADDRESS",
  PHONE_NUMBER = "PHONE_NUMBER",
  CARD_NUMBER = "CARD_NUMBER",
  BANK_ACCOUNT = "BANK_ACCOUNT",
  SECRET = "SECRET",
  URL = "URL",
  MARKUP = "MARKUP",
  SCRIPT = "SCRIPT",
  PROMPT_LEAK = "PROMPT_LEAK",
  MODEL_TALK = "MODEL_TALK",
}

registerEnumType(QualityFinding, {
  name: "QualityFinding",
  description: "What took something away from a part of the quality.",
  valuesConfig: {
    NO_BEGINNING: { description: "It does not begin like a sentence." },
    NO_END: { description: "It does not end like a sentence." },
    BROKEN_LINES: { description: "Gaps, or line breaks in a short text." },
    LEFTOVERS: { description: "Labels, placeholders, quotation marks around it, or marks of formatting." },
    REPETITIVE: { description: "More than a third of its words are said again." },
    NOT_JSON: { description: "JSON was asked for, and it is none." },
    TOO_SHORT: { description: "Fewer than 40 characters." },
    TOO_LONG: { description: "Longer than the request asks." },
    INSULT: { description: "Words that put somebody down." },
    THREAT: { description: "Words that threaten, or call for violence." },
    EMAIL_ADDRESS: { description: "An e-mail address." },
    PHONE_NUMBER: { description: "A telephone number." },
    CARD_NUMBER: { description: "The number of a payment card, with its right check digit." },
    BANK_ACCOUNT: { description: "An IBAN, with its right check digits." },
    SECRET: { description: "A key or a token, by the form of well-known ones." },
    URL: { description: "An address on the web." },
    MARKUP: { description: "HTML or the like." },
    SCRIPT: { description: "What a browser would run." },
    PROMPT_LEAK: { description: "Eight words on end of the instructions that it was written by." },
    MODEL_TALK: { description: "The model speaks of itself or of its instructions." },
  },
});

@ObjectType({ description: "One of the things that a text is rated for." })
export class QualityPart {
  @Field(() => QualityPartName, { description: "What." })
  name!: QualityPartName;

  @Field(() => Float, { description: "0 (bad) to 1 (good), three digits." })
  score!: number;

  @Field(() => Float, { description: "Its share of the whole score. The weights of all parts are 1 together." })
  weight!: number;

  @Field(() => [QualityFinding], { description: "What took away from it, where a rule can name it; empty at 1." })
  findings!: QualityFinding[];
}

@ObjectType({ description: "A model that was asked how good a text is." })
export class QualityJudge {
  @Field(() => String, { description: "Which one, as `provider/model`, or the class of models that was asked." })
  model!: string;

  @Field(() => Float, { nullable: true, description: "What it says, 0 to 1; null when it could not be asked in time." })
  score!: number | null;

  @Field(() => String, { nullable: true, description: "Why it said nothing, as an error code; else null." })
  errorCode!: string | null;
}

@ObjectType({ description: "How well a text is made, and what that is made of." })
export class Quality {
  @Field(() => Float, { description: "0 to 1: the parts by their weights, three digits. Also `qualityScore`." })
  score!: number;

  @AtMost(6)
  @Field(() => [QualityPart], { description: "What it is rated for, always in the same order." })
  parts!: QualityPart[];

  @Field(() => QualityJudge, {
    nullable: true,
    description: "The model that was asked as well; null when none was. Without its answer the rules alone count.",
  })
  judge!: QualityJudge | null;
}

export const roundScore = (score: number): number => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000;
