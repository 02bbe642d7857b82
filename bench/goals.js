/** Every goal there is: what it wants, and where the results have it. The second threshold of a pair is a goal of its own. */
const queryGoals = {
  Q1: { limit: [0.7, 1], postgraphile: [2.5, 4], apollo: [6] },
  Q2: { limit: [0.85, 1], postgraphile: [2.2, 2.7], apollo: [8] },
  Q3: { limit: [1, 1.5], postgraphile: [1.5, 2], apollo: [12] },
  Q4: { limit: [0.95], postgraphile: [1] },
  M1: { limit: [0.8], postgraphile: [3], apollo: [8] },
};

const titles = {
  limit: "of the physical limit",
  postgraphile: "times PostGraphile 5",
  apollo: "times plain Apollo with MikroORM",
};

const atLeast = (name, goals, of) => goals.map((goal) => ({ name, goal, atLeast: true, of }));
const atMost = (name, goal, of) => ({ name, goal, atLeast: false, of });

const definitions = [
  ...Object.entries(queryGoals).flatMap(([query, bases]) =>
    Object.entries(bases).flatMap(([base, goals]) =>
      atLeast(`${query} ${titles[base]}`, goals, ({ queries }) => queries?.[query]?.atriumTimes[base]?.median),
    ),
  ),
  ...atLeast("fan-out, of a bare ws broadcast", [0.9, 2], ({ fanOut }) => fanOut?.ofBareBroadcast.median),
  ...atLeast("fan-out, times plain graphql-ws", [5], ({ fanOut }) => fanOut?.timesPlainGraphqlWs.median),
  ...atLeast("jobs without rows, of bare BullMQ", [0.8], ({ jobs }) => jobs?.dispatchedOfBare.median),
  ...atLeast("jobs with their rows, of bare BullMQ", [0.5], ({ jobs }) => jobs?.withRowsOfBare.median),
  atMost("provider, own ms p95, 50 in parallel", 5, ({ provider }) => provider?.ownMsP95.median),
  atMost("overview of 10 million rows, ms p50", 500, ({ analytics }) => analytics?.overview.p50),
  atMost("overview of 10 million rows, ms p95", 1_000, ({ analytics }) => analytics?.overview.p95),
  atMost("vector search, exact, 50,000 × 384, ms p50", 40, ({ vectors }) => vectors?.p50),
  atMost("idle memory of atrium start, MB", 250, ({ memory }) => memory?.idleMb),
  atMost("memory a subscription, KB", 60, ({ memory }) => memory?.kbPerSubscription),
  atMost("authentication, ms p50", 100, ({ targets }) => targets?.authentication.p50),
  atMost("authentication, ms p95", 200, ({ targets }) => targets?.authentication.p95),
  atMost("quote generation but the provider, ms p50", 2_000, ({ targets }) => targets?.quoteGeneration.p50),
  atMost("quote generation but the provider, ms p95", 5_000, ({ targets }) => targets?.quoteGeneration.p95),
  atMost("generateQuote, own ms p95, 5 in parallel", 50, ({ targets }) => targets?.generateQuoteOwn.few.p95),
  atMost("static page, ms p50", 50, ({ targets }) => targets?.static.p50),
  atMost("static page, ms p95", 100, ({ targets }) => targets?.static.p95),
];

/** Goals of what does not exist yet, or not here: nothing can be measured of them. */
export const notMeasured = [
  "voice, p50 10 s and p95 20 s a minute of audio: that is a model's time, and the bench has none",
];

/** Each goal with what was measured, as far as it was. */
export const judge = (results) =>
  definitions.flatMap(({ name, goal, atLeast, of }) => {
    const measured = of(results);
    if (measured === undefined) return [];
    return [
      { name, goal: `${atLeast ? "≥" : "≤"} ${goal}`, measured, met: atLeast ? measured >= goal : measured <= goal },
    ];
  });
