import { Arg, Authorized, Ctx, ID, Query, Resolver } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { GenerationBatch } from "#src/ai/generation-batch.js";
import { Prompt, PromptLabel, PromptVersion } from "#src/ai/prompt.js";
import { ProviderCall } from "#src/ai/provider-call.js";
import { Replay, ReplayPair } from "#src/ai/replay.js";
import { AccessGrant } from "#src/identity/access-grant.js";
import { badInput } from "#src/platform/errors.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { isId, prefixOf } from "#src/platform/ids.js";
import { Job } from "#src/platform/job.js";
import { Node } from "#src/platform/node.js";
import { Quote, QuoteFavourite } from "#src/quotes/quote.js";
import type { Context } from "./context.js";

const maxNodes = 100;

/** What `node` finds, by the prefix of its id. */
const findable: Readonly<Record<string, new () => Node>> = {
  quote: Quote,
  quote_favourite: QuoteFavourite,
  generation: Generation,
  provider_call: ProviderCall,
  replay: Replay,
  replay_pair: ReplayPair,
  generation_batch: GenerationBatch,
  prompt: Prompt,
  prompt_version: PromptVersion,
  prompt_label: PromptLabel,
  job: Job,
  access_grant: AccessGrant,
};

@Resolver()
export class NodeResolver {
  @Authorized("workspace:read")
  @Query(() => Node, {
    nullable: true,
    description: "Anything stored, by its id; null when there is none that you may see.",
  })
  node(@Arg("id", () => ID, { description: "The id." }) id: string, @Ctx() context: Context) {
    return load(context, id);
  }

  @Authorized("workspace:read")
  @AtMost(maxNodes, "ids")
  @Query(() => [Node], { nullable: "items", description: "Many at once, in the order of their ids, at most 100." })
  nodes(@Arg("ids", () => [ID], { description: "The ids." }) ids: string[], @Ctx() context: Context) {
    if (ids.length > maxNodes)
      throw badInput(`\`ids\` has ${ids.length} items; it must have at most ${maxNodes}.`, "ids");
    return ids.map((id) => load(context, id));
  }
}

const load = async (context: Context, id: string): Promise<Node | null> => {
  if (!isId(id)) throw badInput(`${JSON.stringify(id.slice(0, 80))} is not an id.`, "id");
  const prefix = prefixOf(id);
  const entity = Object.hasOwn(findable, prefix) ? findable[prefix] : undefined;
  return entity === undefined ? null : ((await context.load(entity, id)) ?? null);
};
