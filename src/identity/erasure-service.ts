import { sql } from "kysely";
import { z } from "zod";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError, unauthenticated } from "#src/platform/errors.js";
import type { Job } from "#src/platform/job.js";
import { eraseRows, type OtherPersonalData, type PersonalData } from "#src/platform/personal-data.js";
import type { Run } from "#src/platform/run.js";
import { workspaceTables } from "#src/platform/workspace-tables.js";
import { erasedLetter } from "./account-mails.js";
import { normalEmail } from "./address-service.js";
import type { Caller } from "./caller.js";
import type { MailService } from "./mail-service.js";
import { checkPassword } from "./passwords.js";
import type { EraseAccountInput } from "./privacy-inputs.js";
import type { UserService } from "./user-service.js";

/** Belongs to the installation: it goes on when its actor's sessions and workspaces are gone. */
export const EraseAccount = defineJob("privacy.erase", z.object({}), {
  lane: "batch",
  attempts: 10,
  isInternal: true,
});

interface Account {
  email: string;
  passwordHash: string;
  isActive: boolean;
  isOperator: boolean;
}

/** Takes a person out of the installation for good (GDPR, article 17). docs/privacy.md says what goes and what stays. */
export class ErasureService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly mails: MailService,
    private readonly personalData: readonly (PersonalData | OtherPersonalData)[],
  ) {}

  /** Shuts the account at once; the job does the rest. */
  async request(caller: Caller, { password, confirmEmail }: EraseAccountInput): Promise<Job> {
    const { userId } = caller;
    const account = await this.database.row(this.#account(userId));
    if (!(await checkPassword(account?.passwordHash, password)))
      throw badInput("is not your password.", "input.password");
    if (account?.email !== normalEmail(confirmEmail)) throw badInput("is not your address.", "input.confirmEmail");
    return this.database.write(asSystem(caller), async (change) => {
      await this.#refuseLast(change, userId);
      await this.users.end(change, userId);
      const states = { before: { isActive: true }, after: { isActive: false } };
      change.record("user.erasure_requested", { id: userId }, {}, states);
      return change.enqueue(EraseAccount, {});
    });
  }

  /** All of it in one commit. Safe to repeat. */
  async erase(run: Run): Promise<void> {
    const { userId } = run.actor;
    await run.finish(async (change) => {
      change.reachEverywhere();
      const [account] = await change.sql(sql<Account>`${this.#account(userId)} and erased_at is null for update`);
      if (account === undefined) return undefined;
      await this.#deleteOwnWorkspaces(change, userId);
      for (const held of this.personalData) await eraseRows(this.database, change, held, userId);
      // To the address and to no account: it goes with the other mails after some days.
      await this.mails.post(change, { to: account.email, ...erasedLetter() });
      return undefined;
    });
  }

  #account(userId: string) {
    return sql<Account>`select email, password_hash as "passwordHash", is_active as "isActive",
      is_operator as "isOperator" from "user" where id = ${userId}`;
  }

  /** Workspaces in which nobody else is, with all their rows. */
  async #deleteOwnWorkspaces(change: Change, userId: string): Promise<void> {
    // Held first, then looked at: somebody may just be joining.
    await change.sql(sql`select 1 from workspace w where exists (
      select 1 from membership m where m.workspace_id = w.id and m.user_id = ${userId}) order by w.id for update`);
    const own = await change.sql(sql<{ id: string }>`
      select m.workspace_id as id from membership m where m.user_id = ${userId} and not exists (
        select 1 from membership o where o.workspace_id = m.workspace_id and o.user_id <> ${userId})`);
    const ids = own.map(({ id }) => id);
    if (ids.length === 0) return;
    for (const table of workspaceTables(this.database.metadata))
      await change.sql(sql`delete from ${sql.table(table)} where workspace_id = any(${ids})`);
    await change.sql(sql`delete from workspace where id = any(${ids})`);
  }

  /** Nobody leaves others behind who cannot help themselves. Locks what it looks at, so that of two one stays. */
  async #refuseLast(change: Change, userId: string): Promise<void> {
    const [account] = await change.sql(sql<Account>`${this.#account(userId)} for update`);
    if (!account?.isActive) throw unauthenticated();
    if (account.isOperator) {
      const others = await change.sql(sql`select 1 from "user"
        where is_operator and is_active and id <> ${userId} order by id for update`);
      if (others.length === 0)
        throw new DomainError(
          "CONFLICT",
          "You are the last operator of this installation: make somebody else one first.",
        );
    }
    await change.sql(sql`select 1 from workspace w where exists (select 1 from membership m
      where m.workspace_id = w.id and m.user_id = ${userId} and m.role = 'OWNER') order by w.id for update`);
    const left = await change.sql(sql<{ name: string }>`
      select w.name from membership m join workspace w on w.id = m.workspace_id
      where m.user_id = ${userId} and m.role = 'OWNER' and exists (
        select 1 from membership o where o.workspace_id = w.id and o.user_id <> ${userId}) and not exists (
        select 1 from membership o join "user" u on u.id = o.user_id and u.is_active
          where o.workspace_id = w.id and o.user_id <> ${userId} and o.role = 'OWNER')
      order by w.name limit 10`);
    if (left.length === 0) return;
    const names = left.map(({ name }) => JSON.stringify(name)).join(", ");
    throw new DomainError("CONFLICT", `You are the last owner of ${names}, where others work: hand over first.`);
  }
}
