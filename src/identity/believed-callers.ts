import { LRUCache } from "lru-cache";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { KnownCaller } from "./caller.js";
import { memberTopic } from "./membership.js";

/** How long a caller is believed without looking again, in milliseconds: the most by which the end of a credential, or of a
 * membership, can take effect late when the word of it gets lost. */
const believedMs = 1_000;

interface Believed {
  readonly caller: KnownCaller;
  readonly at: number;
  readonly forget: () => void;
}

/** Callers that were found a moment ago, until something is said of their credential, their account or their membership. */
export class BelievedCallers {
  readonly #believed = new LRUCache<string, Believed>({ max: 10_000, dispose: ({ forget }) => forget() });

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** The caller known under a key, or whom `find` finds; `topics` are woken when that may be somebody else now. */
  async find(
    key: string,
    topics: readonly string[],
    find: () => Promise<KnownCaller | undefined>,
  ): Promise<KnownCaller | undefined> {
    const at = this.clock.now().getTime();
    const believed = this.#believed.get(key);
    if (believed !== undefined && Math.abs(at - believed.at) < believedMs) return believed.caller;
    // Heard before the rows are read: word of a change that comes meanwhile is not missed.
    let outdated = false;
    const stops = topics.map((topic) =>
      this.bus.subscribe(topic, () => {
        outdated = true;
        this.#believed.delete(key);
      }),
    );
    const forget = () => {
      for (const stop of stops) stop();
    };
    const caller = await find().catch((error) => {
      forget();
      throw error;
    });
    if (caller === undefined || outdated) {
      forget();
      return caller;
    }
    // Whose key it is, is known only now; word that came since it was read is late by `believedMs` at most.
    const topic = memberTopic(caller.userId);
    if (!topics.includes(topic)) stops.push(this.bus.subscribe(topic, () => void this.#believed.delete(key)));
    this.#believed.set(key, { caller, at, forget });
    return caller;
  }
}
