import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Bus } from "./bus.js";
import type { Database } from "./database.js";
import { type Job, jobTopic } from "./job.js";
import { holdAttempt, Superseded, type ThreadEntry } from "./job-thread.js";
import { detached } from "./span.js";

/** An attempt that writes to its job's thread. */
export interface Writer {
  readonly job: Readonly<Job>;
  readonly actor: Actor;
  /** Ends the attempt: what it wrote can no longer be stored. */
  stop(reason: Error): void;
}

export interface Piece extends ThreadEntry {
  readonly kind: "text";
  readonly data: { readonly text: string };
}

export interface Step extends ThreadEntry {
  readonly kind: "progressed";
  readonly data: { readonly progress: number };
}

export interface Milestone extends ThreadEntry {
  readonly kind: "step";
  readonly data: { readonly step: string };
}

export type Told = Piece | Step | Milestone;

/** Not stored yet, in order; pieces that follow each other are one. */
type Draft = Told[];

/** Pause between two writes, in milliseconds: many tokens of many jobs become one statement. */
const gatherMs = 20;

/** Stores what running jobs write to their threads. Entries of one attempt are stored one after another. */
export class ThreadWriter {
  /** By attempt: two of one job may meet in one process when the first one has lost it and does not know yet. */
  #drafts = new Map<Writer, Draft>();
  #storing: { drafts: ReadonlyMap<Writer, Draft>; done: Promise<void> } | undefined;
  #running = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  /** Stored within milliseconds, or the writer is stopped. */
  write(writer: Writer, entry: Told): void {
    const draft = this.#drafts.get(writer) ?? [];
    this.#drafts.set(writer, draft);
    const last = draft.at(-1);
    if (entry.kind === "text" && last?.kind === "text")
      draft.splice(-1, 1, { kind: "text", data: { text: last.data.text + entry.data.text } });
    else draft.push(entry);
    // What it stores is of all running jobs, not of the one that happened to begin.
    if (!this.#running) void detached(() => this.#run());
  }

  /** Resolves when everything that this attempt wrote is stored, or its run was stopped. */
  async flush(writer: Writer): Promise<void> {
    while (this.#drafts.has(writer) || this.#storing?.drafts.has(writer)) await this.#store();
  }

  /** Hands back what this attempt wrote and is not stored yet: the caller stores it, or writes it again. */
  async take(writer: Writer): Promise<Draft> {
    while (this.#storing?.drafts.has(writer)) await this.#storing.done;
    const draft = this.#drafts.get(writer) ?? [];
    this.#drafts.delete(writer);
    return draft;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#drafts.size > 0) {
      await this.#store();
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
    }
    this.#running = false;
  }

  /** Joins the writing under way, or starts the next one with all that waits. */
  #store(): Promise<void> {
    if (this.#storing === undefined) {
      const drafts = this.#drafts;
      this.#drafts = new Map();
      const done = this.#insert(drafts).finally(() => {
        this.#storing = undefined;
      });
      this.#storing = { drafts, done };
    }
    return this.#storing.done;
  }

  async #insert(drafts: ReadonlyMap<Writer, Draft>): Promise<void> {
    const texts = new Map<Writer, string>();
    const others: Promise<void>[] = [];
    for (const [writer, draft] of drafts) {
      const [first, ...rest] = draft;
      if (first?.kind === "text" && rest.length === 0) texts.set(writer, first.data.text);
      else others.push(this.#insertSteps(writer, draft));
    }
    await Promise.all(texts.size === 0 ? others : [this.#insertTexts(texts), ...others]);
  }

  /** Progress stands in the job's row too, which queries show. */
  async #insertSteps(writer: Writer, draft: Draft): Promise<void> {
    const { job, actor } = writer;
    try {
      const { row } = await this.database.write(actor, async (change) => {
        change.wake(jobTopic(job.id));
        const set = { set: "progress = coalesce($6::float8, progress)", values: [progressOf(draft)] };
        return change.hold(holdAttempt(job, draft, change.now, set));
      });
      if (row === undefined) writer.stop(new Superseded(job.id));
    } catch (error) {
      writer.stop(error as Error);
    }
  }

  async #insertTexts(texts: ReadonlyMap<Writer, string>): Promise<void> {
    const writers = [...texts.keys()];
    const stored = new Set<string>();
    try {
      // Locked in one order by all processes, so that two of them cannot wait for each other.
      const rows = await this.database.upkeep(sql<{ jobId: string; attempt: number }>`
        with live as (
          select j.id, j.workspace_id, j.attempts, t.text
          from unnest(${writers.map(({ job }) => job.id)}::text[], ${writers.map(({ job }) => job.attempts)}::int[],
            ${[...texts.values()]}::text[]) as t (id, attempt, text)
          join job j on j.id = t.id and j.attempts = t.attempt and j.status = 'RUNNING'
          order by j.id
          for share of j
        )
        insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
        select id, 1 + coalesce((select max(seq) from job_event e where e.job_id = live.id), 0), workspace_id, attempts, 'text',
          jsonb_build_object('text', text), clock_timestamp()
        from live
        returning job_id as "jobId", attempt`);
      for (const { jobId, attempt } of rows) stored.add(keyOf(jobId, attempt));
      this.bus.publish(rows.map(({ jobId }) => jobTopic(jobId)));
    } catch (error) {
      for (const writer of writers) writer.stop(error as Error);
      return;
    }
    for (const writer of writers)
      if (!stored.has(keyOf(writer.job.id, writer.job.attempts))) writer.stop(new Superseded(writer.job.id));
  }
}

/** How far the entries bring the job; nothing when they do not say. */
export const progressOf = (entries: readonly Told[]): number | null =>
  entries.findLast((entry) => entry.kind === "progressed")?.data.progress ?? null;

const keyOf = (jobId: string, attempt: number) => `${jobId}#${attempt}`;
