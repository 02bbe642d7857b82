import fc from "fast-check";
import { z } from "zod";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { JsonSchema } from "#src/ai/provider.js";

const provider = offlineProvider({ wordDelayMs: 0 });
const topicLine = "Write a quote.\nTopic: courage\nTone: calm\nAudience: young engineers";

async function answer(schema: JsonSchema, seed = 1, text = topicLine): Promise<unknown> {
  const pieces: string[] = [];
  const request = {
    model: "atrium-offline-grammar-1",
    messages: [{ role: "user" as const, text }],
    schema: { name: "answer", schema },
    seed,
  };
  for await (const chunk of provider.generate(request, new AbortController().signal)) {
    if (chunk.type === "text") pieces.push(chunk.text);
  }
  return JSON.parse(pieces.join(""));
}

type Tree = { name: string; children: Tree[] };
const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)) });

test.each([
  [z.object({ quote: z.string(), topic: z.string(), tone: z.enum(["calm", "bold"]), score: z.number().min(0).max(1) })],
  [z.object({ tags: z.array(z.string().max(20)).min(2).max(4), keep: z.boolean(), note: z.string().nullable() })],
  [z.object({ id: z.uuid(), mail: z.email(), at: z.iso.datetime(), day: z.iso.date(), link: z.url() })],
  [
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), n: z.int().positive() }),
      z.object({ kind: z.literal("b") }),
    ]),
  ],
  [z.record(z.string(), z.number().multipleOf(0.5).min(1).max(3))],
  [z.tuple([z.string(), z.int().gt(4).lt(6)])],
  [z.array(z.enum(["a", "b", "c"])).length(1)],
  [z.object({ a: z.string() }).and(z.object({ b: z.object({ c: z.int().min(-9).max(-3) }) }))],
  [z.object({ long: z.string().min(400).max(420), word: z.string().min(3).max(3), none: z.string().max(0) })],
  [z.strictObject({ maybe: z.string().optional(), list: z.array(z.object({ x: z.number() })).default([]) })],
  [z.union([z.string().min(2), z.number()])],
  [tree],
])("the answer fits schema %#, whatever the seed", async (schema) => {
  const json = z.toJSONSchema(schema) as JsonSchema;
  for (let seed = 0; seed < 50; seed += 1) {
    expect(schema.safeParse(await answer(json, seed))).toMatchObject({ success: true });
  }
});

const leaf = fc.oneof(
  fc.tuple(fc.nat(60), fc.nat(60), fc.boolean()).map(
    ([min, more, capped]): JsonSchema => ({
      type: "string",
      minLength: min,
      ...(capped ? { maxLength: min + more } : {}),
    }),
  ),
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.nat(300))
    .map(([minimum, more]): JsonSchema => ({ type: "integer", minimum, maximum: minimum + more })),
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 300 }))
    .map(
      ([low, more]): JsonSchema => ({ type: "number", exclusiveMinimum: low / 7, exclusiveMaximum: (low + more) / 7 }),
    ),
  fc.constantFrom<JsonSchema>({ type: "boolean" }, { type: "null" }, { type: ["string", "null"] }, { const: 4 }),
  fc
    .uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 })
    .map((values): JsonSchema => ({ enum: values })),
);

const { schema: anySchema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.tuple(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie("schema"), { maxKeys: 4 }), fc.boolean()).map(
      ([properties, all]): JsonSchema => ({
        type: "object",
        properties,
        ...(all ? { required: Object.keys(properties) } : {}),
        additionalProperties: false,
      }),
    ),
    fc
      .tuple(tie("schema"), fc.nat(2), fc.nat(3))
      .map(([items, minItems, more]): JsonSchema => ({ type: "array", items, minItems, maxItems: minItems + more })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf): JsonSchema => ({ anyOf })),
  ),
}));

test("whatever can be asked for in the supported keywords, the answer fits", async () => {
  await fc.assert(
    fc.asyncProperty(anySchema, fc.nat(), async (schema, seed) => {
      const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
      expect(check.safeParse(await answer(schema, seed))).toMatchObject({ success: true });
    }),
    { numRuns: 500 },
  );
});

test("references, also to themselves, are followed", async () => {
  const schema = {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        properties: {
          label: { $ref: "#/$defs/label" },
          left: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
          right: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
        },
        required: ["label", "left", "right"],
      },
      label: { type: "string", maxLength: 12 },
    },
  };
  const found = (await answer(schema)) as { label: string; left: { label: string } };
  expect(found.label.length).toBeLessThanOrEqual(12);
  expect(typeof found.left.label).toBe("string");
});

test("the prompt's own words fill the properties that are named after them", async () => {
  const properties = { topic: { type: "string" }, tone: { enum: ["bold", "calm"] }, quote: { type: "string" } };
  const found = (await answer({ type: "object", properties })) as Record<string, string>;
  expect(found).toMatchObject({ topic: "courage", tone: "calm" });
  expect(found.quote?.toLowerCase()).toContain("courage");
});

test("the same seed gives the same answer, another seed another one", async () => {
  const schema = { type: "object", properties: { quote: { type: "string" }, score: { type: "number" } } };
  expect(await answer(schema, 5)).toEqual(await answer(schema, 5));
  expect(await answer(schema, 5)).not.toEqual(await answer(schema, 6));
});

test.each<[string, JsonSchema]>([
  ["bounds that cross", { type: "number", minimum: 5, maximum: 1 }],
  ["no whole number within the bounds", { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 }],
  ["a text that is longer than its maximum", { type: "string", minLength: 9, maxLength: 3 }],
  ["a list without enough different values", { type: "array", items: { const: 1 }, minItems: 2, uniqueItems: true }],
  ["an empty enumeration", { enum: [] }],
  ["a required property that is forbidden", { type: "object", properties: { a: false }, required: ["a"] }],
  ["a pattern", { type: "string", pattern: "^[a-z]+$" }],
  ["a negation", { not: { type: "string" } }],
  ["a circle", { $ref: "#" }],
  ["a reference to nowhere", { $ref: "#/$defs/missing" }],
  ["a reference to elsewhere", { $ref: "https://example.com/schema.json" }],
  [
    "a tree without leaves",
    { type: "object", properties: { a: { $ref: "#" }, b: { $ref: "#" } }, required: ["a", "b"] },
  ],
  ["a type that does not exist", { type: "decimal" }],
])("%s is refused", async (_, schema) => {
  await expect(answer(schema)).rejects.toMatchObject({ provider: "offline", fault: "rejected" });
});
