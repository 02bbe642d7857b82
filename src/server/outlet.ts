import type { Frame } from "./frame.js";

/** Bytes that may wait for a connection before it counts as too slow. */
export const maxBacklog = 1024 * 1024;

/** Where the results of one subscription leave the process. */
export interface Outlet {
  /** Bytes of its connection that were written, and that the network has not taken yet. */
  readonly backlog: number;
  /** Writes all of them in one go. */
  write(frames: readonly Frame[]): void;
  /** Resolves when the network has taken what was written, or the connection is gone. */
  drained(): Promise<void>;
  /** Ends a connection that is too slow, and says where to go on. */
  cutOff(cursor: string): void;
}
