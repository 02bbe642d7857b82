import { z } from "zod";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { Run } from "#src/platform/run.js";
import { checkJsonSchema } from "./check-json-schema.js";
import type { Generation } from "./generation.js";
import type { GenerationService, GenerationWish } from "./generation-service.js";
import type { PromptVersion } from "./prompt.js";
import type { PromptService } from "./prompt-service.js";
import type { Message } from "./provider.js";
import type { QualityService } from "./quality-service.js";
import { renderPrompt } from "./render-prompt.js";
import { requestOf } from "./request-of.js";
import type { GenerateTextInput, TextInput } from "./text-inputs.js";

export const GenerateText = defineJob(
  "ai.generate",
  z.object({ generationId: z.string(), judge: z.boolean().default(false) }),
  {
    lane: "interactive",
    timeoutMs: 300_000,
  },
);

interface Deps {
  readonly database: Database;
  readonly generations: GenerationService;
  readonly prompts: PromptService;
  readonly quality: QualityService;
}

/** Texts of any kind: of a prompt with its variables, or of words that somebody brings. */
export class TextService {
  constructor(private readonly deps: Deps) {}

  /** Asks for a text. What can be wrong with the wish is said here, so that it fails at once and not in a worker. */
  async request(actor: Actor, input: GenerateTextInput): Promise<Job> {
    const wish = await this.prepare(actor, input);
    return this.deps.database.write(actor, async (change) => {
      const job = change.enqueue(
        GenerateText,
        { generationId: wish.id, judge: input.judge ?? false },
        input.visibility ?? Visibility.WORKSPACE,
      );
      this.deps.generations.ask(change, job, wish);
      return job;
    });
  }

  async generate(run: Run, { generationId, judge }: z.infer<typeof GenerateText.payload>): Promise<Generation> {
    const { generations, quality } = this.deps;
    const written = await generations.generate(run, generationId);
    const rating = await quality.rate(written, { judge, signal: run.signal });
    return run.finish(async (change) => generations.end(change, written, { rating }));
  }

  /** What an input comes to: checked, with all of its values in it. */
  async prepare(actor: Actor, input: TextInput): Promise<GenerationWish> {
    checkWay(input);
    const { provider, model, modelClass, temperature, maxTokens, seed } = input;
    const pinned =
      provider || model || modelClass ? this.deps.generations.modelFor(provider, model, modelClass) : undefined;
    const schema = input.schema == null ? undefined : checkJsonSchema(input.schema, "input.schema");
    const version = await this.#versionOf(actor, input);
    const variables = input.variables ?? {};
    const request = requestOf({
      messages: version === undefined ? ownMessages(input) : renderPrompt(version, variables, "input.variables"),
      model: pinned ?? this.deps.generations.modelFor(null, null, version?.modelClass),
      ...(version === undefined ? {} : { advice: version }),
      ...{ temperature, maxTokens, seed, schema },
    });
    const prompt = version === undefined ? undefined : { versionId: version.id, variables };
    return { id: newId("generation"), purpose: GenerateText.kind, request, prompt, cache: input.cache };
  }

  async #versionOf(actor: Actor, { promptVersionId, prompt, label }: TextInput): Promise<PromptVersion | undefined> {
    if (promptVersionId != null) return this.deps.prompts.version(actor, promptVersionId, "input.promptVersionId");
    return prompt == null ? undefined : this.deps.prompts.labelled(actor, prompt, label ?? undefined);
  }
}

/** There is one way to say what is asked, and what belongs to another one is a slip. */
const checkWay = (input: TextInput): void => {
  const { promptVersionId, prompt, text } = input;
  const named = Object.entries({ promptVersionId, prompt, text }).flatMap(([name, value]) =>
    value == null ? [] : [name],
  );
  if (named.length === 0) throw badInput("Say what to ask: give promptVersionId, prompt or text.", "input");
  if (named.length > 1)
    throw badInput(
      `${named.join(" and ")} are each a way to say what to ask: give one of them.`,
      `input.${named.at(-1)}`,
    );
  if (input.label != null && prompt == null) throw badInput("A label belongs to prompt.", "input.label");
  if (input.system != null && text == null)
    throw badInput("system belongs to text: a prompt brings its own instructions.", "input.system");
  if (input.variables != null && text != null)
    throw badInput("Variables belong to prompts: text is sent as it is.", "input.variables");
  if (text?.trim() === "") throw badInput("must not be empty.", "input.text");
};

const ownMessages = ({ system, text }: TextInput): Message[] => [
  ...(system == null ? [] : [{ role: "system", text: system } as const]),
  { role: "user", text: text ?? "" },
];
