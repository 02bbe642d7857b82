import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import { emailChangedLetter, emailChangeLetter, emailChangeNotice, verificationLetter } from "./account-mails.js";
import type { Caller, Origin } from "./caller.js";
import { personActor } from "./caller.js";
import type { ChangeEmailInput } from "./credentials.js";
import { type MailNotice, mailNotice } from "./mail-notice.js";
import type { MailService } from "./mail-service.js";
import { checkPassword } from "./passwords.js";
import type { SessionService } from "./session-service.js";
import { mailPauseMs, type SingleUseTokens } from "./single-use-tokens.js";
import type { User } from "./user.js";

interface Deps {
  readonly database: Database;
  readonly sessions: SessionService;
  readonly tokens: SingleUseTokens;
  readonly mails: MailService;
  readonly address: PublicAddress;
}

/** E-mail addresses of accounts: confirmed by whoever reads the mail, and changed only to one that is confirmed. */
export class AddressService {
  constructor(private readonly deps: Deps) {}

  /** Mails the link that confirms the address of a new account, in the commit that makes it. */
  async greet(change: Change, user: { id: string; email: string }): Promise<MailNotice> {
    const { tokens, mails, address } = this.deps;
    const issued = await tokens.issue(change, user.id, "verify-email", user.email);
    if (issued === undefined) throw tooSoon();
    const { token, expiresAt } = issued;
    const letter = verificationLetter(address.link("verify", token), expiresAt);
    await mails.post(change, { to: user.email, userId: user.id, ...letter });
    return mailNotice(user.email, expiresAt);
  }

  async requestVerification(caller: Caller): Promise<MailNotice> {
    const user = await this.deps.sessions.user(caller.userId);
    if (user.isVerified) throw new DomainError("CONFLICT", "Your e-mail address is confirmed already.");
    return this.deps.database.write(asSystem(caller), (change) => {
      change.audit("user.verification_requested", user);
      return this.greet(change, user);
    });
  }

  /** Confirms the address that the token was mailed to: the account's own, or the one that it changes to. */
  async verify(token: string, origin: Origin): Promise<User> {
    const { database, tokens, sessions } = this.deps;
    const holder = await tokens.holder(["verify-email", "change-email"], token);
    if (holder === undefined) throw invalidLink("token");
    const { userId, purpose } = holder;
    try {
      await database.write(personActor(holder, origin), async (change) => {
        const confirmed = await tokens.use(change, purpose, token);
        if (confirmed === undefined) throw invalidLink("token");
        if (purpose === "change-email") await this.#move(change, userId, confirmed);
        else {
          await change.sql(sql`update "user" set is_verified = true where id = ${userId} and email = ${confirmed}`);
          const states = { before: { isVerified: false }, after: { isVerified: true } };
          change.record("user.email_verified", { id: userId }, {}, states);
        }
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw takenAddress("token");
      throw error;
    }
    return sessions.user(userId);
  }

  async requestChange(caller: Caller, { email: given, password }: ChangeEmailInput): Promise<MailNotice> {
    const { database, tokens, mails, address } = this.deps;
    const email = normalEmail(given);
    const user = await database.row(sql<{ email: string; passwordHash: string; taken: boolean }>`
      select email, password_hash as "passwordHash",
        exists (select 1 from "user" other where other.email = ${email} and other.id <> ${caller.userId}) as taken
      from "user" where id = ${caller.userId}`);
    if (!(await checkPassword(user?.passwordHash, password))) throw badInput("is not your password.", "input.password");
    if (user === undefined || user.email === email) throw badInput("is your address already.", "input.email");
    if (user.taken) throw takenAddress("input.email");
    return database.write(asSystem(caller), async (change) => {
      const issued = await tokens.issue(change, caller.userId, "change-email", email);
      if (issued === undefined) throw tooSoon();
      const letter = emailChangeLetter(address.link("verify", issued.token), issued.expiresAt);
      await mails.post(change, { to: email, userId: caller.userId, ...letter });
      await mails.post(change, { to: user.email, userId: caller.userId, ...emailChangeNotice(address.url) });
      change.record("user.email_change_requested", { id: caller.userId });
      return mailNotice(given, issued.expiresAt);
    });
  }

  /** Links that were mailed to the old address open nothing from here on. */
  async #move(change: Change, userId: string, email: string): Promise<void> {
    const { tokens, mails, address } = this.deps;
    const [before] = await change.sql(sql<{ email: string }>`select email from "user" where id = ${userId} for update`);
    await change.sql(sql`update "user" set email = ${email}, is_verified = true where id = ${userId}`);
    await tokens.void(change, userId, ["verify-email", "reset-password"]);
    if (before !== undefined)
      await mails.post(change, { to: before.email, userId, ...emailChangedLetter(address.url) });
    change.record("user.email_changed", { id: userId }, {}, { before: before ?? null, after: { email } });
  }
}

/** The form in which addresses are stored and compared. */
export const normalEmail = (email: string): string => email.normalize("NFC").toLowerCase();

export const takenAddress = (field: string) =>
  new DomainError("CONFLICT", "An account with this e-mail address exists already: sign in instead.", { field });

export const invalidLink = (field: string) =>
  badInput("This link has been used, has ended, or was replaced by a newer one: ask for a new one.", field);

const tooSoon = () =>
  new DomainError("RATE_LIMITED", "Such a mail was sent within the last minute: look for it, or ask again later.", {
    retryAfter: mailPauseMs / 1000,
  });
