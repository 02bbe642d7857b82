import { LockMode } from "@mikro-orm/core";
import type { EntityManager } from "@mikro-orm/postgresql";
import { type RawBuilder, sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Clock } from "./clock.js";
import type { JobDefinition } from "./define-job.js";
import { eventTopic } from "./event.js";
import { newId } from "./ids.js";
import { Job, JobStatus, type Lane } from "./job.js";
import type { Node } from "./node.js";
import { TouchedRows } from "./touched-rows.js";

/** What a queue needs to know of a job. */
export interface JobTicket {
  readonly id: string;
  readonly lane: Lane;
  readonly runAt: Date;
}

/** What the rest of the system hears of a transaction once it is committed. */
export interface Committed {
  readonly jobs: readonly JobTicket[];
  readonly topics: readonly string[];
}

type EntityClass<T> = new () => T;
type Filled = "id" | "workspaceId" | "createdAt";
type NullableKeys<T> = { [K in keyof T]-?: null extends T[K] ? K : never }[keyof T];
/** The columns of a new row: nullable ones and those that every row gets may be left out. */
type NewRow<T> = Omit<T, Filled | NullableKeys<T>> & Partial<T>;

/** One transaction's work: rows, events and jobs that become true together or not at all. */
export class Change {
  readonly #topics = new Set<string>();
  readonly #jobs: JobTicket[] = [];
  readonly #touched: TouchedRows;
  readonly #events: { kind: string; subjectId: string; data: object }[] = [];

  constructor(
    private readonly em: EntityManager,
    readonly actor: Actor,
    private readonly clock: Clock,
  ) {
    const entities = em.getMetadata().getAll();
    this.#touched = new TouchedRows(actor.workspaceId, (table) =>
      entities.values().some(({ tableName, properties }) => tableName === table && "workspaceId" in properties),
    );
  }

  /** What it may have changed so far, as topics of `touched-rows.ts`. */
  get touched(): string[] {
    if (this.#events.length > 0) this.#touched.add("event");
    return this.#touched.topics;
  }

  get now(): Date {
    return this.clock.now();
  }

  create<T extends Node>(entity: EntityClass<T>, values: NewRow<T>): T {
    const { tableName, properties } = this.em.getMetadata().get(entity);
    this.#touched.add(tableName);
    const filled: Record<string, unknown> = { id: newId(tableName), createdAt: this.now };
    if ("workspaceId" in properties) filled.workspaceId = this.actor.workspaceId;
    const row = Object.assign(new entity(), filled, values);
    for (const name of Object.keys(properties)) {
      if (row[name as keyof T] === undefined && properties[name as never]?.nullable)
        Object.assign(row, { [name]: null });
    }
    this.em.persist(row);
    return row;
  }

  /** Reads a row of the actor's workspace and locks it until the end of the transaction. */
  find<T extends Node>(entity: EntityClass<T>, where: Partial<Omit<T, "workspaceId">>): Promise<T | null> {
    // Nobody locks a row to leave it as it is.
    this.#touched.add(this.em.getMetadata().get(entity).tableName);
    const scoped = { ...where, workspaceId: this.actor.workspaceId };
    return this.em.findOne(entity, scoped as never, { lockMode: LockMode.PESSIMISTIC_WRITE });
  }

  remove(row: Node): void {
    this.#touched.add(this.em.getMetadata().get(row.constructor as never).tableName);
    this.em.remove(row);
  }

  /** An event, in the same commit. `data` must be what any reader of the workspace may see. */
  record(kind: string, subject: { id: string }, data: object = {}): void {
    this.#events.push({ kind, subjectId: subject.id, data });
    this.wake(eventTopic(this.actor.workspaceId));
  }

  /** A job, in the same commit: it will run if and only if this transaction commits. */
  enqueue<Payload>(definition: JobDefinition<Payload>, payload: Payload): Job {
    const job = this.create(Job, {
      kind: definition.kind,
      lane: definition.lane,
      payload: definition.payload.parse(payload),
      status: JobStatus.QUEUED,
      progress: 0,
      attempts: 0,
      failures: 0,
      createdById: this.actor.userId,
      requestId: this.actor.requestId,
      runAt: this.now,
    });
    this.record("job.queued", job, { kind: job.kind });
    this.dispatch(job);
    return job;
  }

  /** Hands a queued job to its queue after the commit. */
  dispatch({ id, lane, runAt }: JobTicket): void {
    this.#jobs.push({ id, lane, runAt });
  }

  /** Tells whoever listens to a topic, in any process, to look again after the commit. */
  wake(topic: string): void {
    this.#topics.add(topic);
  }

  async sql<T>(query: RawBuilder<T>): Promise<T[]> {
    await this.em.flush();
    const kysely = this.em.getKysely();
    const compiled = query.compile(kysely);
    this.#touched.addStatement(compiled.sql);
    const { rows } = await kysely.executeQuery(compiled);
    return rows;
  }

  /** Called once by the database, as the last step before the commit. */
  async complete(): Promise<Committed> {
    await this.em.flush();
    for (const event of this.#events) {
      await sql`insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at)
        values (${newId("event")}, ${this.actor.workspaceId}, ${this.actor.userId}, ${this.actor.requestId},
          ${event.kind}, ${event.subjectId}, ${JSON.stringify(event.data)}, ${this.now})`.execute(this.em.getKysely());
    }
    return { jobs: this.#jobs, topics: [...this.#topics] };
  }
}
