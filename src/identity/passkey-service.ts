import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { badInput, DomainError, notFound, unauthenticated } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Caller, Origin } from "./caller.js";
import { Passkey, PasskeyChallenge } from "./passkey.js";
import {
  challengeOf,
  type FinishPasskeyRegistrationInput,
  type FinishPasskeySignInInput,
  PasskeyOptions,
  readMade,
  readSigned,
} from "./passkey-types.js";
import type { RecentSignIn } from "./recent-sign-in.js";
import { relyingPartyOf } from "./relying-party.js";
import { nobody, type SessionService, selfActor } from "./session-service.js";
import { SignInMethod } from "./sign-in-method.js";
import type { TokenPair } from "./token-pair.js";
import { verifyMade, verifySigned } from "./verify-passkey.js";
import { requireOtherWayIn } from "./ways-in.js";

/** How long a challenge waits for its signature, in milliseconds. */
const challengeMs = 5 * 60_000;
/** Most passkeys of one user. */
export const mostPasskeys = 50;

/** Passkeys (WebAuthn level 3): made by users who are signed in, and two factors in one when they sign in by them. */
export class PasskeyService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
    private readonly recent: RecentSignIn,
    private readonly address: PublicAddress,
    /** Names of the issuers that open accounts as well. */
    private readonly issuers: readonly string[],
  ) {}

  async list({ userId }: Caller): Promise<Passkey[]> {
    const rows = await this.database.rows(sql<{ createdAt: string; lastUsedAt: string | null }>`
      select id, name, is_backed_up as "isBackedUp", created_at as "createdAt", last_used_at as "lastUsedAt"
      from passkey where user_id = ${userId} order by id limit ${mostPasskeys}`);
    return rows.map((row) =>
      Object.assign(new Passkey(), row, {
        createdAt: new Date(row.createdAt),
        lastUsedAt: row.lastUsedAt === null ? null : new Date(row.lastUsedAt),
      }),
    );
  }

  async startRegistration(caller: Caller): Promise<PasskeyOptions> {
    await this.recent.require(caller);
    const { userId } = caller;
    const { generateRegistrationOptions } = await import("@simplewebauthn/server");
    const user = await this.sessions.user(userId);
    const known = await this.database.rows(
      sql<{ id: string; transports: string[] }>`
        select credential_id as id, transports from passkey where user_id = ${userId} order by id limit ${mostPasskeys}`,
    );
    return this.#start(asSystem(caller), userId, (challenge) =>
      generateRegistrationOptions({
        rpName: "Atrium",
        rpID: this.#party.id,
        userName: user.email,
        userDisplayName: user.username,
        userID: new Uint8Array(Buffer.from(userId)),
        challenge,
        timeout: challengeMs,
        attestationType: "none",
        excludeCredentials: known,
        // Discoverable, so that signing in needs no name; verified, so that it is two factors.
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      }),
    );
  }

  async finishRegistration(caller: Caller, { credential, name }: FinishPasskeyRegistrationInput): Promise<Passkey> {
    await this.recent.require(caller);
    const { userId } = caller;
    const response = readMade(credential);
    const challenge = response && challengeOf(response);
    const isOurs = challenge !== undefined && (await this.#spend(caller.requestId, challenge, userId));
    const made = response && isOurs ? await verifyMade(response, challenge, this.#party) : undefined;
    if (response === undefined || made === undefined)
      throw badInput(
        "This is no passkey that was just asked for: call `startPasskeyRegistration` again.",
        "input.credential",
      );
    try {
      return await this.database.write(asSystem(caller), async (change) => {
        await change.sql(sql`select id from "user" where id = ${userId} for update`);
        const [held] = await change.sql(sql<{ count: string }>`select count(*) from passkey where user_id = ${userId}`);
        if (Number(held?.count) >= mostPasskeys)
          throw new DomainError("CONFLICT", `You have ${mostPasskeys} passkeys: remove one first.`);
        const passkey = change.create(Passkey, {
          ...made,
          userId,
          name,
          counter: String(made.counter),
          transports: response.response.transports ?? [],
        });
        const named = { passkeyId: passkey.id };
        change.record("user.added_passkey", { id: userId }, named, { after: named });
        return passkey;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", "This passkey was added already.", { field: "input.credential" });
    }
  }

  /** Names nobody: a list of somebody's passkeys would tell who has an account. */
  async startSignIn(origin: Origin): Promise<PasskeyOptions> {
    const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
    return this.#start(nobody(origin.requestId), null, (challenge) =>
      generateAuthenticationOptions({
        rpID: this.#party.id,
        challenge,
        timeout: challengeMs,
        userVerification: "required",
      }),
    );
  }

  async finishSignIn({ credential }: FinishPasskeySignInInput, origin: Origin): Promise<TokenPair> {
    const response = readSigned(credential);
    if (response === undefined) throw badInput("This is nothing that a passkey has signed.", "input.credential");
    const challenge = challengeOf(response);
    if (challenge === undefined || !(await this.#spend(origin.requestId, challenge, null))) throw refused();
    const owner = await this.database.row(sql<{ id: string; userId: string; workspaceId: string }>`
      select p.id, p.user_id as "userId", m.workspace_id as "workspaceId"
      from passkey p join "user" u on u.id = p.user_id join membership m on m.user_id = u.id
      where p.credential_id = ${response.id} and u.is_active order by m.id limit 1`);
    const { userHandle } = response.response;
    // The authenticator says whose it thinks it is (WebAuthn level 3, section 7.2, step 6).
    if (owner === undefined || Buffer.from(userHandle ?? "", "base64url").toString() !== owner.userId) throw refused();
    const { id, userId, workspaceId } = owner;
    const user = await this.sessions.user(userId);
    return this.database.write({ ...asSystem(selfActor(origin.requestId)), userId, workspaceId }, async (change) => {
      const [known] = await change.sql(sql<{ credentialId: string; publicKey: string; counter: string }>`
        select credential_id as "credentialId", public_key as "publicKey", counter
        from passkey where id = ${id} for update`);
      const signed = known && (await verifySigned(response, challenge, this.#party, known));
      if (signed === undefined) throw refused();
      await change.sql(sql`
        update passkey set counter = ${signed.counter}, is_backed_up = ${signed.isBackedUp}, last_used_at = ${change.now}
        where id = ${id}`);
      change.record("user.signed_in", user, { method: SignInMethod.PASSKEY });
      return this.sessions.open(change, user, origin, SignInMethod.PASSKEY);
    });
  }

  async rename(caller: Caller, id: string, name: string): Promise<Passkey> {
    const passkey = await this.#own(caller, id);
    await this.database.write(asSystem(caller), async (change) => {
      await change.sql(sql`update passkey set name = ${name} where id = ${passkey.id} and user_id = ${caller.userId}`);
      const named = { passkeyId: passkey.id };
      change.record("user.renamed_passkey", { id: caller.userId }, named, { after: named });
    });
    return Object.assign(passkey, { name });
  }

  async remove(caller: Caller, id: string): Promise<Passkey> {
    await this.recent.require(caller);
    const passkey = await this.#own(caller, id);
    await this.database.write(asSystem(caller), async (change) => {
      await requireOtherWayIn(change, caller.userId, passkey.id, this.issuers);
      await change.sql(sql`delete from passkey where id = ${passkey.id} and user_id = ${caller.userId}`);
      const named = { passkeyId: passkey.id };
      change.record("user.removed_passkey", { id: caller.userId }, named, { before: named });
    });
    return passkey;
  }

  get #party() {
    return relyingPartyOf(this.address.url);
  }

  async #own(caller: Caller, id: string): Promise<Passkey> {
    const passkeyId = parseId(id, "passkey");
    const passkey = (await this.list(caller)).find((own) => own.id === passkeyId);
    if (passkey === undefined) throw notFound("passkey", id);
    return passkey;
  }

  async #start(
    actor: Change["actor"],
    userId: string | null,
    makeOptions: (challenge: Uint8Array<ArrayBuffer>) => Promise<object>,
  ): Promise<PasskeyOptions> {
    const challenge = new Uint8Array(randomBytes(32));
    const options = await makeOptions(challenge);
    return this.database.write(actor, async (change) => {
      const expiresAt = new Date(change.now.getTime() + challengeMs);
      const hash = hashOf(Buffer.from(challenge).toString("base64url"));
      change.create(PasskeyChallenge, { hash, userId, expiresAt });
      if (userId !== null) change.audit("user.began_passkey", { id: userId });
      return Object.assign(new PasskeyOptions(), { options, expiresAt });
    });
  }

  /** True for the one who comes first with a challenge of this user, or of nobody, in time. */
  #spend(requestId: string, challenge: string, userId: string | null): Promise<boolean> {
    return this.database.write(nobody(requestId), async (change) => {
      const spent = await change.sql(sql`
        delete from passkey_challenge where hash = ${hashOf(challenge)} and expires_at > ${change.now}
          and user_id is not distinct from ${userId} returning id`);
      return spent.length > 0;
    });
  }
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64url");

const refused = () => unauthenticated("This passkey did not prove who you are. Start again, or sign in another way.");
