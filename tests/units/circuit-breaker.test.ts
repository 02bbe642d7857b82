import fc from "fast-check";
import {
  admit,
  type Circuit,
  type CircuitCall,
  type CircuitSettings,
  circuitDefaults,
  close,
  fail,
  newCircuit,
  recent,
  release,
  stateAt,
  succeed,
} from "#src/ai/circuit-breaker.js";

/** A circuit on a clock of its own, as who calls sees it. */
class Caller {
  circuit: Circuit = newCircuit;
  now = 1_000_000;
  readonly settings: CircuitSettings;

  constructor(settings = circuitDefaults) {
    this.settings = settings;
  }

  get state() {
    return stateAt(this.circuit, this.now, this.settings);
  }
  pass(ms: number) {
    this.now += ms;
  }
  begin(): CircuitCall | undefined {
    const { circuit, call } = admit(this.circuit, this.now, this.settings);
    this.circuit = circuit;
    return call;
  }
  fail(call: CircuitCall | undefined) {
    if (call !== undefined) this.circuit = fail(this.circuit, call, this.now, this.settings);
  }
  succeed(call: CircuitCall | undefined) {
    if (call !== undefined) this.circuit = succeed(this.circuit, call, this.settings);
  }
  release(call: CircuitCall | undefined) {
    if (call !== undefined) this.circuit = release(this.circuit, call);
  }
  failTimes(times: number) {
    for (let each = 0; each < times; each += 1) this.fail(this.begin());
  }
}

const opened = () => {
  const caller = new Caller();
  caller.failTimes(5);
  return caller;
};

describe("O3 the circuit of a provider", () => {
  test("opens on the 5th failure inside 60 seconds and not on the 4th, whatever went well in between", () => {
    const caller = new Caller();
    for (let each = 0; each < 4; each += 1) {
      caller.fail(caller.begin());
      caller.succeed(caller.begin());
      caller.pass(10_000);
      expect(caller.state).toBe("CLOSED");
    }
    caller.pass(19_999);
    caller.fail(caller.begin());
    expect(caller.state).toBe("OPEN");
    expect(caller.begin()).toBeUndefined();
  });

  test("stays closed when the 5th comes 60 seconds after the first", () => {
    const caller = new Caller();
    caller.failTimes(1);
    caller.pass(30_000);
    caller.failTimes(3);
    caller.pass(30_000);
    caller.failTimes(1);
    expect(caller.state).toBe("CLOSED");
    caller.failTimes(1);
    expect(caller.state).toBe("OPEN");
  });

  test("lets nothing through for 30 seconds, then one probe at a time, and closes when that went well", () => {
    const caller = opened();
    caller.pass(29_999);
    expect(caller.begin()).toBeUndefined();
    caller.pass(1);
    expect(caller.state).toBe("HALF_OPEN");
    const probe = caller.begin();
    expect(probe).toBeDefined();
    expect(caller.begin()).toBeUndefined();
    caller.succeed(probe);
    expect(caller.state).toBe("CLOSED");
    // Nothing of before counts any more.
    caller.failTimes(4);
    expect(caller.state).toBe("CLOSED");
  });

  test("opens for another 30 seconds when the probe fails", () => {
    const caller = opened();
    caller.pass(30_000);
    caller.failTimes(1);
    expect(caller.state).toBe("OPEN");
    caller.pass(29_999);
    expect(caller.begin()).toBeUndefined();
    caller.pass(1);
    expect(caller.begin()).toBeDefined();
  });

  test("gives the place of a probe away when it was cancelled, and when its process has died", () => {
    const caller = opened();
    caller.pass(30_000);
    caller.release(caller.begin());
    const lost = caller.begin();
    expect(caller.begin()).toBeUndefined();
    caller.pass(60_000);
    expect(caller.begin()).toBeDefined();
    // It was only slow: what it found out is as good as ever.
    caller.succeed(lost);
    expect(caller.state).toBe("CLOSED");
  });

  test("does not mind calls that began before it opened", () => {
    const caller = new Caller();
    const late = [caller.begin(), caller.begin()];
    caller.failTimes(5);
    caller.pass(30_000);
    const probe = caller.begin();
    caller.fail(late[0]);
    expect(caller.state).toBe("HALF_OPEN");
    caller.succeed(probe);
    caller.failTimes(4);
    caller.fail(late[1]);
    expect(caller.state).toBe("CLOSED");
  });
});

interface Happened {
  readonly what: "began" | "probed" | "failed" | "succeeded" | "released" | "opened" | "closed";
  readonly at: number;
  /** Of which call. */
  readonly call?: number;
}

/** The same rules over a list of all that happened since the circuit opened or closed last: each time it works all out. */
class History {
  #last: Happened = { what: "closed", at: 0 };
  #since: Happened[] = [];
  #calls = 0;
  readonly #settings: CircuitSettings;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
  }

  #tell(happened: Happened): void {
    if (happened.what === "opened" || happened.what === "closed") {
      this.#last = happened;
      this.#since = [];
    } else this.#since.push(happened);
  }
  state(now: number): string {
    if (this.#last.what === "closed") return "CLOSED";
    const isTried = this.#since.some(({ what }) => what === "probed");
    return isTried || now >= this.#last.at + this.#settings.openMs ? "HALF_OPEN" : "OPEN";
  }
  failures(now: number): number {
    if (this.#last.what === "opened") return 0;
    return this.#since.filter(({ what, at }) => what === "failed" && at > now - this.#settings.windowMs).length;
  }
  begin(now: number): number | undefined {
    const state = this.state(now);
    const isOver = (call: number | undefined) =>
      this.#since.some((each) => each.call === call && each.what !== "probed" && each.what !== "began");
    if (state === "OPEN") return undefined;
    const underWay = this.#since.filter(
      ({ what, at, call }) => what === "probed" && at + this.#settings.probeMs > now && !isOver(call),
    );
    if (underWay.length >= this.#settings.probes) return undefined;
    this.#calls += 1;
    this.#tell({ what: state === "CLOSED" ? "began" : "probed", at: now, call: this.#calls });
    return this.#calls;
  }
  end(call: number, what: "failed" | "succeeded" | "released", now: number): void {
    const begin = this.#since.find((each) => each.call === call);
    if (begin === undefined) return;
    this.#tell({ what, at: now, call });
    const wentWell = this.#since.filter((each) => each.what === "succeeded").length;
    if (begin.what === "began") {
      if (what === "failed" && this.failures(now) >= this.#settings.failures) this.#tell({ what: "opened", at: now });
    } else if (what === "failed") this.#tell({ what: "opened", at: now });
    else if (what === "succeeded" && wentWell >= this.#settings.successes) this.#tell({ what: "closed", at: now });
  }
  close(now: number): void {
    this.#tell({ what: "closed", at: now });
  }
}

interface Step {
  readonly op: number;
  readonly pause: number;
  readonly pick: number;
}

const met = { opened: 0, halfOpen: 0, reopened: 0, closed: 0, refused: 0 };

/** Lets time and calls pass for both; says the first difference. */
const compare = (settings: CircuitSettings, steps: readonly Step[]): void => {
  const caller = new Caller(settings);
  const history = new History(settings);
  const pending: { call: CircuitCall; number: number }[] = [];
  const { windowMs, openMs, probeMs } = settings;
  const pauses = [0, 0, 1, openMs - 1, openMs, windowMs - 1, windowMs, probeMs, openMs >> 2, windowMs >> 3];
  const begin = () => {
    const call = caller.begin();
    const number = history.begin(caller.now);
    if ((call === undefined) !== (number === undefined)) throw new Error(`begin: ${JSON.stringify({ call, number })}`);
    if (call === undefined) met.refused += 1;
    if (call !== undefined && number !== undefined) pending.push({ call, number });
    return call !== undefined;
  };
  const end = (index: number, what: "failed" | "succeeded" | "released") => {
    const [ended] = pending.splice(index, 1);
    if (ended === undefined) return;
    const before = caller.circuit.state;
    if (what === "failed") caller.fail(ended.call);
    else if (what === "succeeded") caller.succeed(ended.call);
    else caller.release(ended.call);
    history.end(ended.number, what, caller.now);
    const after = caller.circuit.state;
    if (before === "CLOSED" && after === "OPEN") met.opened += 1;
    if (before === "HALF_OPEN" && after === "OPEN") met.reopened += 1;
    if (before === "HALF_OPEN" && after === "CLOSED") met.closed += 1;
  };
  for (const { op, pause, pick } of steps) {
    caller.pass(pauses[pause % pauses.length] ?? 0);
    if (op < 6) {
      if (begin()) end(pending.length - 1, "failed");
    } else if (op < 8) {
      if (begin()) end(pending.length - 1, "succeeded");
    } else if (op < 11) begin();
    else if (op < 13) end(pick % (pending.length || 1), "failed");
    else if (op < 14) end(pick % (pending.length || 1), "succeeded");
    else if (op < 15) end(pick % (pending.length || 1), "released");
    else {
      caller.circuit = close(caller.circuit);
      history.close(caller.now);
    }
    const state = history.state(caller.now);
    if (state === "HALF_OPEN") met.halfOpen += 1;
    const failures = caller.circuit.state === "CLOSED" ? recent(caller.circuit, caller.now, settings).length : 0;
    if (caller.state !== state || failures !== history.failures(caller.now))
      throw new Error(`${caller.state} with ${failures} failures, and should be ${state}: ${JSON.stringify(steps)}`);
  }
};

const anySettings = fc.record({
  failures: fc.constantFrom(1, 2, 3, 5, 5),
  windowMs: fc.constantFrom(60_000, 60_000, 1_000),
  openMs: fc.constantFrom(30_000, 30_000, 90_000),
  probes: fc.constantFrom(1, 1, 2),
  successes: fc.constantFrom(1, 1, 3),
  probeMs: fc.constantFrom(60_000, 10_000),
});

const rounds = 1_000;
const tracesARound = 1_000;
const shortTrace = 12;

test(`O3 equals a naive model over 1,000,000 random traces of ${shortTrace} steps`, () => {
  const steps = Array.from({ length: shortTrace }, () => ({ op: 0, pause: 0, pick: 0 }));
  let traces = 0;
  fc.assert(
    fc.property(anySettings, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (settings, seed) => {
      let random = seed;
      for (let trace = 0; trace < tracesARound; trace += 1) {
        for (const step of steps) {
          // Xorshift: three small numbers of one.
          random ^= random << 13;
          random ^= random >>> 17;
          random ^= random << 5;
          step.op = random & 15;
          step.pause = (random >>> 4) & 255;
          step.pick = (random >>> 12) & 255;
        }
        compare(settings, steps);
        traces += 1;
      }
    }),
    { numRuns: rounds },
  );
  expect(traces).toBe(1_000_000);
  // They went everywhere.
  for (const times of Object.values(met)) expect(times).toBeGreaterThan(10_000);
}, 60_000);

test("O3 equals it over 2,000 traces of up to 300 steps", () => {
  const step = fc.record({ op: fc.nat(15), pause: fc.nat(255), pick: fc.nat(255) });
  fc.assert(fc.property(anySettings, fc.array(step, { maxLength: 300, size: "max" }), compare), { numRuns: 2_000 });
}, 60_000);
