import { z } from "zod";
import { maxCandidates } from "./routing.js";

/** Most classes of models that can be set. */
export const maxModelClasses = 50;

const weight = z.number().min(0).max(100);

const weights = z.strictObject({
  responseTime: weight.default(0.3),
  successRate: weight.default(0.3),
  cost: weight.default(0.2),
  circuit: weight.default(0.1),
  headroom: weight.default(0.1),
});

const candidate = z.strictObject({
  provider: z.string(),
  model: z.string(),
  weight: z.number().min(0.01).max(100).default(1),
});

const modelClass = z.strictObject({
  name: z
    .string()
    .max(40)
    .regex(/^[a-z][a-z0-9-]*$/, "is made of small letters, digits and `-`, and begins with a letter"),
  candidates: z.array(candidate).min(1).max(maxCandidates),
});

const retry = z.strictObject({
  attempts: z.number().int().min(1).max(10).default(2),
  baseDelayMs: z.number().int().min(0).max(10_000).default(250),
});

const breaker = z.strictObject({
  failures: z.number().int().min(1).max(1_000).default(5),
  windowMs: z.number().int().min(1_000).max(3_600_000).default(60_000),
  openMs: z.number().int().min(1_000).max(3_600_000).default(30_000),
  probes: z.number().int().min(1).max(100).default(1),
});

/** The settings as they are stored; what was never set is what stands here. */
export const storedAiSettings = z.strictObject({
  weights: weights
    .prefault({})
    .refine((values) => Object.values(values).some((value) => value > 0), "must not all be 0"),
  /** Those that were set; the others follow from the configured providers. */
  modelClasses: z.array(modelClass).max(maxModelClasses).default([]),
  retry: retry.prefault({}),
  breaker: breaker.prefault({}),
  offlineStandsIn: z.boolean().default(true),
  judgeClass: z.string().default("default"),
});

export type StoredAiSettings = z.output<typeof storedAiSettings>;
export type ModelClassSetting = StoredAiSettings["modelClasses"][number];
