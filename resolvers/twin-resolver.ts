import { Arg, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root, Subscription } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { maxPage } from "#src/platform/lists/list.js";
import { Twin, TwinLink } from "#src/twins/twin.js";
import { CreateTwinInput, TwinChange, TwinLinkInput, UpdateTwinInput } from "#src/twins/twin-inputs.js";
import type { TwinLinkService } from "#src/twins/twin-link-service.js";
import { TwinRelation } from "#src/twins/twin-relation.js";
import { checkRelatives, maxDepth, type Relatives, readRelatives } from "#src/twins/twin-relatives.js";
import type { TwinService } from "#src/twins/twin-service.js";
import type { Context } from "./context.js";

const idArg = { description: "The twin." };
const linkArg = { description: "The two, and how they relate." };
const anyRelation = { nullable: true, description: "By which relation; by any when left out." };
const throughRelation = { description: "By which relation: CONTAINS or DEPENDS_ON, which go in no circle." };
const depthArg = { defaultValue: maxDepth, description: "Links to go along, 1 to 32." };
const firstArg = { defaultValue: 20, description: "At most so many, 1 to 100." };
const relationType = () => TwinRelation;

interface FollowArgs {
  readonly twinId?: string | null;
  readonly type?: string | null;
  readonly after?: string | null;
}

@Resolver(() => Twin)
export class TwinResolver {
  constructor(
    private readonly twins: TwinService,
    private readonly links: TwinLinkService,
  ) {}

  @Authorized("twin:write")
  @Mutation(() => Twin, { description: "Registers a thing." })
  createTwin(
    @Arg("input", () => CreateTwinInput, { description: "The thing." }) input: CreateTwinInput,
    @Ctx() { actor }: Context,
  ) {
    return this.twins.create(actor, input);
  }

  @Authorized("twin:write")
  @Mutation(() => Twin, {
    description: "Changes what is said of a thing, if nobody else has changed it since: the input names its revision.",
  })
  updateTwin(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdateTwinInput, { description: "What to change." }) input: UpdateTwinInput,
    @Ctx() { actor }: Context,
  ) {
    return this.twins.update(actor, id, input);
  }

  @Authorized("twin:write")
  @Mutation(() => Twin, {
    description: "Deletes a twin with its links and everything that was measured of it, and returns it as it was.",
  })
  deleteTwin(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.twins.delete(actor, id);
  }

  @Authorized("twin:write")
  @Mutation(() => TwinLink, {
    description:
      "Links two twins; the link that is there already is given back. CONFLICT for a circle in CONTAINS or DEPENDS_ON, with the names along it.",
  })
  linkTwins(@Arg("input", () => TwinLinkInput, linkArg) input: TwinLinkInput, @Ctx() { actor }: Context) {
    return this.links.link(actor, input);
  }

  @Authorized("twin:write")
  @Mutation(() => TwinLink, { description: "Takes a link away, and returns it as it was." })
  unlinkTwins(@Arg("input", () => TwinLinkInput, linkArg) input: TwinLinkInput, @Ctx() { actor }: Context) {
    return this.links.unlink(actor, input);
  }

  @Authorized("twin:read")
  @Subscription(() => TwinChange, {
    description:
      "Twins each time that what is said of them, their links or their telemetry changes: behind the cursor, then what comes.",
    subscribe: ({ args, context }: { args: FollowArgs; context: Context }) =>
      context.app.twins.follow(context.actor, args),
  })
  twinChanged(
    @Root() change: TwinChange,
    @Arg("twinId", () => ID, { nullable: true, description: "This one alone; all of the workspace when left out." })
    _twinId?: string,
    @Arg("type", () => String, { nullable: true, description: "Those of this type alone, such as `pump`." })
    _type?: string,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last change that was seen." })
    _after?: string,
  ): TwinChange {
    return change;
  }

  @AtMost(maxPage, "first")
  @FieldResolver(() => [Twin], { description: "The twins of which it is a child, by their names." })
  parents(
    @Root() twin: Twin,
    @Arg("relation", relationType, anyRelation) relation: TwinRelation | null,
    @Arg("first", () => Int, firstArg) first: number,
    @Ctx() context: Context,
  ) {
    return relativesOf(twin, { direction: "up", relation: relation ?? null, depth: 1, first }, context);
  }

  @AtMost(maxPage, "first")
  @FieldResolver(() => [Twin], { description: "The twins of which it is the parent, by their names." })
  children(
    @Root() twin: Twin,
    @Arg("relation", relationType, anyRelation) relation: TwinRelation | null,
    @Arg("first", () => Int, firstArg) first: number,
    @Ctx() context: Context,
  ) {
    return relativesOf(twin, { direction: "down", relation: relation ?? null, depth: 1, first }, context);
  }

  @AtMost(maxPage, "first")
  @FieldResolver(() => [Twin], { description: "Its parents, their parents and so on: the nearest first." })
  ancestors(
    @Root() twin: Twin,
    @Arg("relation", relationType, throughRelation) relation: TwinRelation,
    @Arg("depth", () => Int, depthArg) depth: number,
    @Arg("first", () => Int, firstArg) first: number,
    @Ctx() context: Context,
  ) {
    return relativesOf(twin, { direction: "up", relation, depth, first }, context);
  }

  @AtMost(maxPage, "first")
  @FieldResolver(() => [Twin], { description: "Its children, their children and so on: the nearest first." })
  descendants(
    @Root() twin: Twin,
    @Arg("relation", relationType, throughRelation) relation: TwinRelation,
    @Arg("depth", () => Int, depthArg) depth: number,
    @Arg("first", () => Int, firstArg) first: number,
    @Ctx() context: Context,
  ) {
    return relativesOf(twin, { direction: "down", relation, depth, first }, context);
  }
}

const relativesOf = async ({ id }: Twin, wanted: Relatives, context: Context): Promise<Twin[]> => {
  checkRelatives(wanted);
  const { app, actor } = context;
  const read = (ids: string[]) => readRelatives(app.database, actor, wanted, ids);
  return (await context.batch(`relatives ${JSON.stringify(wanted)}`, id, read)) ?? [];
};
