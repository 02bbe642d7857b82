import type { z } from "zod";
import type { Actor } from "#src/platform/actor.js";
import { badInput } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { defineList, maxPage } from "#src/platform/lists/list.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { Run } from "#src/platform/run.js";
import type { Generation } from "./generation.js";
import { generationList } from "./generation-service.js";
import type { PromptService } from "./prompt-service.js";
import { Replay, ReplayPair, ReplayPairStatus } from "./replay.js";
import { mostReplayed, type ReplayGenerationsInput } from "./replay-inputs.js";
import { type ReplayDeps, ReplayGenerations, ReplayRun } from "./replay-run.js";

export const replayList = defineList(Replay, { plural: "replays" });
export const replayPairList = defineList(ReplayPair, { plural: "replayPairs" });

interface Deps extends ReplayDeps {
  readonly prompts: PromptService;
}

/** Asks for texts of the past again, to see what another prompt or model makes of them. */
export class ReplayService {
  constructor(private readonly deps: Deps) {}

  async request(actor: Actor, input: ReplayGenerationsInput): Promise<Replay> {
    const { database, prompts } = this.deps;
    const model = this.#modelOf(input);
    const { promptVersionId, maxCostMicros, visibility: wanted } = input;
    if (!promptVersionId && model === null)
      throw badInput(
        "Name a version of a prompt, a model, or both: else there is nothing to compare.",
        "input.promptVersionId",
      );
    const version = promptVersionId
      ? await prompts.version(actor, promptVersionId, "input.promptVersionId")
      : undefined;
    const originals = await this.#originals(actor, input);
    if (originals.length === 0)
      throw badInput(
        "There is no generation with a whole text that fits the filter, and that you may see.",
        "input.filter",
      );
    const { userId: createdById, credential } = actor;
    const visibility = wanted ?? Visibility.WORKSPACE;
    return database.write(actor, async (change) => {
      const id = newId("replay");
      const job = change.enqueue(ReplayGenerations, { replayId: id }, visibility);
      const replay = change.create(Replay, {
        ...{ id, visibility, createdById, model, maxCostMicros },
        apiKeyId: credential?.kind === "API_KEY" ? credential.id : null,
        jobId: job.id,
        promptVersionId: version?.id ?? null,
        total: originals.length,
      });
      for (const [index, original] of originals.entries())
        change.create(ReplayPair, {
          ...{ replayId: id, createdById, place: index + 1, originalId: original.id },
          visibility: [visibility, original.visibility].includes(Visibility.PRIVATE)
            ? Visibility.PRIVATE
            : Visibility.WORKSPACE,
          status: ReplayPairStatus.OPEN,
        });
      const told = { id, total: originals.length, maxCostMicros, model, promptVersionId: version?.id ?? null };
      change.record("replay.started", replay, told);
      return replay;
    });
  }

  /** Goes through a replay, in its job. */
  generate(run: Run, { replayId }: z.infer<typeof ReplayGenerations.payload>): Promise<Replay> {
    return new ReplayRun(this.deps, run).go(replayId);
  }

  #modelOf({ provider, model, modelClass }: ReplayGenerationsInput): string | null {
    return provider || model || modelClass ? this.deps.generations.modelFor(provider, model, modelClass) : null;
  }

  /** The newest whole texts that fit; a replay of a replay would only repeat the replay. */
  async #originals(actor: Actor, { filter, first }: ReplayGenerationsInput): Promise<Generation[]> {
    const most = first ?? 100;
    const found: Generation[] = [];
    const whole = { isComplete: { eq: true } };
    const wanted = filter ? { and: [filter, whole] } : whole;
    let after: string | null = null;
    do {
      const page = await this.deps.lists.page(generationList, actor, { filter: wanted, first: maxPage, after });
      const rows = page.nodes as Generation[];
      found.push(...rows.filter(({ replayOfId }) => !replayOfId));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null && found.length < most);
    return found.slice(0, Math.min(most, mostReplayed));
  }
}
