import { sql } from "kysely";
import { z } from "zod";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import { defineJob } from "#src/platform/define-job.js";
import { DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import type { Logger } from "#src/platform/logger.js";
import type { Run } from "#src/platform/run.js";
import type { Vault } from "#src/platform/vault.js";
import { Mail, MailStatus, mailDays } from "./mail.js";
import type { MailTransport } from "./smtp-transport.js";

/** Some twenty minutes of attempts: mail servers restart, and greylist who they meet for the first time. */
export const DeliverMail = defineJob("mail.deliver", z.object({ id: z.string() }), {
  lane: "system",
  attempts: 8,
  backoffMs: 10_000,
  timeoutMs: 90_000,
  isInternal: true,
});

/** A mail to write. */
export interface NewMail {
  readonly to: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
  /** Whose account it is about: it goes with the account. */
  readonly userId?: string;
}

/** A mail as the operator's command line shows it. */
export interface ReadMail {
  readonly id: string;
  readonly createdAt: Date;
  readonly status: MailStatus;
  readonly lastError: string | null;
  readonly to: string;
  readonly subject: string;
  /** Nothing once it was sent. */
  readonly text: string | null;
}

interface Sealed {
  id: string;
  status: MailStatus;
  recipient: string;
  subject: string;
  text: string | null;
  lastError: string | null;
  createdAt: string;
}

/** Mails: written in the commit of what they tell of, sent by a job, or kept where there is no mail server. */
export class MailService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly transport: MailTransport | undefined,
    private readonly logger: Logger,
  ) {}

  /** A mail that goes out if and only if the caller's transaction commits. */
  async post(change: Change, { to, subject, text, userId }: NewMail): Promise<Mail> {
    const id = newId("mail");
    const status = this.transport === undefined ? MailStatus.KEPT : MailStatus.QUEUED;
    const mail = change.create(Mail, {
      id,
      userId: userId ?? null,
      recipient: await this.vault.seal(to, place(id, "recipient")),
      subject: await this.vault.seal(subject, place(id, "subject")),
      text: await this.vault.seal(text, place(id, "text")),
      status,
      createdAt: change.now,
      expiresAt: new Date(change.now.getTime() + mailDays * dayMs),
    });
    if (status === MailStatus.QUEUED) change.enqueue(DeliverMail, { id });
    else if (!this.database.isRehearsing)
      this.logger.warn({ mailId: id }, "a mail waits here, for SMTP_URL is not set: `npx atrium mail` prints it");
    return mail;
  }

  /**
   * Sends a mail once, or twice when the worker is killed between the server's word and the commit: then both have the
   * same Message-ID.
   */
  async deliver(run: Run, id: string): Promise<void> {
    const [mail] = await this.#read(sql`id = ${id}`, 1);
    // Gone with its account, or sent by the attempt before.
    if (mail?.status !== MailStatus.QUEUED || mail.text === null) return;
    if (this.transport === undefined) return this.#set(run, id, { status: MailStatus.KEPT, lastError: null });
    try {
      await this.transport.send({ ...mail, text: mail.text });
    } catch (error) {
      const isTransient = !(error instanceof DomainError) || error.transient;
      const isLast = !isTransient || run.job.failures + 1 >= DeliverMail.attempts;
      const lastError = error instanceof DomainError ? error.message : "Something failed inside Atrium.";
      await this.#set(run, id, { status: isLast ? MailStatus.FAILED : MailStatus.QUEUED, lastError });
      if (isLast) this.logger.error({ mailId: id, lastError }, "a mail could not be sent");
      throw error;
    }
    await run.finish(async (change) => {
      await change.sql(sql`update mail set status = ${MailStatus.SENT}, text = null, last_error = null,
        sent_at = ${change.now} where id = ${id}`);
      return undefined;
    });
  }

  /** The newest mails, the newest last; only those to one address when it is given. For the operator alone. */
  async last(count: number, to?: string): Promise<ReadMail[]> {
    const mails = await this.#read(sql`true`, to === undefined ? count : 1_000);
    return mails
      .filter((mail) => to === undefined || mail.to === to.toLowerCase())
      .slice(0, count)
      .reverse();
  }

  #set(run: Run, id: string, { status, lastError }: { status: MailStatus; lastError: string | null }): Promise<void> {
    return this.database.write(run.actor, async (change) => {
      await change.sql(sql`update mail set status = ${status}, last_error = ${lastError} where id = ${id}`);
    });
  }

  async #read(condition: ReturnType<typeof sql>, limit: number): Promise<ReadMail[]> {
    const rows = await this.database.rows(sql<Sealed>`
      select id, status, recipient, subject, text, last_error as "lastError", created_at as "createdAt"
      from mail where ${condition} order by id desc limit ${limit}`);
    return Promise.all(rows.map((row) => this.#open(row)));
  }

  async #open({ id, status, lastError, createdAt, recipient, subject, text }: Sealed): Promise<ReadMail> {
    return {
      id,
      status,
      lastError,
      createdAt: new Date(createdAt),
      to: await this.vault.open(recipient, place(id, "recipient")),
      subject: await this.vault.open(subject, place(id, "subject")),
      text: text === null ? null : await this.vault.open(text, place(id, "text")),
    };
  }
}

const place = (row: string, column: string) => ({ table: "mail", row, column, workspaceId: null });
