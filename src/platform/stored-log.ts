import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "./errors.js";
import type { Logger } from "./logger.js";

/** Rows in an order that never changes behind a place that was read. Places grow; a cursor is a place as clients see it. */
export interface StoredLog<T> {
  /** Names the log in every process, and is the bus topic that wakes its readers. */
  readonly topic: string;
  /** The topics that wake its readers, where it is not its own. */
  readonly wokenBy?: string | readonly string[];
  /** The row that all of it is about: whoever may not see that row any more may not follow the log. */
  readonly resourceId?: string;
  /** One page of what is stored behind `place`. */
  read(place: bigint): Promise<LogPage<T>>;
  cursorOf(place: bigint): string;
}

export interface LogEntry<T> {
  readonly place: bigint;
  readonly value: T;
  /** Set when not everybody who follows the log may see the entry, but only those who see this private row. */
  readonly restricted?: { readonly subjectId: string; readonly ownerId: string };
}

export interface LogPage<T> {
  readonly entries: readonly LogEntry<T>[];
  /** What is behind the page: more, an entry that is not final yet, nothing so far, or nothing ever. */
  readonly rest: "more" | "unsettled" | "wait" | "end";
}

/** How long a reader bears a database that does not answer, and the pause between its tries, in milliseconds. */
const patienceMs = 60_000;
const pauseMs = 500;

/** Reads a page, and tries again while the database is away. What the log itself refuses is thrown at once. */
export const readPatiently = async <T>(
  log: StoredLog<T>,
  place: bigint,
  logger: Logger,
  isOver: () => boolean,
): Promise<LogPage<T>> => {
  const begun = performance.now();
  for (;;) {
    try {
      return await log.read(place);
    } catch (error) {
      const refused = error instanceof DomainError && !error.transient;
      if (refused || isOver() || performance.now() - begun > patienceMs) throw error;
      logger.warn({ err: error, topic: log.topic }, "a log could not be read; its followers wait");
      await sleep(pauseMs);
    }
  }
};
