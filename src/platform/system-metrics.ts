import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, Int, ObjectType } from "type-graphql";
import { errorCodes } from "./errors.js";
import { AtMost } from "./field-bounds.js";
import { lanes } from "./job.js";

const count = (description: string) => Field(() => GraphQLSafeInt, { description });
const text = (description: string) => Field(() => String, { description });
const seconds = (description: string) => Field(() => Float, { nullable: true, description });

@ObjectType({ description: "Operations of one kind since the process began." })
export class OperationFigures {
  @text("`query`, `mutation`, `subscription`, or `unknown` for a refused document.")
  type!: string;

  @text("Their root field; `several` for more than one, `none` for a refused document.")
  field!: string;

  @count("Operations that have ended.")
  count!: number;

  @count("Those among them whose answer had errors.")
  failed!: number;

  @seconds("Half of them took at most so many seconds; null for subscriptions.")
  p50Seconds!: number | null;

  @seconds("95 in 100 of them took at most so many seconds; null for subscriptions.")
  p95Seconds!: number | null;
}

@ObjectType({ description: "How often answers carried one error code since the process began." })
export class ErrorFigures {
  @text("The code.")
  code!: string;

  @count("Errors with it.")
  count!: number;
}

@ObjectType({ description: "SQL statements since the process began, transaction control included." })
export class SqlFigures {
  @count("Statements that were sent.")
  statements!: number;

  @count("Those among them that failed.")
  failed!: number;

  @count("Those among them that took longer than ATRIUM_SLOW_QUERY_MS.")
  slow!: number;

  @seconds("Half of them took at most so many seconds.")
  p50Seconds!: number | null;

  @seconds("95 in 100 of them took at most so many seconds.")
  p95Seconds!: number | null;
}

@ObjectType({ description: "The connections of the process to its database now." })
export class PoolFigures {
  @Field(() => Boolean, { description: "Whether the database answers." })
  isUp!: boolean;

  @Field(() => Int, { description: "Most connections that it opens." })
  size!: number;

  @Field(() => Int, { description: "Connections at work." })
  active!: number;

  @Field(() => Int, { description: "Connections at hand." })
  idle!: number;

  @Field(() => Int, { description: "Work that waits for a connection." })
  waiting!: number;
}

@ObjectType({ description: "Answers that were looked for in the cache since the process began." })
export class CacheFigures {
  @count("Found.")
  hits!: number;

  @count("Not found.")
  misses!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Share that was found, 0 to 1; null when nothing was looked for.",
  })
  ratio!: number | null;
}

@ObjectType({ description: "The jobs of the installation that have not ended, in one lane, now." })
export class QueueFigures {
  @text("The lane: `interactive`, `media`, `batch` or `system`.")
  lane!: string;

  @count("Jobs that wait for a worker or for their next attempt.")
  queued!: number;

  @count("Jobs that a worker is at.")
  running!: number;

  @Field(() => Float, { description: "How long the one that waits longest has been due, in seconds; 0 without one." })
  oldestQueuedSeconds!: number;
}

@ObjectType({ description: "Attempts at jobs of one kind that ended one way in the process since it began." })
export class JobAttemptFigures {
  @text("The kind, such as `quotes.generate`.")
  kind!: string;

  @text("`succeeded`, `failed`, `retried`, `cancelled`, `released` at a shutdown, or `lost` to another worker.")
  outcome!: string;

  @count("Attempts.")
  count!: number;
}

@ObjectType({ description: "What the process asked of one model since it began." })
export class AiFigures {
  @text("The provider.")
  provider!: string;

  @text("The model that was asked for.")
  model!: string;

  @count("Requests that have ended.")
  requests!: number;

  @count("Those among them that did not end well, those that were stopped included.")
  failed!: number;

  @count("Tokens that were sent, as the provider reported them.")
  inputTokens!: number;

  @count("Tokens that were received, as the provider reported them.")
  outputTokens!: number;

  @count("Price in micro-dollars (a millionth of a US dollar); requests whose price is not known add nothing.")
  costMicros!: number;

  @seconds("Half of the requests took at most so many seconds.")
  p50Seconds!: number | null;

  @seconds("95 in 100 of the requests took at most so many seconds.")
  p95Seconds!: number | null;
}

@ObjectType({ description: "Points of telemetry that the process was sent since it began." })
export class TelemetryFigures {
  @count("Points that were stored.")
  accepted!: number;

  @count("Points that were there already.")
  duplicates!: number;

  @count("Points for whose time there was another value.")
  conflicts!: number;
}

@ObjectType({ description: "The disk that holds the data folder." })
export class DataDiskFigures {
  @count("Its size in bytes.")
  total!: number;

  @count("What Atrium may still write, in bytes.")
  available!: number;
}

@ObjectType({ description: "How much of something the installation holds." })
export class EntityFigures {
  @text("What it is, such as `Quote`.")
  type!: string;

  @count("How many; looked at every 15 seconds, and beyond 100,000 an estimate.")
  count!: number;
}

@ObjectType({ description: "How the process that answers feels." })
export class ProcessFigures {
  @Field(() => GraphQLDateTimeISO, { description: "When it began to count." })
  startedAt!: Date;

  @count("Memory that it holds, in bytes.")
  residentBytes!: number;

  @count("Memory of its JavaScript objects, in bytes.")
  heapUsedBytes!: number;

  @Field(() => Float, { description: "CPU time that it used, in seconds." })
  cpuSeconds!: number;

  @Field(() => Float, { description: "1 in 100 turns of its event loop came later than so many seconds." })
  eventLoopLagP99Seconds!: number;

  @Field(() => Int, { description: "WebSockets that are open." })
  websockets!: number;

  @Field(() => Int, { description: "Server-sent event streams that are open." })
  eventStreams!: number;

  @Field(() => Int, { description: "Subscriptions that are open." })
  subscriptions!: number;
}

@ObjectType({
  description: "The figures of the process that answers, the same as at `/metrics`. Each process counts for itself.",
})
export class SystemMetrics {
  @Field(() => ProcessFigures, { description: "How the process feels." })
  process!: ProcessFigures;

  @count("HTTP requests that were answered since it began.")
  httpRequests!: number;

  @Field(() => Float, { description: "GraphQL operations that ended in the last minute, for each second of it." })
  operationsPerSecond!: number;

  @AtMost(500)
  @Field(() => [OperationFigures], { description: "GraphQL operations, by their root field." })
  operations!: OperationFigures[];

  @AtMost(errorCodes.length)
  @Field(() => [ErrorFigures], { description: "Errors in answers, by their code." })
  errors!: ErrorFigures[];

  @Field(() => SqlFigures, { description: "SQL statements." })
  sql!: SqlFigures;

  @Field(() => PoolFigures, { description: "Connections to the database." })
  pool!: PoolFigures;

  @Field(() => CacheFigures, { description: "The cache of answers." })
  cache!: CacheFigures;

  @AtMost(lanes.length)
  @Field(() => [QueueFigures], { description: "Jobs that have not ended, by lane." })
  queues!: QueueFigures[];

  @AtMost(200)
  @Field(() => [JobAttemptFigures], { description: "Attempts at jobs, by kind and outcome." })
  jobAttempts!: JobAttemptFigures[];

  @AtMost(200)
  @Field(() => [AiFigures], { description: "Requests to providers, by model." })
  ai!: AiFigures[];

  @Field(() => TelemetryFigures, { description: "Points of telemetry." })
  telemetry!: TelemetryFigures;

  @Field(() => DataDiskFigures, {
    nullable: true,
    description: "The disk that holds the data folder; null while there is no such folder.",
  })
  disk!: DataDiskFigures | null;

  @AtMost(100)
  @Field(() => [EntityFigures], { description: "What the installation holds." })
  entities!: EntityFigures[];
}
