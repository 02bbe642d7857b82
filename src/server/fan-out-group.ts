import { setImmediate as nextTurn } from "node:timers/promises";
import type { ExecutionArgs, ExecutionResult } from "graphql";
import type { Following } from "#src/platform/live.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { type Frame, piecesOf } from "./frame.js";
import type { Operations } from "./operations.js";
import { renderEntries } from "./render-entries.js";

export type Groups = Map<string, FanOutGroup>;

export interface Member {
  give(frames: readonly Frame[]): void;
  finish(): void;
  endWith(failure: ExecutionResult): void;
}

/** Connections that are written to before others get a turn. */
const turnSize = 500;

/** All subscriptions that get the same answers from the same place on: each entry is executed and serialised once for them. */
export class FanOutGroup {
  readonly #members = new Set<Member>();
  #place: bigint;
  #over = false;

  constructor(
    private readonly operations: Operations,
    /** Of the member that came first. */
    private readonly args: ExecutionArgs,
    private readonly following: Following<unknown>,
    private readonly onEnd: () => void,
  ) {
    this.#place = following.place;
    void runInScope(newScope(`group at ${following.log.topic}`), () => this.#run());
  }

  /** Members were given everything up to here: whoever has that too can join. */
  get place(): bigint {
    return this.#place;
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  leave(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.#close();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#over) {
        const entries = await this.following.read();
        if (entries === undefined) break;
        if (entries.length === 0) await this.following.changed();
        else await this.#give(await renderEntries(this.operations, this.args, entries));
      }
      this.#close();
      for (const member of this.#members) member.finish();
    } catch (error) {
      this.#close();
      // Presented, and so logged, once for all.
      const failure = this.operations.failure(this.args, error);
      for (const member of this.#members) member.endWith(failure);
    }
  }

  async #give(frames: readonly Frame[]): Promise<void> {
    for (const piece of piecesOf(frames)) {
      // Set before anybody is written to: whoever joins in between has the piece already, or is not there yet.
      this.#place = piece.at(-1)?.place ?? this.#place;
      const members = [...this.#members];
      for (let begin = 0; begin < members.length; begin += turnSize) {
        for (const member of members.slice(begin, begin + turnSize)) member.give(piece);
        await nextTurn();
      }
    }
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.following.close();
    this.onEnd();
  }
}
