import { LockMode, raw } from "@mikro-orm/core";
import type { EntityManager, MetadataStorage } from "@mikro-orm/postgresql";
import { CompiledQuery, type RawBuilder } from "kysely";
import { type Actor, noWorkspace } from "./actor.js";
import { auditTopic } from "./audit-entry.js";
import { type AuditStates, AuditTrail } from "./audit-trail.js";
import type { Clock } from "./clock.js";
import type { Committed } from "./committed.js";
import { writtenAlong } from "./declared-triggers.js";
import type { JobDefinition } from "./define-job.js";
import { type Event, eventTopic } from "./event.js";
import { eventOf, type Subject } from "./event-of.js";
import type { Held, Hold } from "./hold.js";
import { newId } from "./ids.js";
import { type Amendment, lastStatement, type NewRow, type WritingStatement } from "./insert-sql.js";
import { Job, JobStatus } from "./job.js";
import type { JobTicket } from "./job-queues.js";
import { shapeOf } from "./lists/entity-shape.js";
import { identifier, literal } from "./lists/statement.js";
import type { NewValues } from "./new-values.js";
import type { Node } from "./node.js";
import { Visibility } from "./owned-row.js";
import { currentSpan, currentTrace } from "./span.js";
import { metadataOfTable } from "./table-metadata.js";
import { TouchedRows } from "./touched-rows.js";
import { formatTraceparent } from "./trace-context.js";

type EntityClass<T> = new () => T;

interface Deps {
  /** Opens the transaction, which is only needed by a change that reads, or changes rows that exist. */
  readonly begin: () => Promise<EntityManager>;
  readonly metadata: MetadataStorage;
  readonly clock: Clock;
  /** Makes the codes of audit entries; without it nothing can be audited. */
  readonly auditKey: Buffer | undefined;
  /** Makes the transaction that of an actor or of the system; left out where there is no wall, and for the system itself. */
  readonly become?: ((em: EntityManager, viewer: Actor | undefined) => Promise<void>) | undefined;
}

/** Rows beyond so many do not hang on a hold in one statement: planning each of them costs more than a transaction. */
const maxInHold = 20;

/** One transaction's work: rows, events and jobs that become true together or not at all. */
export class Change {
  readonly #topics = new Set<string>();
  readonly #jobs: JobTicket[] = [];
  readonly #touched: TouchedRows;
  readonly #events: Event[] = [];
  readonly #trail: AuditTrail;
  /** Rows that were made before the transaction was opened, if it ever is. */
  #made: NewRow[] = [];
  readonly #amendments: Amendment[] = [];
  #hold: { readonly statement: Hold; readonly held: { row: unknown } } | undefined;
  #transaction: Promise<EntityManager> | undefined;
  #em: EntityManager | undefined;
  #actor: Actor;
  #isUnseen = false;

  constructor(
    actor: Actor,
    private readonly deps: Deps,
  ) {
    this.#actor = actor;
    this.#trail = new AuditTrail(deps.metadata);
    this.#touched = new TouchedRows(
      actor.workspaceId,
      (table) => "workspaceId" in (metadataOfTable(deps.metadata, table)?.properties ?? {}),
      (table) => writtenAlong(deps.metadata, table),
    );
  }

  get actor(): Actor {
    return this.#actor;
  }

  /** From here on it acts for the account that it has found out about: before a sign-in there is nobody to act. */
  actAs(account: Pick<Actor, "userId" | "workspaceId" | "credential">): void {
    this.#actor = { ...this.#actor, ...account };
  }

  /** What it changes is shown by no query, so no cache has to hear of it. */
  hide(): void {
    this.#isUnseen = true;
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
    const made: NewRow = { meta: meta as never, row };
    this.#trail.created(made);
    if (this.#em === undefined) this.#made.push(made);
    else this.#em.persist(row);
    return row;
  }

  /** Reads a row that the actor may see and locks it until the end of the transaction. */
  async find<T extends Node>(entity: EntityClass<T>, where: Partial<Omit<T, "workspaceId">>): Promise<T | null> {
    // Nobody locks a row to leave it as it is.
    this.#touched.add(this.deps.metadata.get(entity).tableName);
    const { workspaceId, userId, isSystem } = this.actor;
    const actor = { workspace: literal(workspaceId), user: literal(userId) };
    // Postgres holds the system back from nothing, so its workspace stands beside what the class says.
    const scoped = isSystem ? { ...where, workspaceId } : where;
    const visible = raw((alias) => shapeOf(entity).visible(identifier(alias), actor));
    const em = await this.#open();
    const row = await em.findOne(entity, { ...scoped, [visible as never]: [] } as never, {
      lockMode: LockMode.PESSIMISTIC_WRITE,
    });
    if (row !== null) this.#trail.found(row);
    return row;
  }

  /**
   * Changes a row that nobody has read, as a part of the change's last step. For a change that takes hold of another row,
   * whose holder alone may change this one.
   */
  amend<T extends Node>(entity: EntityClass<T>, id: string, values: Partial<Omit<T, "id">>): void {
    const meta = this.deps.metadata.get(entity);
    this.#touched.add(meta.tableName);
    this.#amendments.push({ meta: meta as never, id, values });
  }

  /** Takes away a row that `find` gave. */
  remove(row: Node): void {
    this.#touched.add(this.deps.metadata.get(row.constructor as never).tableName);
    this.#trail.removed(row);
    this.#em?.remove(row);
  }

  /**
   * An event and an audit entry, in the same commit. `data` must be what any reader of the subject may see: the event is
   * seen by whoever sees that, and an owned subject has to say by whom it is. The entry says what the subject was before and
   * is after, from its row when this change made, locked or removed it, else by `states`.
   */
  record(kind: string, subject: Subject, data: object = {}, states?: AuditStates): void {
    this.announce(kind, subject, data);
    this.audit(kind, subject, states);
  }

  /** An audit entry alone, for what concerns nobody but those who look after the workspace. */
  audit(action: string, subject: { id: string } | null, states: AuditStates = {}): void {
    this.#trail.note({ actor: this.actor, action, subjectId: subject?.id ?? null, states });
    this.wake(auditTopic);
  }

  /** An event alone, for what nobody decided, such as how a job goes on. */
  announce(kind: string, subject: Subject, data: object = {}): void {
    const { metadata } = this.deps;
    this.#events.push(eventOf(metadata, { actor: this.actor, kind, subject, data, now: this.now }));
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
    const { isInternal } = definition;
    const job = this.create(Job, {
      workspaceId: isInternal ? noWorkspace : this.actor.workspaceId,
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
    if (!isInternal) this.record("job.queued", job, { kind: job.kind });
    this.dispatch(job);
    return job;
  }

  /** Hands a queued job to its queue after the commit. */
  dispatch({ id, lane, runAt, workspaceId, createdById, requestId }: JobTicket): void {
    this.#jobs.push({ id, lane, runAt, workspaceId, createdById, requestId });
  }

  /** To be called by who changes rows of other workspaces than the actor's: caches of all of them hear of it. */
  reachEverywhere(): void {
    this.#touched.isEverywhere = true;
  }

  /** Tells whoever listens to a topic, in any process, to look again after the commit. */
  wake(topic: string): void {
    this.#topics.add(topic);
  }

  /**
   * Takes hold of one row as the change's last step. All of the change depends on it: without that row nothing is written,
   * nobody is woken, and the write ends well all the same.
   */
  hold<T>(statement: Hold): Held<T> {
    if (this.#hold !== undefined) throw new Error("A change has hold of one row already.");
    this.#touched.addStatement(statement.text);
    const held: { row: T | undefined } = { row: undefined };
    this.#hold = { statement, held };
    return held;
  }

  /** True once it is known that the row is not there on which the change depends. */
  get isVoid(): boolean {
    return this.#hold !== undefined && this.#hold.held.row === undefined;
  }

  /** Hears what the statement of `complete` gave: the held row as JSON. */
  settle(held: string | null | undefined): void {
    if (this.#hold !== undefined && held) this.#hold.held.row = JSON.parse(held);
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
   * Called once by the database, as the last step before the commit. A change that only adds rows and takes hold of one
   * has opened no transaction: then it is one statement, which is left to the caller.
   */
  async complete(): Promise<{ committed: Committed; statement: WritingStatement | undefined }> {
    const audits = this.#trail.entries(this.now, this.deps.auditKey);
    const records = [...this.#events, ...audits].map((row): NewRow => {
      const meta = this.deps.metadata.get(row.constructor as never);
      this.#touched.add(meta.tableName);
      return { meta: meta as never, row };
    });
    const committed = {
      jobs: this.#jobs,
      topics: [...this.#topics],
      touched: this.#isUnseen ? [] : this.#touched.topics,
    };
    const hold = this.#hold?.statement;
    const rows = [...this.#made, ...records];
    if (hold !== undefined && rows.length > maxInHold) await this.#open();
    const em = await this.#transaction;
    const last = lastStatement(hold, em === undefined ? rows : records, this.#amendments);
    if (em === undefined) return { committed, statement: last };
    await em.flush();
    if (last !== undefined) {
      const query = CompiledQuery.raw(last.text, last.values);
      const { rows } = await em.getKysely().executeQuery<{ held?: string }>(query);
      this.settle(rows[0]?.held);
    }
    return { committed, statement: undefined };
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
