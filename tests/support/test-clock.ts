import type { Clock } from "#src/platform/clock.js";

/** Goes with the machine's clock, ahead of it by what a test has let pass. */
export class TestClock implements Clock {
  #ahead = 0;
  now = () => new Date(Date.now() + this.#ahead);
  pass(ms: number) {
    this.#ahead += ms;
  }
}
