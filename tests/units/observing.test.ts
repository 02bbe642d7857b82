import { once } from "node:events";
import fc from "fast-check";
import pg from "pg";
import { histogramQuantile } from "#src/platform/histogram-quantile.js";
import { observeClient, type Statement } from "#src/platform/observe-client.js";
import { RateWindow } from "#src/platform/rate-window.js";
import { redact } from "#src/platform/redact.js";
import { formatTraceparent, newTrace, parseTraceparent } from "#src/platform/trace-context.js";
import { withoutLiterals } from "#src/platform/without-literals.js";

describe("N3 traceparent", () => {
  const valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  test("is read and written back", () => {
    const trace = parseTraceparent(valid);
    expect(trace).toEqual({ traceId: valid.slice(3, 35), spanId: valid.slice(36, 52), sampled: true });
    expect(trace && formatTraceparent(trace)).toBe(valid);
    expect(parseTraceparent(valid.replace(/01$/, "02"))).toMatchObject({ sampled: false });
    expect(parseTraceparent(formatTraceparent(newTrace()))).toBeDefined();
  });

  test("of a later version may have more at its end, this one may not", () => {
    expect(parseTraceparent(`cc${valid.slice(2)}-what-comes`)).toMatchObject({ sampled: true });
    expect(parseTraceparent(`${valid}-what-comes`)).toBeUndefined();
  });

  test.each([
    undefined,
    7,
    "",
    valid.toUpperCase(),
    `ff${valid.slice(2)}`,
    valid.replace(/4bf[0-9a-f]+/, "0".repeat(32)),
    valid.replace(/00f[0-9a-f]+/, "0".repeat(16)),
    valid.slice(0, -1),
    [valid],
  ])("%p is none", (header) => expect(parseTraceparent(header)).toBeUndefined());
});

describe("N4 statements without their values", () => {
  test.each([
    ["select * from t where a = 'x' and b = $1 limit 20", "select * from t where a = ? and b = $1 limit ?"],
    ["select 'it''s', E'a\\'b', $$c$$, $q$d$$e$q$, 1.5e3, -7", "select ?, ?, ?, ?, ?, -?"],
    [`select "a'b", t0.c1 from "user" as t0 where x = 'y'`, `select "a'b", t0.c1 from "user" as t0 where x = ?`],
    ["insert into t values\n  (1,\n 'a')", "insert into t values (?, ?)"],
    ["select 'never closed", "select ?"],
    ["select now() at time zone 'utc', true", "select now() at time zone ?, true"],
  ])("%s", (statement, wanted) => expect(withoutLiterals(statement, 2_000)).toBe(wanted));

  test("whatever stands in a quoted text is gone, however it is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (inner) => {
        const marked = `⟦${inner}⟧`;
        const plain = `'${marked.replaceAll("'", "''")}'`;
        const escaped = `E'${marked.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
        for (const literal of [plain, escaped])
          expect(withoutLiterals(`select ${literal} as a, ${literal} from t`, 2_000)).toBe("select ? as a, ? from t");
      }),
    );
  });

  test("is cut when it is long, and takes no long time to be read", () => {
    const begun = performance.now();
    expect(withoutLiterals(`select ${"'".repeat(100_001)}`, 100)).toBe("select ?");
    expect(withoutLiterals(`select ${"$a$ ".repeat(20_000)}`, 100).length).toBeLessThanOrEqual(101);
    expect(withoutLiterals("x ".repeat(100_000), 100)).toHaveLength(101);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

test("N4 secrets are taken out of a line wherever they stand, and nothing else is", () => {
  const at = new Date();
  const error = new Error("as it was");
  const line = {
    userId: "u",
    at,
    err: error,
    token: "a",
    input: { email: "b", deep: [{ password: { text: "c" } }, 7] },
  };
  expect(redact(line)).toEqual({
    userId: "u",
    at,
    err: error,
    token: "[redacted]",
    input: { email: "[redacted]", deep: [{ password: "[redacted]" }, 7] },
  });
  expect(line.token).toBe("a");
  const round: Record<string, unknown> = {};
  round.self = round;
  expect(JSON.stringify(redact(round))).toContain("[too deep]");
});

describe("N1 figures", () => {
  const buckets = [
    { bound: 1, count: 2 },
    { bound: 2, count: 2 },
    { bound: 4, count: 8 },
    { bound: Number.POSITIVE_INFINITY, count: 10 },
  ];

  test.each([
    [0.1, 0.5],
    [0.2, 1],
    [0.5, 3],
    [0.8, 4],
    [0.95, 4],
  ])("the quantile %d of a histogram is %d, as Prometheus would say", (q, wanted) =>
    expect(histogramQuantile(buckets, q)).toBeCloseTo(wanted),
  );

  test("a histogram without observations has no quantiles", () => {
    expect(histogramQuantile([{ bound: Number.POSITIVE_INFINITY, count: 0 }], 0.5)).toBeNull();
    expect(histogramQuantile([], 0.5)).toBeNull();
  });

  test("a rate is that of the last seconds alone", () => {
    const start = performance.now();
    const window = new RateWindow(10);
    const at = (seconds: number) => start + seconds * 1_000;
    for (let n = 0; n < 40; n += 1) window.add(at(n / 2));
    expect(window.perSecond(at(19.5))).toBeCloseTo(2, 0);
    expect(window.perSecond(at(25))).toBeLessThan(2);
    expect(window.perSecond(at(60))).toBe(0);
  });
});

describe("N1 every statement of a client is seen", () => {
  let client: pg.Client;
  const seen: Statement[] = [];
  let sent = 0;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL ?? "" });
    await client.connect();
    const observe = () => {
      sent += 1;
      return (statement: Statement) => void seen.push(statement);
    };
    observeClient(client, observe);
    observeClient(client, observe);
  });
  beforeEach(() => {
    seen.length = 0;
    sent = 0;
  });
  afterAll(() => client.end());

  const told = () => {
    expect(seen).toHaveLength(sent);
    return seen.map(({ text, rows, error }) => ({ text, rows, failed: error !== undefined }));
  };

  test("asked with a promise", async () => {
    const { rows } = await client.query("select $1::int as n", [7]);
    await client.query({ text: "select 2", values: [] });
    expect(rows).toEqual([{ n: 7 }]);
    expect(told()).toEqual([
      { text: "select $1::int as n", rows: 1, failed: false },
      { text: "select 2", rows: 1, failed: false },
    ]);
    expect(seen[0]?.ms).toBeGreaterThan(0);
  });

  test("asked with a callback, in any place", async () => {
    const answer = new Promise((resolve) =>
      client.query("select 1", (_error: Error, result: unknown) => resolve(result)),
    );
    await answer;
    await new Promise((resolve) => client.query("select $1::int", [1], () => resolve(undefined)));
    await new Promise((resolve) =>
      client.query({ text: "select 3", callback: () => resolve(undefined) } as unknown as string),
    );
    expect(told().map(({ text }) => text)).toEqual(["select 1", "select $1::int", "select 3"]);
  });

  test("that fails, and its error still reaches who asked", async () => {
    await expect(client.query("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
    const error = await new Promise((resolve) => client.query("nonsense", (failure: Error) => resolve(failure)));
    expect(error).toMatchObject({ code: "42601" });
    expect(told()).toEqual([
      { text: "select 1 / 0", rows: undefined, failed: true },
      { text: "nonsense", rows: undefined, failed: true },
    ]);
  });

  test("that is an object of its own", async () => {
    const query = client.query(new pg.Query("select generate_series(1, 3)"));
    await once(query, "end");
    const failing = client.query(new pg.Query("select 1 / 0"));
    await once(failing, "error");
    expect(told().map(({ text, failed }) => [text, failed])).toEqual([
      ["select generate_series(1, 3)", false],
      ["select 1 / 0", true],
    ]);
  });

  test("sent before the last one was answered", async () => {
    await Promise.all([client.query("select pg_sleep(0.05)"), client.query("select 2"), client.query("select 3")]);
    expect(told()).toHaveLength(3);
    expect(seen[0]?.ms).toBeGreaterThan(40);
  });
});
