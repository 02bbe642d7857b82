import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Bus } from "#src/platform/bus.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";

/** How long a request is believed to go on that has said nothing, how often it says so, and how long others wait for it. */
const heldSeconds = 6;
const renewMs = 2_000;
const waitMs = 15_000;
/** Messages can get lost: how often somebody who waits looks for itself, in milliseconds. */
const lookMs = 500;

const wantedTopic = (id: string) => `upload ${id} wanted`;
const freeTopic = (id: string) => `upload ${id} free`;

/** Another request is sending bytes of the same upload and does not end. */
export const isBeingSent = () =>
  new DomainError("CONFLICT", "Another request is sending bytes of this upload: try again in a moment.", {
    retryAfter: 1,
  });

/**
 * The right of one request, among those of all processes, to add pieces to an upload. It is a name in the upload's row, and
 * every piece is stored only while it still stands there. Whoever wants it asks the holder to come to an end; one that
 * vanished loses it after 6 seconds.
 */
export class UploadLease {
  readonly token = randomBytes(16).toString("hex");
  #unsubscribe = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly uploadId: string,
  ) {}

  /** Throws CONFLICT when it was not to be had. `onWanted` is called when somebody else waits for it, or has taken it. */
  async take(onWanted: () => unknown, signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + waitMs;
    for (let holder = await this.#claim(); holder !== undefined; holder = await this.#claim()) {
      if (signal?.aborted || Date.now() > deadline) throw isBeingSent();
      await this.database.upkeep(sql`update upload set wanted_from = held_by
        where id = ${this.uploadId} and held_by = ${holder}`);
      await this.#waitUntilFree();
    }
    this.#unsubscribe = this.bus.subscribe(wantedTopic(this.uploadId), () => {
      // Woken late, or after a gap of the bus, it may be that nobody wants it, or that this one did.
      void this.#isWanted().then(
        (isWanted) => isWanted && onWanted(),
        () => undefined,
      );
    });
    const renew = async () => {
      const holder = await this.#claim().catch(() => undefined);
      if (holder !== undefined) onWanted();
    };
    this.#timer = setInterval(() => void renew(), renewMs).unref();
  }

  async release(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#timer);
    await this.database.upkeep(sql`update upload set held_by = null, held_until = null, wanted_from = null
      where id = ${this.uploadId} and held_by = ${this.token}`);
    this.bus.publish([freeTopic(this.uploadId)]);
  }

  /** Who else has it; nobody has an upload that is gone: whoever looks for it next will find out. */
  async #claim(): Promise<string | undefined> {
    const [row] = await this.database.upkeep(sql<{ held: boolean; holder: string | null }>`
      with held as (
        update upload set held_by = ${this.token}, held_until = clock_timestamp() + ${`${heldSeconds} seconds`}::interval
        where id = ${this.uploadId} and (held_by is null or held_by = ${this.token} or held_until < clock_timestamp())
        returning true)
      select exists (select from held) or not exists (select from upload where id = ${this.uploadId}) as held,
        (select held_by from upload where id = ${this.uploadId}) as holder`);
    return row?.held ? undefined : (row?.holder ?? "");
  }

  /** Whether somebody waits for this very holder to end. */
  async #isWanted(): Promise<boolean> {
    const [row] = await this.database.upkeep(sql<{ wanted: boolean }>`
      select coalesce(wanted_from = ${this.token}, false) as wanted from upload where id = ${this.uploadId}`);
    return row?.wanted ?? false;
  }

  #waitUntilFree(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unsubscribe();
        clearTimeout(timer);
        resolve();
      };
      const unsubscribe = this.bus.subscribe(freeTopic(this.uploadId), done);
      const timer = setTimeout(done, lookMs);
      this.bus.publish([wantedTopic(this.uploadId)]);
    });
  }
}
