import { setTimeout as sleep } from "node:timers/promises";
import { graphql, owner, signIn, startAtrium } from "./atrium.js";
import { openLiveClient } from "./live-client.js";
import { load } from "./load.js";
import { startOpenAiStub } from "./openai-stub.js";
import { percentile, rounded } from "./statistics.js";

const generate = "mutation($topic: String!) { generateQuote(input: { topic: $topic }) { id } }";

/** How long a person waits, as percentiles in milliseconds. */
export const measureTargets = async ({ url, say }) => {
  say("response times");
  const quick = await startOpenAiStub();
  const paced = await startOpenAiStub({ firstTokenMs: 100, tokenMs: 55 });
  try {
    return {
      ...(await withAtrium(url, quick, async (server) => ({
        authentication: await signIns(server),
        static: await page(server),
        // The provider answers at once: what is left is Atrium's.
        quoteGeneration: shown(Object.values(await generations(server, { inParallel: 10, count: 100 }))),
      }))),
      generateQuoteOwn: await withAtrium(url, paced, async (server) => {
        const own = async (inParallel) => {
          const taken = await generations(server, { inParallel, count: inParallel * 4 });
          const beyond = Object.entries(taken).map(([topic, ms]) => ms - paced.durations[`Topic: ${topic}`]);
          return { inParallel, ...shown(beyond) };
        };
        return { few: await own(5), many: await own(50) };
      }),
    };
  } finally {
    await quick.close();
    await paced.close();
  }
};

const withAtrium = async (databaseUrl, stub, use) => {
  const env = { OPENAI_BASE_URL: `${stub.url}/v1`, OPENAI_MODELS: "model-a", ATRIUM_CONCURRENCY: "50" };
  const server = await startAtrium({ databaseUrl, role: "start", env });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
};

const shown = (durations) => ({ p50: rounded(percentile(durations, 0.5)), p95: rounded(percentile(durations, 0.95)) });

/** Signing in with a password, one after the other. */
const signIns = async (server) => {
  const durations = [];
  for (let count = 0; count < 40; count += 1) durations.push(await time(() => signIn(server, owner)));
  return shown(durations.slice(5));
};

/** The page at `/`, eight at a time. */
const page = async ({ port }) => {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const next = () => ({ bytes, expected: Buffer.from("<html") });
  await load({ port, next, connections: 8, seconds: 1 });
  const { p50, p95 } = await load({ port, next, connections: 8, seconds: 1 });
  return { p50: rounded(p50), p95: rounded(p95) };
};

/** From the mutation to the end of its job, as a client that follows the job sees it, in milliseconds, by topic. */
const generations = async (server, { inParallel, count }) => {
  const headers = await signIn(server, owner);
  const run = async (name, count) => {
    const taken = {};
    let begun = 0;
    await Promise.all(
      Array.from({ length: inParallel }, async (_, index) => {
        await sleep(index * 15);
        while (begun < count) {
          begun += 1;
          const topic = `${name} ${inParallel} ${begun}`;
          taken[topic] = await time(async () => {
            const { generateQuote } = await graphql(server, generate, { topic }, headers);
            await followToEnd(server, headers, generateQuote.id);
          });
        }
      }),
    );
    return taken;
  };
  await run("rehearsal", inParallel);
  return run("courage", count);
};

const followToEnd = ({ port }, connectionParams, jobId) =>
  new Promise((resolve, reject) => {
    const query = `subscription { jobEvents(jobId: "${jobId}") { __typename ... on JobEnded { job { status } } } }`;
    const client = openLiveClient({
      port,
      connectionParams,
      query,
      onLost: reject,
      onNext: async (payload) => {
        if (!payload.includes('"JobEnded"')) return;
        const text = payload.toString();
        (await client).close();
        if (text.includes('"SUCCEEDED"')) resolve();
        else reject(new Error(`The job did not succeed: ${text}`));
      },
    });
    client.catch(reject);
  });

const time = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
