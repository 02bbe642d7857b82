import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { newId, parseId } from "#src/platform/ids.js";
import { rowReader } from "#src/platform/lists/entity-shape.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Lists } from "#src/platform/lists/lists.js";
import { Parameters } from "#src/platform/lists/statement.js";
import type { BuiltInPrompt } from "./built-in-prompt.js";
import { checkContent, checkPromptName, hashContent, type PromptContent } from "./check-prompt.js";
import type { GenerationService } from "./generation-service.js";
import { countTokens } from "./offline/count-tokens.js";
import { Prompt, PromptLabel, PromptVersion, production } from "./prompt.js";
import type { CreatePromptInput, PromptVersionInput, UpdatePromptInput } from "./prompt-inputs.js";
import type { PromptPreview } from "./prompt-preview.js";
import { renderPrompt } from "./render-prompt.js";
import { requestOf } from "./request-of.js";

export const promptList = defineList(Prompt, { plural: "prompts" });
export const promptVersionList = defineList(PromptVersion, { plural: "promptVersions" });
export const promptLabelList = defineList(PromptLabel, { plural: "promptLabels" });

const labelForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const version = rowReader(PromptVersion);

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly generations: GenerationService;
  readonly builtIns: readonly BuiltInPrompt[];
}

/** Texts that providers are asked with: versions that stay as they are, and labels that are moved among them. */
export class PromptService {
  readonly #builtIns: ReadonlyMap<string, BuiltInPrompt>;

  constructor(private readonly deps: Deps) {
    this.#builtIns = new Map(deps.builtIns.map((prompt) => [prompt.name, prompt]));
  }

  async create(actor: Actor, input: CreatePromptInput): Promise<Prompt> {
    const name = checkPromptName(input.name, "input.name");
    if (this.#builtIns.has(name)) throw taken(`${name} is built in: make a version of it.`);
    const content = checkContent(input, undefined);
    this.#checkClass(content);
    return refuseTwins(name, () =>
      this.deps.database.write(actor, async (change) => {
        const { description = null } = input;
        const prompt = change.create(Prompt, { name, description, createdById: actor.userId, updatedAt: change.now });
        addVersion(change, { prompt, number: 1, content, note: input.note, createdById: actor.userId });
        change.record("prompt.created", { id: prompt.id }, { id: prompt.id, name });
        return prompt;
      }),
    );
  }

  async createVersion(actor: Actor, promptName: string, input: PromptVersionInput): Promise<PromptVersion> {
    const builtIn = this.#builtIns.get(promptName);
    const content = checkContent(input, builtIn);
    this.#checkClass(content);
    return this.deps.database.write(actor, async (change) => {
      if (builtIn !== undefined) await makeBuiltIn(change, builtIn);
      const prompt = await change.find(Prompt, { name: promptName });
      if (prompt === null) throw unknownPrompt(promptName, "NOT_FOUND", "prompt");
      const [last] = await change.sql(
        sql<{ number: number }>`select max(number) as number from prompt_version where prompt_id = ${prompt.id}`,
      );
      const number = (last?.number ?? 0) + 1;
      const made = addVersion(change, { prompt, number, content, note: input.note, createdById: actor.userId });
      change.record(
        "prompt.version_created",
        { id: made.id },
        { id: made.id, promptId: prompt.id, name: prompt.name, number },
      );
      return made;
    });
  }

  /** Points a label to a version, away from any other version of the same prompt. */
  async label(actor: Actor, versionId: string, label: string): Promise<PromptVersion> {
    if (label.length > 50 || !labelForm.test(label))
      throw badInput(
        `${JSON.stringify(label.slice(0, 80))} is no label: it is words of small letters and digits, apart by -, at most 50 characters.`,
        "label",
      );
    const id = parseId(versionId, "prompt_version");
    return this.deps.database.write(actor, async (change) => {
      const target = await change.find(PromptVersion, { id });
      if (target === null) throw notFound("prompt version", versionId);
      // Whoever labels holds the prompt: so no label is made twice.
      const prompt = await change.find(Prompt, { id: target.promptId });
      if (prompt === null) throw notFound("prompt", target.promptId);
      const known = await change.find(PromptLabel, { promptId: prompt.id, name: label });
      const before = known === null ? null : { label, promptVersionId: known.promptVersionId };
      if (known === null) addLabel(change, target, label);
      else Object.assign(known, { promptVersionId: target.id, updatedAt: change.now });
      const told = { id: target.id, promptId: prompt.id, name: prompt.name, number: target.number, label };
      change.record("prompt.labelled", { id: target.id }, told, {
        before,
        after: { label, promptVersionId: target.id },
      });
      return target;
    });
  }

  async update(actor: Actor, id: string, input: UpdatePromptInput): Promise<Prompt> {
    const name = input.name === undefined ? undefined : checkPromptName(input.name, "input.name");
    return refuseTwins(name ?? "", () =>
      this.deps.database.write(actor, async (change) => {
        const prompt = await findPrompt(change, id);
        if (name !== undefined && name !== prompt.name) {
          if (this.#builtIns.has(prompt.name)) throw taken(`${prompt.name} is built in, and keeps its name.`);
          if (this.#builtIns.has(name)) throw taken(`${name} is the name of a prompt that is built in.`);
          prompt.name = name;
        }
        if (input.description !== undefined) prompt.description = input.description;
        prompt.updatedAt = change.now;
        change.record("prompt.updated", { id: prompt.id }, { id: prompt.id, name: prompt.name });
        return prompt;
      }),
    );
  }

  /** With its versions and labels. One that a generation names stays: what a text was asked with must be found again. */
  delete(actor: Actor, id: string): Promise<Prompt> {
    return this.deps.database.write(actor, async (change) => {
      const prompt = await findPrompt(change, id);
      if (this.#builtIns.has(prompt.name)) throw taken(`${prompt.name} is built in, and stays.`);
      // Held, so that no generation can come to name one of them any more. Private ones of others count like all.
      await change.systemSql(sql`select 1 from prompt_version where prompt_id = ${prompt.id} for update`);
      const [used] = await change.systemSql(sql`select 1 from generation g
        join prompt_version v on v.id = g.prompt_version_id where v.prompt_id = ${prompt.id} limit 1`);
      if (used !== undefined) throw taken(`${prompt.name} stays: a generation names a version of it.`);
      const deleted = Object.assign(new Prompt(), prompt);
      change.remove(prompt);
      change.record("prompt.deleted", { id: deleted.id }, { id: deleted.id, name: deleted.name });
      return deleted;
    });
  }

  async preview(actor: Actor, versionId: string, variables: Record<string, unknown>): Promise<PromptPreview> {
    const { generations } = this.deps;
    const version = await this.version(actor, versionId, "promptVersionId");
    const messages = renderPrompt(version, variables, "variables");
    const request = requestOf({
      messages,
      model: generations.modelFor(undefined, undefined, version.modelClass),
      advice: version,
    });
    return {
      messages,
      inputTokens: messages.reduce((sum, { text }) => sum + countTokens(text), 0),
      maxTokens: request.maxTokens,
      highestCostMicros: generations.highestCost(request),
    };
  }

  async version(actor: Actor, id: string, field: string): Promise<PromptVersion> {
    const found = await this.deps.lists.find(PromptVersion, actor, parseId(id, "prompt_version", field));
    if (found === undefined) throw notFound("prompt version", id);
    return found;
  }

  /** The version that a prompt's label points to: one read, but for the first time that a workspace needs a built-in one. */
  async labelled(actor: Actor, name: string, label: string = production, field = "input"): Promise<PromptVersion> {
    const found = await this.#read(actor, name, label);
    if (found !== undefined) return found;
    const builtIn = this.#builtIns.get(name);
    if (builtIn !== undefined) {
      await this.deps.database.write(actor, (change) => makeBuiltIn(change, builtIn));
      const made = await this.#read(actor, name, label);
      if (made !== undefined) return made;
    }
    const labels = await this.deps.database.rows(sql<{ name: string | null }>`
      select l.name from prompt p left join prompt_label l on l.prompt_id = p.id
      where p.workspace_id = ${actor.workspaceId} and p.name = ${name} order by l.name`);
    if (labels.length === 0) throw unknownPrompt(name, "BAD_USER_INPUT", `${field}.prompt`);
    const known = labels.flatMap((row) => row.name ?? []).join(", ") || "none";
    throw badInput(
      `The prompt ${name} has no version labelled ${JSON.stringify(label.slice(0, 80))}; its labels: ${known}.`,
      `${field}.label`,
    );
  }

  async #read(actor: Actor, name: string, label: string): Promise<PromptVersion | undefined> {
    const parameters = new Parameters(actor);
    const columns = version.select("v", parameters);
    const text = `select ${columns.join(", ")} from prompt p
      join prompt_label l on l.prompt_id = p.id and l.name = ${parameters.add(label)}
      join prompt_version v on v.id = l.prompt_version_id
      where p.workspace_id = ${parameters.workspace} and p.name = ${parameters.add(name)}`;
    const statement = { text, values: parameters.values, width: columns.length };
    const [row] = await this.deps.database.read(actor, statement);
    return row && version.read(row);
  }

  #checkClass({ modelClass }: PromptContent): void {
    this.deps.generations.modelFor(undefined, undefined, modelClass);
  }
}

interface NewVersion {
  readonly prompt: Prompt;
  readonly number: number;
  readonly content: PromptContent;
  readonly note?: string | null | undefined;
  readonly createdById: string | null;
}

const addVersion = (change: Change, { prompt, content, note, ...rest }: NewVersion): PromptVersion =>
  change.create(PromptVersion, {
    ...rest,
    ...content,
    promptId: prompt.id,
    note: note ?? null,
    contentHash: hashContent(content),
  });

const addLabel = (change: Change, { id, promptId }: PromptVersion, name: string): PromptLabel =>
  change.create(PromptLabel, { promptId, name, promptVersionId: id, updatedAt: change.now });

/**
 * What is built in becomes the workspace's first version, once, however many ask for it at the same time. Nobody decided
 * that, so it is no event and no entry of the audit log.
 */
const makeBuiltIn = async (change: Change, builtIn: BuiltInPrompt): Promise<void> => {
  const { name, description, system, template, variables, temperature, maxTokens } = builtIn;
  const { now, actor } = change;
  const [made] = await change.sql(sql<{ id: string }>`
    insert into prompt (id, workspace_id, created_at, updated_at, name, description)
    values (${newId("prompt")}, ${actor.workspaceId}, ${now}, ${now}, ${name}, ${description})
    on conflict (workspace_id, name) do nothing returning id`);
  if (made === undefined) return;
  const content = { system, template, variables, modelClass: null, temperature, maxTokens };
  const prompt = Object.assign(new Prompt(), made);
  addLabel(change, addVersion(change, { prompt, number: 1, content, createdById: null }), production);
};

const findPrompt = async (change: Change, id: string): Promise<Prompt> => {
  const prompt = await change.find(Prompt, { id: parseId(id, "prompt") });
  if (prompt === null) throw notFound("prompt", id);
  return prompt;
};

const taken = (message: string) => new DomainError("CONFLICT", message);

const unknownPrompt = (name: string, code: "NOT_FOUND" | "BAD_USER_INPUT", field: string) =>
  new DomainError(code, `There is no prompt with the name ${JSON.stringify(name.slice(0, 100))}.`, { field });

const refuseTwins = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, "prompt_name")) throw taken(`There is a prompt with the name ${name} already.`);
    throw error;
  }
};
