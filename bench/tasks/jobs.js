// Jobs that do nothing, from their adding to their end: through bare BullMQ, through Atrium's queues, and through its rows.
import { randomUUID } from "node:crypto";
import "reflect-metadata";
import { setTimeout as sleep } from "node:timers/promises";
import { createPostgresBackend, Queue, Worker } from "bullmq";
import { sql } from "kysely";
import pg from "pg";
import { z } from "zod";
import { createApp } from "../../dist/src/app.js";
import { readConfig } from "../../dist/src/platform/config.js";
import { defineJob } from "../../dist/src/platform/define-job.js";
import { newId } from "../../dist/src/platform/ids.js";
import { handle } from "../../dist/src/platform/job-handler.js";
import { BullQueues } from "../../dist/src/platform/job-queues-bullmq.js";
import { createLogger } from "../../dist/src/platform/logger.js";
import { workers } from "../../dist/workers/workers.js";

const { DATABASE_URL: databaseUrl, BENCH_WORKSPACE: workspaceId, BENCH_USER: userId } = process.env;
const rounds = Number(process.env.BENCH_ROUNDS);
const jobs = Number(process.env.BENCH_JOBS);
const adders = 32;
const concurrency = 20;
const stallMs = 60_000;
const logger = createLogger({ level: "silent", pretty: false });

/** Adds all jobs, some at a time, and gives how many a second were done when the last one was. */
const rate = async (add, countDone) => {
  const begun = performance.now();
  let added = 0;
  await Promise.all(
    Array.from({ length: adders }, async () => {
      while (added < jobs) {
        added += 1;
        await add();
      }
    }),
  );
  while ((await countDone()) < jobs) {
    if (performance.now() - begun > stallMs) throw new Error(`Of ${jobs} jobs ${await countDone()} were done.`);
    await sleep(5);
  }
  return (jobs / (performance.now() - begun)) * 1000;
};

const bare = async (settings = "") => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, options: `-c search_path=bullmq ${settings}` });
  const connection = { connection: pool, prefix: "bench" };
  const queue = new Queue("bare", connection, createPostgresBackend);
  let done = 0;
  const work = async () => {
    done += 1;
  };
  const worker = new Worker("bare", work, { ...connection, concurrency, drainDelay: 5 }, createPostgresBackend);
  await worker.waitUntilReady();
  const options = () => ({ jobId: randomUUID(), removeOnComplete: true, removeOnFail: true });
  const perSecond = await rate(
    () => queue.add("nothing", {}, options()),
    () => done,
  );
  await worker.close();
  await queue.close();
  await pool.end();
  return perSecond;
};

const dispatched = async () => {
  const queues = await BullQueues.onPostgres(databaseUrl, logger);
  let done = 0;
  await queues.work("interactive", concurrency, async () => {
    done += 1;
    return undefined;
  });
  const owner = { workspaceId, createdById: userId, requestId: newId("request") };
  const perSecond = await rate(
    () => queues.add([{ id: newId("job"), lane: "interactive", runAt: new Date(), ...owner }]),
    () => done,
  );
  await queues.close();
  return perSecond;
};

const Nothing = defineJob("bench.nothing", z.object({}), { lane: "interactive" });

const withRows = async () => {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    ATRIUM_SECRET: "a secret of the bench that is long enough",
    ATRIUM_CONCURRENCY: String(concurrency),
  });
  const nothing = handle(Nothing, async () => {});
  const app = await createApp(config, { databaseUrl, logger, workers: (app) => [...workers(app), nothing] });
  const begun = new Date();
  const actor = { workspaceId, userId, permissions: new Set(), requestId: newId("request") };
  const perSecond = await rate(
    () => app.database.write(actor, async (change) => change.enqueue(Nothing, {})),
    async () => {
      const row = await app.database.row(sql`select count(*)::int as done from job
        where kind = 'bench.nothing' and status = 'SUCCEEDED' and created_at >= ${begun}`);
      await sleep(20);
      return Number(row?.done ?? 0);
    },
  );
  await app.close();
  return perSecond;
};

const measured = [];
for (let round = -1; round < rounds; round += 1) {
  const rates = {
    bare: await bare(),
    unflushed: await bare("-c synchronous_commit=off"),
    dispatched: await dispatched(),
    withRows: await withRows(),
  };
  // The first one warms up.
  if (round >= 0) measured.push(rates);
}
process.stdout.write(JSON.stringify(measured));
process.exit(0);
