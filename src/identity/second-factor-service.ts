import { sql } from "kysely";
import { generateSecret, generateURI, verifySync } from "otplib";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import type { Caller } from "./caller.js";
import type { Guesses } from "./guesses.js";
import type { RecentSignIn } from "./recent-sign-in.js";
import { isRecoveryCode, type RecoveryCodes } from "./recovery-codes.js";
import { NewRecoveryCodes, SecondFactor, TotpSetup } from "./second-factor-types.js";
import { Totp } from "./totp.js";

/** How long a secret waits for its first code, in milliseconds. */
const setupMs = 10 * 60_000;
/** Seconds of one step of RFC 6238; a code of the step before or after is taken as well (section 5.2). */
const stepSeconds = 30;

interface StoredTotp {
  id: string;
  secret: string;
  createdAt: string;
  confirmedAt: string | null;
  lastStep: string | null;
}

interface Deps {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly guesses: Guesses;
  readonly recoveryCodes: RecoveryCodes;
  readonly recent: RecentSignIn;
}

/** The second factor: an authenticator app, and recovery codes for the day on which it is lost. */
export class SecondFactorService {
  constructor(private readonly deps: Deps) {}

  /**
   * Lets a user pass in the caller's transaction, who has proved a first factor there. Without a second factor, at once.
   * Else throws UNAUTHENTICATED with `secondFactor`, unless `code` is right; and RATE_LIMITED after too many wrong ones.
   */
  async pass(change: Change, userId: string, code: string | null | undefined): Promise<void> {
    const totp = await this.#lock(change, userId);
    if (totp?.confirmedAt == null) return;
    if (!code) throw await this.#missing(change, userId);
    await this.#check(change, userId, totp, code, "input.code");
  }

  /** True when a code is asked of this user. */
  async isOn(change: Change, userId: string): Promise<boolean> {
    const found = await change.sql(sql`select 1 from totp where user_id = ${userId} and confirmed_at is not null`);
    return found.length > 0;
  }

  async state({ userId }: Caller): Promise<SecondFactor> {
    const found = await this.deps.database.row(sql<{ totpSince: string; left: string }>`
      select t.confirmed_at as "totpSince",
        (select count(*) from recovery_code r where r.user_id = t.user_id and r.used_at is null) as left
      from totp t where t.user_id = ${userId} and t.confirmed_at is not null`);
    return Object.assign(new SecondFactor(), {
      totpSince: found === undefined ? null : new Date(found.totpSince),
      recoveryCodesLeft: Number(found?.left ?? 0),
    });
  }

  /** A new secret, in place of one that was never confirmed. */
  async start(caller: Caller): Promise<TotpSetup> {
    await this.deps.recent.require(caller);
    const { userId } = caller;
    const secret = generateSecret({ length: 20 });
    return this.deps.database.write(asSystem(caller), async (change) => {
      const existing = await this.#lock(change, userId);
      if (existing?.confirmedAt != null)
        throw new DomainError("CONFLICT", "An authenticator app is set up already: disable it first.");
      const [user] = await change.sql(sql<{ email: string }>`select email from "user" where id = ${userId} for update`);
      await change.sql(sql`delete from totp where user_id = ${userId}`);
      const id = newId("totp");
      const sealed = await this.deps.vault.seal(secret, placeOf(Object.assign(new Totp(), { id }), "secret"));
      change.create(Totp, { id, userId, secret: sealed, createdAt: change.now });
      change.audit("user.began_totp", { id: userId });
      return Object.assign(new TotpSetup(), {
        secret,
        otpauthUrl: generateURI({ issuer: "Atrium", label: user?.email ?? userId, secret }),
        expiresAt: new Date(change.now.getTime() + setupMs),
      });
    });
  }

  /** Turns it on, with a code that shows that the app has the secret. */
  async confirm(caller: Caller, code: string): Promise<NewRecoveryCodes> {
    await this.deps.recent.require(caller);
    const { userId } = caller;
    return this.deps.database.write(asSystem(caller), async (change) => {
      const totp = await this.#lock(change, userId);
      if (totp === undefined || totp.confirmedAt !== null)
        throw new DomainError("CONFLICT", "No authenticator app waits for its first code: call `startTotp` first.");
      if (change.now.getTime() - new Date(totp.createdAt).getTime() > setupMs)
        throw new DomainError("CONFLICT", "The secret is older than 10 minutes: call `startTotp` again.");
      if (isRecoveryCode(code)) throw badInput("A code of the app has 6 digits.", "input.code");
      await this.#check(change, userId, totp, code, "input.code");
      await change.sql(sql`update totp set confirmed_at = ${change.now} where id = ${totp.id}`);
      const codes = await this.deps.recoveryCodes.replace(change, userId);
      change.record("user.enabled_totp", { id: userId }, {}, { before: { totp: false }, after: { totp: true } });
      return Object.assign(new NewRecoveryCodes(), { codes });
    });
  }

  async disable(caller: Caller): Promise<SecondFactor> {
    await this.deps.recent.require(caller);
    await this.deps.database.write(asSystem(caller), async (change) => {
      const removed = await change.sql(sql`delete from totp where user_id = ${caller.userId} returning id`);
      await this.deps.recoveryCodes.remove(change, caller.userId);
      const states = { before: { totp: true }, after: { totp: false } };
      if (removed.length > 0) change.record("user.disabled_totp", { id: caller.userId }, {}, states);
    });
    return this.state(caller);
  }

  async regenerate(caller: Caller): Promise<NewRecoveryCodes> {
    await this.deps.recent.require(caller);
    return this.deps.database.write(asSystem(caller), async (change) => {
      const totp = await this.#lock(change, caller.userId);
      if (totp?.confirmedAt == null)
        throw new DomainError("CONFLICT", "Recovery codes stand in for an authenticator app: set one up first.");
      const codes = await this.deps.recoveryCodes.replace(change, caller.userId);
      change.record("user.replaced_recovery_codes", { id: caller.userId });
      return Object.assign(new NewRecoveryCodes(), { codes });
    });
  }

  async #lock(change: Change, userId: string): Promise<StoredTotp | undefined> {
    const [totp] = await change.sql(sql<StoredTotp>`
      select id, secret, created_at as "createdAt", confirmed_at as "confirmedAt", last_step as "lastStep"
      from totp where user_id = ${userId} for update`);
    return totp;
  }

  async #missing(change: Change, userId: string): Promise<DomainError> {
    const [counts] = await change.sql(sql<{ codes: boolean; passkeys: boolean }>`
      select exists (select 1 from recovery_code where user_id = ${userId} and used_at is null) as codes,
        exists (select 1 from passkey where user_id = ${userId}) as passkeys`);
    const secondFactor = [
      "TOTP",
      ...(counts?.codes ? ["RECOVERY_CODE"] : []),
      ...(counts?.passkeys ? ["PASSKEY"] : []),
    ];
    return new DomainError(
      "UNAUTHENTICATED",
      "This account has a second factor: send the same with `code`, or sign in by a passkey.",
      { field: "input.code", secondFactor },
    );
  }

  /** Spends the code, or throws. The row of the app is locked, so of many with one code the first one has it. */
  async #check(change: Change, userId: string, totp: StoredTotp, code: string, field: string): Promise<void> {
    if (this.deps.database.isRehearsing)
      throw badInput("A code cannot be tried out: send it without `Dry-Run`.", field);
    await this.deps.guesses.take(userId);
    const isRight = isRecoveryCode(code)
      ? totp.confirmedAt !== null && (await this.deps.recoveryCodes.spend(change, userId, code))
      : await this.#spendStep(change, totp, code);
    if (!isRight) throw new DomainError("UNAUTHENTICATED", "This code is not right, or was used already.", { field });
    if (isRecoveryCode(code)) change.record("user.used_recovery_code", { id: userId });
    await this.deps.guesses.forget(userId);
  }

  async #spendStep(change: Change, totp: StoredTotp, code: string): Promise<boolean> {
    if (!/^\d{6}$/.test(code)) return false;
    const secret = await this.deps.vault.open(totp.secret, placeOf(Object.assign(new Totp(), totp), "secret"));
    const epoch = Math.floor(this.deps.clock.now().getTime() / 1000);
    const checked = verifySync({ secret, token: code, epoch, epochTolerance: stepSeconds });
    if (!checked.valid || !("timeStep" in checked)) return false;
    // Good once (RFC 6238, section 5.2), and nothing older than the last one.
    if (totp.lastStep !== null && checked.timeStep <= Number(totp.lastStep)) return false;
    await change.sql(sql`update totp set last_step = ${checked.timeStep} where id = ${totp.id}`);
    return true;
  }
}
