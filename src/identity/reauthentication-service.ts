import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput, unauthenticated } from "#src/platform/errors.js";
import type { Caller } from "./caller.js";
import type { Guesses } from "./guesses.js";
import { checkPassword } from "./passwords.js";
import type { SecondFactorService } from "./second-factor-service.js";
import type { ReauthenticateInput } from "./second-factor-types.js";
import type { Session } from "./session.js";
import type { SessionService } from "./session-service.js";

/** Makes the session of a request a recent one, for what needs that. */
export class ReauthenticationService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    private readonly secondFactors: SecondFactorService,
    private readonly guesses: Guesses,
  ) {}

  /** A session that somebody found open must not be a place to guess the password at: RATE_LIMITED after ten. */
  async reauthenticate(caller: Caller, { password, code }: ReauthenticateInput): Promise<Session> {
    const { userId, credential } = caller;
    await this.guesses.take(userId);
    const user = await this.database.row(
      sql<{ passwordHash: string | null }>`select password_hash as "passwordHash" from "user" where id = ${userId}`,
    );
    if (!(await checkPassword(user?.passwordHash, password))) throw badInput("is not your password.", "input.password");
    await this.database.write(asSystem(caller), async (change) => {
      await this.secondFactors.pass(change, userId, code);
      await change.sql(sql`
        update session set authenticated_at = ${change.now} where id = ${credential.id} and user_id = ${userId}`);
      change.record("user.reauthenticated", { id: userId });
    });
    await this.guesses.forget(userId);
    const session = (await this.sessions.list(caller)).find(({ id }) => id === credential.id);
    if (session === undefined) throw unauthenticated();
    return session;
  }
}
