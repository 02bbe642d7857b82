import type { Actor } from "../actor.js";

/** A reading statement, its values apart. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** How many columns its rows have. */
  readonly width: number;
}

/** The values of one statement while its text is put together. Nothing that a client sends is ever in the text itself. */
export class Parameters {
  readonly values: unknown[] = [];
  #workspace: string | undefined;
  #user: string | undefined;

  constructor(private readonly actor: Pick<Actor, "workspaceId" | "userId">) {}

  /** Adds a value and gives its placeholder. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** Placeholder of the actor's workspace. */
  get workspace(): string {
    this.#workspace ??= this.add(this.actor.workspaceId);
    return this.#workspace;
  }

  /** Placeholder of the actor's user: a statement that has it answers differently to each user. */
  get user(): string {
    this.#user ??= this.add(this.actor.userId);
    return this.#user;
  }

  get isPerUser(): boolean {
    return this.#user !== undefined;
  }
}

/** `'text'`; for ids of ours, where a statement has no place for values. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `"name"`; for names from declarations alone. */
export const identifier = (name: string): string => `"${name}"`;
