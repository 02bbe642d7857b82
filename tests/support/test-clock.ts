import type { Clock } from "#src/platform/clock.js";

/** The machine's time, ahead by what a test lets pass. */
export class TestClock implements Clock {
  #ahead = 0;
  now = () => new Date(Date.now() + this.#ahead);
  pass(ms: number) {
    this.#ahead += ms;
  }
}
