import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { RateWindow } from "./rate-window.js";

/** Upper bounds of the buckets, in seconds. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const statementSeconds = [0.0005, ...requestSeconds];
const workSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const statementCounts = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55];
/** Seconds over which the rate of operations is told. */
const rateSeconds = 60;

type Collector = () => Promise<void> | void;

/**
 * What this process counts, for Prometheus and for `systemMetrics` alike. Labels hold only names that the code gives:
 * routes, root fields, codes, kinds, models; never what a client chose, so that their number is bounded.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly startedAt = new Date();
  readonly operationRate = new RateWindow(rateSeconds);
  readonly #collectors = new Set<Collector>();

  readonly httpRequests = this.#counter(
    "atrium_http_requests_total",
    "HTTP requests that were answered; with the status 499 those whose client left before.",
    ["route", "method", "status"],
  );
  readonly httpDuration = this.#histogram(
    "atrium_http_request_duration_seconds",
    "From a request's arrival to the end of its answer; without event streams.",
    ["route"],
    requestSeconds,
  );
  readonly operations = this.#counter(
    "atrium_graphql_operations_total",
    "GraphQL operations that have ended, by their root field (`several` for more than one, `none` for a refused document). `outcome` is `ok`, or `error` when the answer had errors.",
    ["type", "field", "outcome"],
  );
  readonly operationDuration = this.#histogram(
    "atrium_graphql_duration_seconds",
    "From an operation's arrival to its answer; without subscriptions.",
    ["type", "field"],
    requestSeconds,
  );
  readonly operationStatements = this.#histogram(
    "atrium_graphql_sql_statements",
    "SQL statements that one operation sent, transaction control included; without subscriptions.",
    [],
    statementCounts,
  );
  readonly errors = this.#counter("atrium_graphql_errors_total", "Errors in answers, by their code.", ["code"]);
  readonly rateLimited = this.#counter(
    "atrium_rate_limited_total",
    "Operations and sign-ins that were refused because a rate limit was reached.",
    ["policy"],
  );
  readonly subscriptions = this.#gauge("atrium_graphql_subscriptions", "Subscriptions that are open.");
  readonly websockets = this.#gauge("atrium_websockets", "WebSockets that are open.");
  readonly eventStreams = this.#gauge("atrium_event_streams", "Server-sent event streams that are open.");

  readonly statements = this.#counter(
    "atrium_sql_statements_total",
    "SQL statements that were sent. `outcome` is `ok` or `error`.",
    ["outcome"],
  );
  readonly slowStatements = this.#counter(
    "atrium_sql_slow_statements_total",
    "SQL statements that took longer than ATRIUM_SLOW_QUERY_MS.",
  );
  readonly statementDuration = this.#histogram(
    "atrium_sql_duration_seconds",
    "From sending a SQL statement to its last row.",
    [],
    statementSeconds,
  );
  readonly databaseUp = this.#gauge("atrium_database_up", "1 while the database answers, else 0.");
  readonly pool = this.#gauge(
    "atrium_database_pool",
    "Connections to the database that are `active` or `idle`, and work that is `waiting` for one.",
    ["state"],
  );
  readonly poolSize = this.#gauge("atrium_database_pool_size", "Most connections that this process opens.");

  readonly jobs = this.#gauge("atrium_jobs", "Jobs of the installation that have not ended.", ["status", "lane"]);
  readonly jobsOldest = this.#gauge(
    "atrium_jobs_oldest_queued_seconds",
    "How long the job that waits longest has been due; 0 without one.",
    ["lane"],
  );
  readonly jobAttempts = this.#counter(
    "atrium_job_attempts_total",
    "Attempts at jobs that ended in this process. `outcome` is `succeeded`, `failed`, `retried`, `cancelled`, `released` at a shutdown, or `lost` to another worker.",
    ["kind", "outcome"],
  );
  readonly jobDuration = this.#histogram(
    "atrium_job_duration_seconds",
    "From the beginning of an attempt at a job to its end.",
    ["kind"],
    workSeconds,
  );
  readonly jobWait = this.#histogram(
    "atrium_job_wait_seconds",
    "How long a job was due before a worker began it.",
    ["lane"],
    workSeconds,
  );

  readonly aiRequests = this.#counter(
    "atrium_ai_requests_total",
    "Requests to providers. `outcome` is `ok`, `length`, `content_filter`, `stopped` by us, or the provider's fault.",
    ["provider", "model", "outcome"],
  );
  readonly aiTokens = this.#counter("atrium_ai_tokens_total", "Tokens that providers reported; `input` or `output`.", [
    "provider",
    "model",
    "direction",
  ]);
  readonly aiCost = this.#counter(
    "atrium_ai_cost_micros_total",
    "What requests cost, in millionths of a US dollar; requests whose price is not known add nothing.",
    ["provider", "model"],
  );
  readonly aiDuration = this.#histogram(
    "atrium_ai_duration_seconds",
    "From a request to a provider to the end of its answer.",
    ["provider", "model"],
    workSeconds,
  );
  readonly aiFirstToken = this.#histogram(
    "atrium_ai_first_token_seconds",
    "From a request to a provider to the first piece of its text.",
    ["provider", "model"],
    workSeconds,
  );

  readonly aiCache = this.#counter(
    "atrium_ai_cache_requests_total",
    "Answers of models that were looked for in the cache. `outcome` is `exact`, `similar` or `miss`, and `stale` for one that was given because no provider answered.",
    ["outcome"],
  );

  readonly cacheRequests = this.#counter(
    "atrium_cache_requests_total",
    "Answers that were looked for in the cache. `outcome` is `hit` or `miss`.",
    ["outcome"],
  );
  readonly rollupStale = this.#gauge(
    "atrium_rollup_stale",
    "Changes of telemetry that rollups do not know yet, looked at every 15 seconds; beyond 100,000 it says no more than that. Answers are exact all the same.",
    ["level"],
  );
  readonly telemetryPoints = this.#counter(
    "atrium_telemetry_points_total",
    "Points of telemetry that this process was sent. `outcome` is `accepted`, `duplicate` for those that were there already, or `conflict` for those whose time has another value.",
    ["outcome"],
  );
  readonly dataDisk = this.#gauge(
    "atrium_data_disk_bytes",
    "The disk that holds the data folder; without one there are none. `state` is `total`, or `available` to Atrium.",
    ["state"],
  );
  readonly entities = this.#gauge(
    "atrium_entities",
    "Stored things of the installation, looked at every 15 seconds: counted, or beyond 100,000 estimated by Postgres.",
    ["type"],
  );

  /** Adds the usual figures of a Node process: CPU, memory, event loop, garbage collection. */
  observeProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Has `collector` set what is not counted but looked up, before each reading. It must not throw. */
  onCollect(collector: Collector): void {
    this.#collectors.add(collector);
  }

  /** Brings everything that is looked up to its present state. */
  async collect(): Promise<void> {
    await Promise.all([...this.#collectors].map((collect) => collect()));
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    await this.collect();
    return this.registry.metrics();
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[], buckets: number[]) {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
