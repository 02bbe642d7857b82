import { setImmediate as nextTurn } from "node:timers/promises";
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from "graphql";
import type { Context } from "#resolvers/context.js";
import { DomainError } from "#src/platform/errors.js";
import type { Following } from "#src/platform/live.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { FanOutGroup, type Groups, type Member } from "./fan-out-group.js";
import { type Frame, piecesOf } from "./frame.js";
import type { Operations } from "./operations.js";
import { maxBacklog, type Outlet } from "./outlet.js";
import { renderEntries } from "./render-entries.js";

/**
 * One client's subscription. From its cursor on it reads and executes for itself, as fast as the client takes it; once it
 * is where the group of its like is, the group's frames are written to it. As an iterator it stands for the end alone: it
 * gives the error that ended the stream, if any, since everything before has been written aside.
 */
export class Delivery implements AsyncIterableIterator<ExecutionResult>, Member {
  #place: bigint;
  readonly #userId: string | undefined;
  #unwatch = () => {};
  #group: FanOutGroup | undefined;
  #begun = false;
  #over = false;
  readonly #end = Promise.withResolvers<ExecutionResult | undefined>();
  #told = false;

  constructor(
    private readonly operations: Operations,
    private readonly groups: Groups,
    /** Names the group of those that get the same frames. */
    private readonly key: string,
    private readonly args: ExecutionArgs,
    private readonly following: Following<unknown>,
    private readonly outlet: Outlet,
  ) {
    this.#place = following.place;
    this.#userId = (args.contextValue as Context).caller?.userId;
    const { resourceId } = following.log;
    if (resourceId !== undefined) this.#unwatch = operations.watch(args, resourceId, (reason) => this.fail(reason));
  }

  /** Of the last entry that was written, or where the subscription began. */
  get cursor(): string {
    return this.following.log.cursorOf(this.#place);
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    if (!this.#begun) {
      this.#begun = true;
      // A scope of its own: a subscription has no deadline, and outlives whatever opened it.
      void runInScope(newScope(`subscription at ${this.cursor}`), () => this.#begin());
    }
    const failure = await this.#end.promise;
    if (failure === undefined || this.#told) return { done: true, value: undefined };
    this.#told = true;
    return { done: false, value: failure };
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.finish();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** Writes those of the frames that it does not have yet. */
  give(frames: readonly Frame[]): void {
    const from = this.#over ? -1 : frames.findIndex(({ place }) => place > this.#place);
    if (from === -1) return;
    const mine = frames.slice(from).filter(({ audience }) => audience?.has(this.#userId ?? "") ?? true);
    if (mine.length > 0) this.outlet.write(mine);
    this.#place = frames.at(-1)?.place ?? this.#place;
    const { backlog } = this.outlet;
    if (backlog <= maxBacklog) return;
    this.outlet.cutOff(this.cursor);
    this.fail(
      new DomainError(
        "PAYLOAD_TOO_LARGE",
        `${backlog} bytes were not read: take the stream up again from \`cursor\`.`,
        {
          limit: maxBacklog,
        },
      ),
    );
  }

  /** Ends the stream with an error, shown with the cursor to go on from. */
  fail(error: unknown): void {
    if (!this.#over) this.endWith(this.operations.failure(this.args, error));
  }

  endWith({ errors = [] }: ExecutionResult): void {
    const { cursor } = this;
    this.finish({
      errors: errors.map((each) => new GraphQLError(each.message, { extensions: { ...each.extensions, cursor } })),
    });
  }

  finish(failure?: ExecutionResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#unwatch();
    this.#group?.leave(this);
    this.following.close();
    this.#end.resolve(failure);
    this.operations.streamEnded(this.args, failure?.errors);
  }

  async #begin(): Promise<void> {
    try {
      while (!this.#over) {
        const group = this.groups.get(this.key);
        if (group !== undefined && this.#place >= group.place) return this.#join(group);
        const entries = await this.following.read();
        if (this.#over) return;
        if (entries === undefined) return this.finish();
        if (entries.length > 0) {
          await this.#catchUp(await renderEntries(this.operations, this.args, entries));
          continue;
        }
        this.#place = this.following.place;
        if (!this.groups.has(this.key)) return this.#join(this.#openGroup());
        // Others have been given what only just came: it is there at the next look.
        await nextTurn();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  async #catchUp(frames: readonly Frame[]): Promise<void> {
    for (const piece of piecesOf(frames)) {
      this.give(piece);
      await this.outlet.drained();
    }
  }

  #openGroup(): FanOutGroup {
    const following = this.following.again();
    const group = new FanOutGroup(this.operations, this.args, following, () => this.groups.delete(this.key));
    this.groups.set(this.key, group);
    return group;
  }

  #join(group: FanOutGroup): void {
    this.#group = group;
    group.join(this);
    this.following.close();
  }
}
