import { sql } from "kysely";
import { z } from "zod";
import { asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput, DomainError, unauthenticated } from "#src/platform/errors.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Run } from "#src/platform/run.js";
import { passwordChangedLetter, resetLetter } from "./account-mails.js";
import { invalidLink, normalEmail } from "./address-service.js";
import { type Caller, type Origin, personActor } from "./caller.js";
import type { ChangePasswordInput, ResetPasswordInput } from "./credentials.js";
import type { Guesses } from "./guesses.js";
import { type MailNotice, mailNotice } from "./mail-notice.js";
import type { MailService } from "./mail-service.js";
import { memberTopic } from "./membership.js";
import { refuseWeakPassword } from "./password-rules.js";
import { checkPassword, hashPassword } from "./passwords.js";
import type { RecentSignIn } from "./recent-sign-in.js";
import type { SessionService } from "./session-service.js";
import { tokenLifeMs } from "./single-use-token.js";
import type { SingleUseTokens } from "./single-use-tokens.js";
import type { User } from "./user.js";
import { removeOtherWaysIn } from "./ways-in.js";

/** `id` is the row that notes the address: no payload holds one. */
export const OfferReset = defineJob("identity.offer_reset", z.object({ id: z.string() }), {
  lane: "system",
  attempts: 5,
  isInternal: true,
});

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly sessions: SessionService;
  readonly tokens: SingleUseTokens;
  readonly mails: MailService;
  readonly address: PublicAddress;
  readonly recent: RecentSignIn;
  readonly guesses: Guesses;
  /** Counts a mail that a stranger asks for. Throws RATE_LIMITED, whether or not the address has an account. */
  readonly countMail: (email: string) => Promise<unknown>;
}

/** Passwords: changed by who knows the old one, and reset by who reads the account's mail. */
export class PasswordService {
  constructor(private readonly deps: Deps) {}

  /**
   * Notes the wish and nothing else: whether there is such an account is looked up by a worker, so that neither the
   * answer nor its time tells.
   */
  async requestReset(email: string, { requestId }: Origin): Promise<MailNotice> {
    const { database, tokens } = this.deps;
    if (email.length > 255) throw badInput("has more than 255 characters.", "email");
    await this.deps.countMail(normalEmail(email));
    const actor = {
      userId: "",
      workspaceId: noWorkspace,
      permissions: new Set<string>(),
      requestId,
      isSystem: true,
    } as const;
    return database.write(actor, async (change) => {
      const noted = await tokens.note(change, "ask-for-reset", normalEmail(email));
      change.enqueue(OfferReset, { id: noted.id });
      // Of the wish and not of an account: whether there is one is not known here.
      change.audit("user.password_reset_requested", noted);
      return mailNotice(email, new Date(change.now.getTime() + tokenLifeMs["reset-password"]));
    });
  }

  /** Mails the link, if there is an account. Safe to repeat: the note goes in the commit that posts the mail. */
  async offerReset(run: Run, id: string): Promise<void> {
    const { database, tokens, mails, address } = this.deps;
    const email = await tokens.noted(id);
    if (email === undefined) return;
    const user = await database.row(sql<{ id: string }>`select id from "user" where email = ${email} and is_active`);
    await run.finish(async (change) => {
      await change.sql(sql`delete from single_use_token where id = ${id}`);
      const issued = user && (await tokens.issue(change, user.id, "reset-password", email));
      if (issued === undefined) return undefined;
      const letter = resetLetter(address.link("reset", issued.token), issued.expiresAt);
      await mails.post(change, { to: email, userId: user?.id ?? "", ...letter });
      return undefined;
    });
  }

  /** Ends all sessions. Who could read the mail has confirmed the address with it. */
  async reset({ token, newPassword }: ResetPasswordInput, origin: Origin): Promise<User> {
    const { database, sessions, tokens, mails, address } = this.deps;
    const holder = await tokens.holder(["reset-password"], token);
    if (holder === undefined) throw invalidLink("input.token");
    const { userId } = holder;
    const user = await sessions.user(userId);
    refuseWeakPassword(newPassword, user, "input.newPassword");
    const passwordHash = await hashPassword(newPassword);
    await database.write(personActor(holder, origin), async (change) => {
      const sentTo = await tokens.use(change, "reset-password", token);
      if (sentTo === undefined) throw invalidLink("input.token");
      await change.sql(sql`update "user" set password_hash = ${passwordHash}, is_verified = is_verified or email = ${sentTo}
        where id = ${userId}`);
      await sessions.endAll(change, userId);
      // Whoever made the account without reading its mail may have left a way back in.
      if (!user.isVerified) {
        change.reachEverywhere();
        await change.sql(sql`update api_key set revoked_at = ${change.now} where created_by_id = ${userId}
          and revoked_at is null`);
        await removeOtherWaysIn(change, userId);
      }
      change.wake(memberTopic(userId));
      await mails.post(change, { to: user.email, userId, ...passwordChangedLetter(address.url) });
      change.record("user.password_reset", { id: userId });
    });
    return sessions.user(userId);
  }

  /**
   * By the old password, or by a sign-in of the last ten minutes, which is how somebody gets a first one who has always
   * come by an issuer. Ends all sessions but the caller's, and links to reset the password that were mailed before.
   */
  async change(caller: Caller, { currentPassword, newPassword }: ChangePasswordInput): Promise<User> {
    const { database, sessions, tokens, mails, address } = this.deps;
    const { userId } = caller;
    const user = await database.row(sql<{ email: string; username: string; passwordHash: string | null }>`
      select email, username, password_hash as "passwordHash" from "user" where id = ${userId}`);
    if (user === undefined) throw unauthenticated();
    if (currentPassword == null) await this.deps.recent.require(caller);
    else await this.#check(userId, user.passwordHash, currentPassword);
    refuseWeakPassword(newPassword, user, "input.newPassword");
    const passwordHash = await hashPassword(newPassword);
    await database.write(asSystem(caller), async (change) => {
      const changed = await change.sql(sql`update "user" set password_hash = ${passwordHash}
        where id = ${userId} and password_hash is not distinct from ${user.passwordHash} returning id`);
      if (changed.length === 0)
        throw new DomainError("CONFLICT", "The password was changed by somebody else meanwhile.");
      await tokens.void(change, userId, ["reset-password"]);
      await sessions.endAll(change, userId, caller.credential.id);
      await mails.post(change, { to: user.email, userId, ...passwordChangedLetter(address.url) });
      change.record("user.password_changed", { id: userId });
    });
    return sessions.user(userId);
  }

  /** Counted: a session that somebody found open must not be a place to guess the password at. */
  async #check(userId: string, passwordHash: string | null, password: string): Promise<void> {
    await this.deps.guesses.take(userId);
    if (!(await checkPassword(passwordHash, password)))
      throw badInput("is not your password.", "input.currentPassword");
    await this.deps.guesses.forget(userId);
  }
}
