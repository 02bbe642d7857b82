import { sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { badInput, unauthenticated } from "#src/platform/errors.js";
import type { Caller } from "./caller.js";
import type { Guesses } from "./guesses.js";
import { checkPassword, hashPassword } from "./passwords.js";
import type { Reauthentication } from "./reauthentication.js";
import type { SecondFactorService } from "./second-factor-service.js";
import type { ReauthenticateInput } from "./second-factor-types.js";
import { type Session, sessionTopic } from "./session.js";
import type { SessionService } from "./session-service.js";
import type { User } from "./user.js";

/** What somebody who is signed in does with their password. */
export class PasswordService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    private readonly secondFactors: SecondFactorService,
    private readonly reauthentication: Reauthentication,
    private readonly guesses: Guesses,
  ) {}

  /** Makes the session of the request a recent one. A found session must not be a place to guess the password at. */
  async reauthenticate(caller: Caller, { password, code }: ReauthenticateInput): Promise<Session> {
    const { userId, sessionId } = caller;
    await this.guesses.take(userId);
    const user = await this.database.row(
      sql<{ passwordHash: string | null }>`select password_hash as "passwordHash" from "user" where id = ${userId}`,
    );
    if (!(await checkPassword(user?.passwordHash, password)))
      throw badInput("This is not your password.", "input.password");
    await this.database.write(caller, async (change) => {
      await this.secondFactors.pass(change, userId, code);
      await change.sql(sql`update session set authenticated_at = ${change.now} where id = ${sessionId}`);
      change.record("user.reauthenticated", { id: userId });
    });
    await this.guesses.forget(userId);
    const session = (await this.sessions.list(caller)).find(({ id }) => id === sessionId);
    if (session === undefined) throw unauthenticated();
    return session;
  }

  /** Sets a new password, or a first one. Every other session of the user ends: one of them may be why. */
  async change(caller: Caller, password: string): Promise<User> {
    await this.reauthentication.require(caller);
    const { userId, sessionId } = caller;
    const passwordHash = await hashPassword(password);
    await this.database.write(caller, async (change) => {
      await change.sql(sql`update "user" set password_hash = ${passwordHash} where id = ${userId}`);
      const ended = await change.sql(sql<{ id: string }>`
        update session set revoked_at = ${change.now}
        where user_id = ${userId} and id <> ${sessionId} and revoked_at is null returning id`);
      for (const { id } of ended) change.wake(sessionTopic(id));
      change.record("user.changed_password", { id: userId });
    });
    return this.sessions.user(userId);
  }
}
