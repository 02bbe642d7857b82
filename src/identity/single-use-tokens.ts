import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import { noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { newId } from "#src/platform/ids.js";
import type { Vault } from "#src/platform/vault.js";
import { SingleUseToken, type TokenPurpose, tokenLifeMs } from "./single-use-token.js";

/** Nobody is mailed the same kind of link more often, in milliseconds: else it would be a way to flood a mailbox. */
export const mailPauseMs = 60_000;

interface Issued {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Whom a token belongs to that is still good. */
export interface Holder {
  readonly userId: string;
  /** The user's first workspace. */
  readonly workspaceId: string;
  readonly purpose: TokenPurpose;
}

/** Secrets that are mailed and good once: for a while, until they are used, or until the next one of their purpose. */
export class SingleUseTokens {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /**
   * A new token for a user, which makes those before it void. Nothing when the last one is younger than a minute. Holds
   * the user's row until the end of the transaction.
   */
  async issue(change: Change, userId: string, purpose: TokenPurpose, address: string): Promise<Issued | undefined> {
    await change.sql(sql`select 1 from "user" where id = ${userId} for update`);
    const [recent] = await change.sql(sql`select 1 from single_use_token where user_id = ${userId}
      and purpose = ${purpose} and used_at is null and created_at > ${new Date(change.now.getTime() - mailPauseMs)}`);
    if (recent !== undefined) return undefined;
    await this.void(change, userId, [purpose]);
    const token = `ast_${randomBytes(32).toString("base64url")}`;
    const { expiresAt } = await this.#store(change, userId, purpose, address, token);
    return { token, expiresAt };
  }

  /** Notes an address of which nobody knows yet whether it has an account. Gives the row. */
  note(change: Change, purpose: TokenPurpose, address: string): Promise<SingleUseToken> {
    return this.#store(change, null, purpose, address, randomBytes(32).toString("base64url"));
  }

  /** The address of a row that `note` gave; nothing once it has expired. */
  async noted(id: string): Promise<string | undefined> {
    const row = await this.database.row(sql<{ subject: string }>`select subject from single_use_token
      where id = ${id} and user_id is null and expires_at > ${this.clock.now()}`);
    return row && this.vault.open(row.subject, place(id));
  }

  /** Looks whose token this is without using it. */
  holder(purposes: readonly TokenPurpose[], token: string): Promise<Holder | undefined> {
    return this.database.row(sql<Holder>`
      select t.user_id as "userId", t.purpose, coalesce((select m.workspace_id from membership m
        where m.user_id = t.user_id order by m.id limit 1), ${noWorkspace}) as "workspaceId"
      from single_use_token t join "user" u on u.id = t.user_id
      where t.hash = ${hashOf(token)} and t.purpose = any(${purposes as string[]}) and t.used_at is null
        and t.expires_at > ${this.clock.now()} and u.is_active`);
  }

  /** Uses a token and gives its address; nothing when it is not good (any more). Of parallel uses one succeeds. */
  async use(change: Change, purpose: TokenPurpose, token: string): Promise<string | undefined> {
    const [used] = await change.sql(sql<{ id: string; subject: string }>`
      update single_use_token set used_at = ${change.now} where hash = ${hashOf(token)} and purpose = ${purpose}
        and used_at is null and expires_at > ${change.now} returning id, subject`);
    return used && this.vault.open(used.subject, place(used.id));
  }

  async void(change: Change, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
    await change.sql(
      sql`delete from single_use_token where user_id = ${userId} and purpose = any(${purposes as string[]})`,
    );
  }

  async #store(change: Change, userId: string | null, purpose: TokenPurpose, address: string, token: string) {
    const id = newId("single_use_token");
    return change.create(SingleUseToken, {
      id,
      userId,
      purpose,
      hash: hashOf(token),
      subject: await this.vault.seal(address, place(id)),
      createdAt: change.now,
      expiresAt: new Date(change.now.getTime() + tokenLifeMs[purpose]),
    });
  }
}

const hashOf = (token: string) => createHash("sha256").update(token).digest("base64url");

const place = (row: string) => ({ table: "single_use_token", row, column: "subject", workspaceId: null });
