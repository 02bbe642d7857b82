import { sql } from "kysely";
import { asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { isUniqueViolation } from "#src/platform/database.js";
import { badInput, unauthenticated } from "#src/platform/errors.js";
import { type AddressService, normalEmail, takenAddress } from "./address-service.js";
import type { Origin } from "./caller.js";
import type { SignInInput, SignUpInput } from "./credentials.js";
import { withFreeUsername } from "./free-username.js";
import { Membership, memberTopic, Role } from "./membership.js";
import { refuseWeakPassword } from "./password-rules.js";
import { checkPassword, hashPassword, isOutdatedHash } from "./passwords.js";
import type { SecondFactorService } from "./second-factor-service.js";
import { type SessionService, selfActor } from "./session-service.js";
import type { SignInLimits } from "./sign-in-limits.js";
import { SignInMethod } from "./sign-in-method.js";
import type { TokenPair } from "./token-pair.js";
import { User } from "./user.js";
import { Workspace } from "./workspace.js";

interface NewAccount {
  readonly email: string;
  readonly username: string;
  /** Null for somebody who comes by an issuer. */
  readonly passwordHash: string | null;
  /** Whether it is known that the address is theirs; else a mail asks. */
  readonly isVerified: boolean;
}

/** Any number: held by the transaction that makes the first account. */
const firstAccountLock = 43;

interface Deps {
  readonly database: Database;
  readonly sessions: SessionService;
  readonly addresses: AddressService;
  readonly secondFactors: SecondFactorService;
  readonly attempts: SignInLimits;
}

/** Accounts: made by signing up, with a workspace of their own, and entered by signing in. */
export class AccountService {
  #isSettled = false;

  constructor(private readonly deps: Deps) {}

  /** The first account of an installation runs it, as does one that is made for that. */
  async signUp(input: SignUpInput, origin: Origin, asOperator = false): Promise<TokenPair> {
    const email = normalEmail(input.email);
    const username = input.username?.trim() ?? (email.split("@")[0] ?? email).slice(0, 90);
    if (username === "") throw badInput("must not be empty.", "input.username");
    refuseWeakPassword(input.password, { email, username }, "input.password");
    const passwordHash = await hashPassword(input.password);
    // The operator's own settings name the address of an operator.
    const account = { email, passwordHash, isVerified: asOperator };
    try {
      return await withFreeUsername(username, input.username != null, (free) =>
        this.deps.database.write(asSystem(selfActor(origin.requestId)), async (change) => {
          const user = await this.create(change, { ...account, username: free }, asOperator);
          return this.deps.sessions.open(change, user, origin, SignInMethod.PASSWORD);
        }),
      );
    } catch (error) {
      throw isUniqueViolation(error) ? takenAddress("input.email") : error;
    }
  }

  /** An account with a workspace of its own: both have the ids of the change's actor, who acts for themselves. */
  async create(change: Change, account: NewAccount, asOperator = false): Promise<User> {
    const { userId, workspaceId } = change.actor;
    const isOperator = asOperator || (await this.#isFirst(change));
    const user = change.create(User, {
      ...account,
      id: userId,
      createdAt: change.now,
      locale: "en",
      timeZone: "UTC",
      preferences: {},
      isActive: true,
      isOperator,
    });
    change.create(Workspace, { id: workspaceId, createdAt: change.now, name: `${account.username}'s workspace` });
    change.create(Membership, { userId: user.id, role: Role.OWNER });
    change.record("user.signed_up", user);
    if (!account.isVerified) await this.deps.addresses.greet(change, user);
    return user;
  }

  /** For whoever signs in with what the settings say of the first login: who writes the settings runs the installation. */
  async makeOperator(userId: string, requestId: string): Promise<void> {
    const actor = { ...selfActor(requestId), userId, workspaceId: noWorkspace };
    await this.deps.database.write(actor, async (change) => {
      const made = await change.sql(sql`update "user" set is_operator = true where id = ${userId} and not is_operator
        returning id`);
      const states = { before: { isOperator: false }, after: { isOperator: true } };
      if (made.length > 0) change.audit("user.made_operator", { id: userId }, states);
      change.wake(memberTopic(userId));
    });
  }

  /** Asked of the database until somebody is there, and never again: nobody is first after that. */
  async #isFirst(change: Change): Promise<boolean> {
    if (this.#isSettled) return false;
    const someone = await this.deps.database.row(sql`select 1 from "user" limit 1`);
    this.#isSettled = someone !== undefined;
    if (this.#isSettled) return false;
    // Of several that come at once, one is the first: the others wait here until they see it.
    await change.sql(sql`select pg_advisory_xact_lock(${firstAccountLock})`);
    const [found] = await change.sql(sql<{ some: boolean }>`select exists (select 1 from "user") as some`);
    return found?.some === false;
  }

  async signIn(input: SignInInput, origin: Origin): Promise<TokenPair> {
    const email = input.email.toLowerCase();
    const attempt = await this.deps.attempts.begin(email, origin.address);
    const found = await this.deps.database.row(sql<{
      id: string;
      passwordHash: string | null;
      isActive: boolean;
      workspaceId: string;
      isKnownNetwork: boolean;
    }>`
      select u.id, u.password_hash as "passwordHash", u.is_active as "isActive", m.workspace_id as "workspaceId",
        exists (select 1 from session s where s.user_id = u.id and s.network = ${attempt.network}) as "isKnownNetwork"
      from "user" u join membership m on m.user_id = u.id where u.email = ${email} order by m.id limit 1`);
    await attempt.from(found?.isKnownNetwork ?? false);
    const matches = await checkPassword(found?.passwordHash, input.password);
    if (!matches || found === undefined || !found.isActive) {
      await attempt.failed();
      const account = found && { userId: found.id, workspaceId: found.workspaceId };
      const denial = { account, attempt: email };
      throw unauthenticated("This e-mail address and password do not belong together.", denial);
    }
    const user = await this.deps.sessions.user(found.id);
    const actor = { ...asSystem(selfActor(origin.requestId)), userId: found.id, workspaceId: found.workspaceId };
    const { passwordHash } = found;
    const renewed =
      passwordHash !== null && isOutdatedHash(passwordHash) ? await hashPassword(input.password) : undefined;
    const tokens = await this.deps.database.write(actor, async (change) => {
      // A password that was changed while this one was checked opens nothing any more.
      const [held] = await change.sql(sql`select 1 from "user"
        where id = ${found.id} and password_hash = ${passwordHash} and is_active for no key update`);
      if (held === undefined) throw wrongCredentials();
      if (renewed !== undefined)
        await change.sql(sql`update "user" set password_hash = ${renewed} where id = ${found.id}`);
      await this.deps.secondFactors.pass(change, user.id, input.code);
      change.record("user.signed_in", user, { method: SignInMethod.PASSWORD });
      return this.deps.sessions.open(change, user, origin, SignInMethod.PASSWORD);
    });
    return Object.assign(tokens, { failedSignIns: await attempt.succeeded(this.deps.database.isRehearsing) });
  }
}

const wrongCredentials = () => unauthenticated("This e-mail address and password do not belong together.");
