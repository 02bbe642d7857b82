import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { isUniqueViolation } from "#src/platform/database.js";
import { DomainError, unauthenticated } from "#src/platform/errors.js";
import type { Origin } from "./caller.js";
import type { SignInInput, SignUpInput } from "./credentials.js";
import { Membership, memberTopic, Role } from "./membership.js";
import { checkPassword, hashPassword } from "./passwords.js";
import { type SessionService, selfActor } from "./session-service.js";
import type { TokenPair } from "./token-pair.js";
import { User } from "./user.js";
import { Workspace } from "./workspace.js";

/** Any number: held by the transaction that makes the first account. */
const firstAccountLock = 43;

/** Accounts: made by signing up, with a workspace of their own, and entered by signing in. */
export class AccountService {
  #isSettled = false;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
  ) {}

  /** The first account of an installation runs it, as does one that is made for that. */
  async signUp(input: SignUpInput, origin: Origin, asOperator = false): Promise<TokenPair> {
    const email = input.email.toLowerCase();
    const username = input.username ?? (email.split("@")[0] ?? email).slice(0, 100);
    const passwordHash = await hashPassword(input.password);
    const actor = selfActor(origin.requestId);
    try {
      return await this.database.write(actor, async (change) => {
        const isOperator = asOperator || (await this.#isFirst(change));
        const user = change.create(User, {
          id: actor.userId,
          createdAt: change.now,
          email,
          username,
          passwordHash,
          isActive: true,
          isVerified: false,
          isOperator,
        });
        change.create(Workspace, { id: actor.workspaceId, createdAt: change.now, name: `${username}'s workspace` });
        change.create(Membership, { userId: user.id, role: Role.OWNER });
        change.record("user.signed_up", user);
        return this.sessions.open(change, user, origin);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new DomainError("CONFLICT", "An account with this e-mail address exists already: sign in instead.", {
          field: "input.email",
        });
      }
      throw error;
    }
  }

  /** For whoever signs in with what the settings say of the first login: who writes the settings runs the installation. */
  async makeOperator(userId: string, requestId: string): Promise<void> {
    const actor = { ...selfActor(requestId), userId, workspaceId: "" };
    await this.database.write(actor, async (change) => {
      await change.sql(sql`update "user" set is_operator = true where id = ${userId} and not is_operator`);
      change.wake(memberTopic(userId));
    });
  }

  /** Asked of the database until somebody is there, and never again: nobody is first after that. */
  async #isFirst(change: Change): Promise<boolean> {
    if (this.#isSettled) return false;
    const someone = await this.database.row(sql`select 1 from "user" limit 1`);
    this.#isSettled = someone !== undefined;
    if (this.#isSettled) return false;
    // Of several that come at once, one is the first: the others wait here until they see it.
    await change.sql(sql`select pg_advisory_xact_lock(${firstAccountLock})`);
    const [found] = await change.sql(sql<{ some: boolean }>`select exists (select 1 from "user") as some`);
    return found?.some === false;
  }

  async signIn(input: SignInInput, origin: Origin): Promise<TokenPair> {
    const found = await this.database.row(sql<{
      id: string;
      passwordHash: string;
      isActive: boolean;
      workspaceId: string;
    }>`
      select u.id, u.password_hash as "passwordHash", u.is_active as "isActive", m.workspace_id as "workspaceId"
      from "user" u join membership m on m.user_id = u.id where u.email = ${input.email.toLowerCase()} order by m.id limit 1`);
    const matches = await checkPassword(found?.passwordHash, input.password);
    if (!matches || found === undefined || !found.isActive) {
      const account = found && { userId: found.id, workspaceId: found.workspaceId };
      const denial = { account, attempt: input.email.toLowerCase() };
      throw unauthenticated("This e-mail address and password do not belong together.", denial);
    }
    const user = await this.sessions.user(found.id);
    const actor = { ...selfActor(origin.requestId), userId: found.id, workspaceId: found.workspaceId };
    return this.database.write(actor, (change) => {
      change.record("user.signed_in", user);
      return this.sessions.open(change, user, origin);
    });
  }
}
