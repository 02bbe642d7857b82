import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { deactivatedLetter } from "./account-mails.js";
import { normalEmail } from "./address-service.js";
import type { Caller } from "./caller.js";
import type { MailService } from "./mail-service.js";
import { memberTopic } from "./membership.js";
import type { SessionService } from "./session-service.js";
import type { User } from "./user.js";

interface Held {
  id: string;
  email: string;
  isActive: boolean;
}

/** What operators do with the accounts of their installation. Data stays whatever they do. */
export class UserService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    private readonly mails: MailService,
  ) {}

  async byEmail(email: string): Promise<User | null> {
    const found = await this.database.row(sql<{ id: string }>`
      select id from "user" where email = ${normalEmail(email)} and erased_at is null`);
    return found === undefined ? null : this.sessions.user(found.id);
  }

  async deactivate(caller: Caller, id: string): Promise<User> {
    const userId = parseId(id, "user");
    if (userId === caller.userId)
      throw new DomainError("CONFLICT", "Nobody deactivates their own account: ask another operator.");
    await this.database.write(asSystem(caller), async (change) => {
      const user = await this.#hold(change, userId);
      if (!user.isActive) return;
      await this.end(change, userId);
      await this.mails.post(change, { to: user.email, userId, ...deactivatedLetter() });
      change.record("user.deactivated", user, {}, { before: { isActive: true }, after: { isActive: false } });
    });
    return this.sessions.user(userId);
  }

  /** They sign in anew; what had ended stays ended. */
  async reactivate(caller: Caller, id: string): Promise<User> {
    const userId = parseId(id, "user");
    await this.database.write(asSystem(caller), async (change) => {
      const user = await this.#hold(change, userId);
      if (user.isActive) return;
      await change.sql(sql`update "user" set is_active = true where id = ${userId}`);
      change.record("user.reactivated", user, {}, { before: { isActive: false }, after: { isActive: true } });
    });
    return this.sessions.user(userId);
  }

  /** Lets nobody act for a user any more: ends their sessions, API keys and mailed links, and every open connection. */
  async end(change: Change, userId: string): Promise<void> {
    change.reachEverywhere();
    await change.sql(sql`update "user" set is_active = false where id = ${userId}`);
    await this.sessions.endAll(change, userId);
    await change.sql(sql`update api_key set revoked_at = ${change.now}
      where created_by_id = ${userId} and revoked_at is null`);
    await change.sql(sql`delete from single_use_token where user_id = ${userId}`);
    change.wake(memberTopic(userId));
  }

  async #hold(change: Change, userId: string): Promise<Held> {
    const [user] = await change.sql(sql<Held>`select id, email, is_active as "isActive" from "user"
      where id = ${userId} and erased_at is null for update`);
    if (user === undefined) throw notFound("user", userId);
    return user;
  }
}
