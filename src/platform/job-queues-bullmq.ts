import {
  type BackendFactory,
  createPostgresBackend,
  DelayedError,
  type IQueueBackend,
  Queue,
  runMigrations,
  Worker,
} from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { type Lane, lanes } from "./job.js";
import type { Deliver, JobDelivery, JobQueues, JobTicket } from "./job-queues.js";
import type { Logger } from "./logger.js";
import { shareNext } from "./share-next.js";
import { SharedListener } from "./shared-listener.js";

/** A worker that gives no sign for this long has lost its jobs, in milliseconds. */
const lockMs = 10_000;

interface Engine {
  // Redis and Postgres backends differ in type only.
  readonly backend: BackendFactory<IQueueBackend, unknown> | undefined;
  readonly connection: unknown;
  /** What workers take to wait for jobs. */
  readonly listening: unknown;
  readonly prefix: string;
  close(): Promise<void>;
}

/** BullMQ as the dispatcher: one queue a lane, the same on both engines. */
export class BullQueues implements JobQueues {
  readonly #queues: ReadonlyMap<Lane, Queue>;
  readonly #workers: Worker[] = [];
  #waiting: JobTicket[] = [];
  readonly #handOver = shareNext(async () => {
    const tickets = this.#waiting;
    this.#waiting = [];
    await Promise.all([...this.#queues].map(([lane, queue]) => addTo(queue, lane, tickets)));
  });

  private constructor(
    private readonly engine: Engine,
    private readonly logger: Logger,
  ) {
    this.#queues = new Map(lanes.map((lane) => [lane, this.#queue(lane)]));
  }

  static async onPostgres(url: string, logger: Logger): Promise<BullQueues> {
    const pool = new pg.Pool({
      connectionString: url,
      // One of them listens, for the workers of all lanes.
      max: 7,
      // A crash of Postgres may cost the queues their last moment: the rows of the jobs are flushed, and the sweep adds
      // again what is missing here.
      options: "-c search_path=bullmq -c synchronous_commit=off",
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: "atrium-jobs",
    });
    pool.on("error", (error) => logger.warn({ err: error }, "a connection of the job queues was lost"));
    return new BullQueues(
      {
        backend: createPostgresBackend as unknown as BackendFactory<IQueueBackend, unknown>,
        connection: pool,
        listening: new SharedListener(pool),
        prefix: "atrium",
        close: () => pool.end(),
      },
      logger,
    );
  }

  static async onRedis(url: string, prefix: string, logger: Logger): Promise<BullQueues> {
    const connection = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
    connection.on("error", (error) => logger.warn({ err: error }, "Redis does not answer the job queues"));
    await connection.connect();
    return new BullQueues(
      { backend: undefined, connection, listening: connection, prefix, close: async () => connection.disconnect() },
      logger,
    );
  }

  async add(tickets: readonly JobTicket[]): Promise<void> {
    if (tickets.length === 0) return;
    this.#waiting.push(...tickets);
    await this.#handOver();
  }

  async work(lane: Lane, concurrency: number, deliver: Deliver): Promise<void> {
    const worker = this.#worker(lane, concurrency, deliver);
    worker.on("error", (error) => this.logger.warn({ err: error, lane }, "the job queue had an error and goes on"));
    this.#workers.push(worker);
    await worker.waitUntilReady();
  }

  async stopWork(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  async close(): Promise<void> {
    await this.stopWork();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    await this.engine.close();
  }

  #queue(lane: Lane): Queue {
    const options = { connection: this.engine.connection as never, prefix: this.engine.prefix };
    const queue = (
      this.engine.backend === undefined
        ? new Queue(lane, options)
        : new Queue(lane, options, this.engine.backend as never)
    ) as Queue;
    queue.on("error", (error) => this.logger.warn({ err: error, lane }, "the job queue had an error and goes on"));
    return queue;
  }

  #worker(lane: Lane, concurrency: number, deliver: Deliver): Worker {
    const options = {
      connection: this.engine.listening as never,
      prefix: this.engine.prefix,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      // How often a job may lose its worker is the row's to say, not the queue's.
      maxStalledCount: 1_000_000,
      drainDelay: 5,
    };
    const processor: ConstructorParameters<typeof Worker>[1] = async (job, token) => {
      const again = await deliver(job.data as JobDelivery);
      if (again === undefined) return;
      await job.moveToDelayed(again.getTime(), token);
      throw new DelayedError();
    };
    return (
      this.engine.backend === undefined
        ? new Worker(lane, processor, options)
        : new Worker(lane, processor, options, this.engine.backend as never)
    ) as Worker;
  }
}

const addTo = async (queue: Queue, lane: Lane, tickets: readonly JobTicket[]): Promise<void> => {
  const now = Date.now();
  const entries = tickets
    .filter((ticket) => ticket.lane === lane)
    .map(({ id, runAt, workspaceId, createdById, requestId }) => ({
      name: lane,
      data: { id, workspaceId, createdById, requestId } satisfies JobDelivery,
      opts: { jobId: id, delay: Math.max(0, runAt.getTime() - now), removeOnComplete: true, removeOnFail: true },
    }));
  const [only, ...others] = entries;
  if (only === undefined) return;
  // A bulk is a transaction, one alone a single call.
  if (others.length === 0) await queue.add(only.name, only.data, only.opts);
  else await queue.addBulk(entries);
};

/** Creates or upgrades BullMQ's own tables in the schema `bullmq`. */
export const migrateBullQueues = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await runMigrations(client, "bullmq");
  } finally {
    await client.end();
  }
};
