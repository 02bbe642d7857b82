import DataLoader from "dataloader";
import type { App } from "#src/app.js";
import type { Caller, Origin } from "#src/identity/caller.js";
import { unauthenticated } from "#src/platform/errors.js";
import type { Quota } from "#src/platform/limits.js";
import type { Node } from "#src/platform/node.js";
import type { ShownCost } from "./guards/admit-document.js";

type EntityClass<T> = new () => T;

/** One operation: who asks, and what it has read already. */
export class Context {
  // Not `#`: Apollo hands resolvers a copy of the context, and copies have no private names.
  private readonly loaders = new Map<unknown, DataLoader<string, unknown>>();

  /** The bound of the operation's work, once it is admitted. */
  cost?: ShownCost;

  /** What its limit leaves to the caller, once the operation is counted. */
  quota?: Quota | undefined;

  constructor(
    readonly app: App,
    readonly origin: Origin,
    readonly caller: Caller | undefined,
  ) {}

  get actor(): Caller {
    if (this.caller === undefined) throw unauthenticated();
    return this.caller;
  }

  /** A row that the actor may see, read together with all others of its kind that this operation asks for. */
  load<T extends Node>(entity: EntityClass<T>, id: string): Promise<T | undefined> {
    return this.batch(entity, id, async (ids) => {
      const rows = await this.app.lists.findMany(entity, this.actor, ids);
      return new Map(rows.map((row) => [row.id, row]));
    });
  }

  /** The value for a key, fetched in one go with those for all other keys under the same name. */
  async batch<T>(
    name: unknown,
    key: string,
    fetch: (keys: string[]) => Promise<ReadonlyMap<string, T>>,
  ): Promise<T | undefined> {
    const known = this.loaders.get(name);
    const loader =
      (known as DataLoader<string, T | undefined> | undefined) ??
      new DataLoader<string, T | undefined>(
        async (keys) => {
          const values = await fetch([...new Set(keys)]);
          return keys.map((each) => values.get(each));
          // A subscription may live for hours, and must not answer with what was true at its beginning.
        },
        { cache: false },
      );
    if (known === undefined) this.loaders.set(name, loader);
    return loader.load(key);
  }
}
