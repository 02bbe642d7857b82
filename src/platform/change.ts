import { LockMode, raw } from "@mikro-orm/core";
import type { EntityManager, MetadataStorage } from "@mikro-orm/postgresql";
import { CompiledQuery, type RawBuilder } from "kysely";
import type { Actor } from "./actor.js";
import type { Clock } from "./clock.js";
import { storageOf } from "./column.js";
import type { JobDefinition } from "./define-job.js";
import { Event, eventTopic } from "./event.js";
import { newId, prefixOf } from "./ids.js";
import { insertSql, type NewRow } from "./insert-sql.js";
import { Job, JobStatus, type Lane } from "./job.js";
import { shapeOf } from "./lists/entity-shape.js";
import { identifier, literal } from "./lists/statement.js";
import type { Node } from "./node.js";
import { Visibility } from "./owned-row.js";
import { currentSpan, currentTrace } from "./span.js";
import { TouchedRows } from "./touched-rows.js";
import { formatTraceparent } from "./trace-context.js";

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
  /** Rows that it may have changed, as topics of `touched-rows.ts`. */
  readonly touched: readonly string[];
}

type EntityClass<T> = new () => T;
type Filled = "id" | "workspaceId" | "createdAt";
type NullableKeys<T> = { [K in keyof T]-?: null extends T[K] ? K : never }[keyof T];
/** The columns of a new row: nullable ones and those that every row gets may be left out. */
type NewValues<T> = Omit<T, Filled | NullableKeys<T>> & Partial<T>;

interface Deps {
  /** Opens the transaction, which is only needed by a change that reads, or changes rows that exist. */
  readonly begin: () => Promise<EntityManager>;
  readonly metadata: MetadataStorage;
  readonly clock: Clock;
  /** Makes the transaction that of an actor or of the system; left out where there is no wall, and for the system itself. */
  readonly become?: ((em: EntityManager, viewer: Actor | undefined) => Promise<void>) | undefined;
}

/** What an event is about. */
interface Subject {
  readonly id: string;
  readonly visibility?: Visibility;
  readonly createdById?: string;
}

/** One transaction's work: rows, events and jobs that become true together or not at all. */
export class Change {
  readonly #topics = new Set<string>();
  readonly #jobs: JobTicket[] = [];
  readonly #touched: TouchedRows;
  readonly #events: Event[] = [];
  /** Rows that were made before the transaction was opened, if it ever is. */
  #made: NewRow[] = [];
  #transaction: Promise<EntityManager> | undefined;
  #em: EntityManager | undefined;

  constructor(
    readonly actor: Actor,
    private readonly deps: Deps,
  ) {
    this.#touched = new TouchedRows(
      actor.workspaceId,
      (table) => "workspaceId" in (this.#tableOf(table)?.properties ?? {}),
      (table) => storageOf((this.#tableOf(table)?.class ?? Object) as { prototype: object }).alsoWrites,
    );
  }

  get now(): Date {
    return this.deps.clock.now();
  }

  create<T extends Node>(entity: EntityClass<T>, values: NewValues<T>): T {
    const meta = this.deps.metadata.get(entity);
    const { tableName, properties } = meta;
    this.#touched.add(tableName);
    const filled: Record<string, unknown> = { id: newId(tableName), createdAt: this.now };
    if ("workspaceId" in properties) filled.workspaceId = this.actor.workspaceId;
    const row = Object.assign(new entity(), filled, values);
    for (const name of Object.keys(properties)) {
      if (row[name as keyof T] === undefined && properties[name as never]?.nullable)
        Object.assign(row, { [name]: null });
    }
    if (this.#em === undefined) this.#made.push({ meta: meta as never, row });
    else this.#em.persist(row);
    return row;
  }

  /** Reads a row that the actor may see and locks it until the end of the transaction. */
  async find<T extends Node>(entity: EntityClass<T>, where: Partial<Omit<T, "workspaceId">>): Promise<T | null> {
    // Nobody locks a row to leave it as it is.
    this.#touched.add(this.deps.metadata.get(entity).tableName);
    const { workspaceId, userId } = this.actor;
    const actor = { workspace: literal(workspaceId), user: literal(userId) };
    const visible = raw((alias) => shapeOf(entity).visible(identifier(alias), actor));
    const em = await this.#open();
    return em.findOne(entity, { ...where, [visible as never]: [] } as never, { lockMode: LockMode.PESSIMISTIC_WRITE });
  }

  /** Takes away a row that `find` gave. */
  remove(row: Node): void {
    this.#touched.add(this.deps.metadata.get(row.constructor as never).tableName);
    this.#em?.remove(row);
  }

  /**
   * An event, in the same commit. `data` must be what any reader of the subject may see: the event is seen by whoever sees
   * that, and an owned subject has to say by whom it is.
   */
  record(kind: string, subject: Subject, data: object = {}): void {
    const isOwned = "visibility" in (this.#tableOf(prefixOf(subject.id))?.properties ?? {});
    if (isOwned && (subject.visibility === undefined || subject.createdById === undefined))
      throw new Error(`The event ${kind} does not say who may see its subject.`);
    this.#events.push(
      Object.assign(new Event(), {
        id: newId("event"),
        workspaceId: this.actor.workspaceId,
        actorId: this.actor.userId,
        requestId: this.actor.requestId,
        kind,
        subjectId: subject.id,
        visibility: subject.visibility ?? Visibility.WORKSPACE,
        ownerId: subject.createdById ?? null,
        data,
        createdAt: this.now,
      }),
    );
    this.wake(eventTopic(this.actor.workspaceId));
  }

  /** A job, in the same commit: it will run if and only if this transaction commits. */
  enqueue<Payload>(
    definition: JobDefinition<Payload>,
    payload: Payload,
    visibility: Visibility = Visibility.WORKSPACE,
  ): Job {
    const span = currentSpan()?.child(`enqueue ${definition.kind}`, { kind: "producer" });
    const trace = span?.context ?? currentTrace();
    const job = this.create(Job, {
      kind: definition.kind,
      lane: definition.lane,
      payload: definition.payload.parse(payload),
      status: JobStatus.QUEUED,
      progress: 0,
      attempts: 0,
      failures: 0,
      createdById: this.actor.userId,
      visibility,
      requestId: this.actor.requestId,
      traceparent: trace === undefined ? null : formatTraceparent(trace),
      runAt: this.now,
    });
    span?.set({ "atrium.job.id": job.id, "atrium.job.kind": job.kind });
    span?.end();
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

  /**
   * A statement about rows that the actor need not see, as the system: for what follows from a change that the actor may
   * make, such as for copies of what was changed.
   */
  async systemSql<T>(query: RawBuilder<T>): Promise<T[]> {
    const { become = async () => {} } = this.deps;
    const em = await this.#open();
    await em.flush();
    await become(em, undefined);
    const rows = await this.sql(query);
    await become(em, this.actor);
    return rows;
  }

  async sql<T>(query: RawBuilder<T>): Promise<T[]> {
    const em = await this.#open();
    await em.flush();
    const kysely = em.getKysely();
    const compiled = query.compile(kysely);
    this.#touched.addStatement(compiled.sql);
    const { rows } = await kysely.executeQuery(compiled);
    return rows;
  }

  /**
   * Called once by the database, as the last step before the commit. A change that only adds rows has opened no
   * transaction: then it is one statement, which is left to the caller.
   */
  async complete(): Promise<{ committed: Committed; statement: { text: string; values: unknown[] } | undefined }> {
    const events = this.#events.map((row): NewRow => ({ meta: this.deps.metadata.get(Event) as never, row }));
    if (events.length > 0) this.#touched.add("event");
    const committed = { jobs: this.#jobs, topics: [...this.#topics], touched: this.#touched.topics };
    const em = await this.#transaction;
    if (em === undefined) {
      const rows = [...this.#made, ...events];
      return { committed, statement: rows.length === 0 ? undefined : insertSql(rows) };
    }
    await em.flush();
    if (events.length > 0) {
      const { text, values } = insertSql(events);
      await em.getKysely().executeQuery(CompiledQuery.raw(text, values));
    }
    return { committed, statement: undefined };
  }

  #tableOf(name: string) {
    return this.deps.metadata
      .getAll()
      .values()
      .find(({ tableName }) => tableName === name);
  }

  #open(): Promise<EntityManager> {
    this.#transaction ??= this.deps.begin().then((em) => {
      this.#em = em;
      for (const { row } of this.#made) em.persist(row);
      this.#made = [];
      return em;
    });
    return this.#transaction;
  }
}
