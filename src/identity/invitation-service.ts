import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Caller } from "./caller.js";
import { Invitation } from "./invitation.js";
import type { InviteMemberInput } from "./invitation-inputs.js";
import type { MailService } from "./mail-service.js";
import { acrossWorkspaces, holdMembers, lockMembers, refuseAbove } from "./member-rules.js";
import { isAbove, Membership, memberTopic, type Role } from "./membership.js";
import { permissionsOf } from "./permissions.js";

export const invitationList = defineList(Invitation, { plural: "invitations" });

const lifeMs = 7 * 86_400_000;
/** Between two mails to one address, in milliseconds. */
const pauseMs = 60_000;
/** Invitations that one person may mail in an hour, in all workspaces: mail goes to people who have not asked for it. */
const mostMails = 100;
const hourMs = 3_600_000;

interface Offered {
  workspaceName: string;
  inviterName: string;
  inviterRole: Role | null;
}

/** Invitations: mailed to an address, good once for 7 days, for the account with that address alone. */
export class InvitationService {
  constructor(
    private readonly database: Database,
    private readonly mails: MailService,
    private readonly address: PublicAddress,
  ) {}

  /** Invites an address, or mails its open invitation anew: with a new secret, role and end. */
  invite(caller: Caller, { email: given, role }: InviteMemberInput): Promise<Invitation> {
    const email = given.toLowerCase();
    const token = `ati_${randomBytes(32).toString("base64url")}`;
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      const own = await holdMembers(change, caller);
      refuseAbove(own, role, "input.role");
      await refuseMember(change, email);
      const open = await change.find(Invitation, { email, acceptedAt: null, revokedAt: null });
      if (open !== null) refuseAbove(own, open.role, "input.email");
      await limitMails(change, open);
      const { now } = change;
      const sent = {
        role,
        invitedById: caller.userId,
        sentAt: now,
        expiresAt: new Date(now.getTime() + lifeMs),
        tokenHash: hashOf(token),
      };
      const invitation = open === null ? change.create(Invitation, { email, ...sent }) : Object.assign(open, sent);
      change.record("member.invited", invitation, { role });
      await this.#mail(change, invitation, token);
      return invitation;
    });
  }

  /** Takes an invitation back. One that was taken back before stays as it is. */
  revoke(caller: Caller, id: string): Promise<Invitation> {
    return this.database.write(acrossWorkspaces(caller), async (change) => {
      const own = await holdMembers(change, caller);
      const invitation = await change.find(Invitation, { id: parseId(id, "invitation") });
      if (invitation === null) throw notFound("invitation", id);
      refuseAbove(own, invitation.role, "id");
      if (invitation.acceptedAt !== null)
        throw new DomainError("CONFLICT", "The invitation was accepted: remove the member instead.", { field: "id" });
      if (invitation.revokedAt !== null) return invitation;
      invitation.revokedAt = change.now;
      change.record("invitation.revoked", invitation);
      return invitation;
    });
  }

  /** Makes the caller a member. Of parallel uses of one token one succeeds. */
  async accept(caller: Caller, token: string): Promise<Membership> {
    const tokenHash = hashOf(token);
    const found = await this.database.row(
      sql<{
        workspaceId: string;
      }>`select workspace_id as "workspaceId" from invitation where token_hash = ${tokenHash}`,
    );
    if (found === undefined) throw notOpen();
    return this.database.write(acrossWorkspaces({ ...caller, ...found }), async (change) => {
      await lockMembers(change);
      const invitation = await change.find(Invitation, { tokenHash });
      if (invitation === null || !(await isOpen(change, invitation))) throw notOpen();
      const [user] = await change.sql(sql<{ email: string }>`select email from "user" where id = ${caller.userId}`);
      if (user?.email !== invitation.email) {
        const message = "The invitation is for another e-mail address: sign in with the account that has it.";
        throw new DomainError("FORBIDDEN", message);
      }
      invitation.acceptedAt = change.now;
      const existing = await change.find(Membership, { userId: caller.userId });
      if (existing !== null) {
        change.audit("invitation.accepted", invitation);
        return existing;
      }
      const { role } = invitation;
      const member = change.create(Membership, { userId: caller.userId, role });
      change.record("member.joined", member, { userId: caller.userId, role, invitationId: invitation.id });
      change.wake(memberTopic(caller.userId));
      return member;
    });
  }

  async #mail(change: Change, { email, invitedById, role, expiresAt }: Invitation, token: string): Promise<void> {
    const offered = await offer(change, invitedById);
    const { workspaceName = "", inviterName = "" } = offered ?? {};
    await this.mails.post(change, {
      to: email,
      // What people chose as names stands in no subject: it is the first thing that is read, and without its context.
      subject: "You are invited to a workspace",
      text: [
        `${inviterName} invites you to the workspace "${workspaceName}" at Atrium, as ${role}. Join with this link:`,
        this.address.link("invitation", token),
        `It is good once, until ${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC, for an account with this e-mail address. If you have none yet, sign up with it first.`,
        "If you do not know why you get this, do nothing.",
      ].join("\n\n"),
    });
  }
}

const hashOf = (token: string) => hash("sha256", token, "base64url");

const notOpen = () =>
  new DomainError(
    "NOT_FOUND",
    "There is no such open invitation: it may have been used, replaced or taken back, or its time is over.",
    { field: "token" },
  );

const offer = async (change: Change, inviterId: string): Promise<Offered | undefined> => {
  const [offered] = await change.sql(sql<Offered>`
    select w.name as "workspaceName", u.username as "inviterName", m.role as "inviterRole"
    from workspace w join "user" u on u.id = ${inviterId} and u.is_active
      left join membership m on m.workspace_id = w.id and m.user_id = u.id
    where w.id = ${change.actor.workspaceId}`);
  return offered;
};

/** Whoever invited must still be one who could: else who was sent away could have left a way back in. */
const isOpen = async (change: Change, invitation: Invitation): Promise<boolean> => {
  const { acceptedAt, revokedAt, expiresAt, invitedById, role } = invitation;
  if (acceptedAt !== null || revokedAt !== null || expiresAt <= change.now) return false;
  const { inviterRole = null } = (await offer(change, invitedById)) ?? {};
  return inviterRole !== null && permissionsOf(inviterRole, false).has("member:manage") && !isAbove(role, inviterRole);
};

/** Members see each other anyway; of everybody else nothing is told. */
const refuseMember = async (change: Change, email: string): Promise<void> => {
  const [member] = await change.sql(sql`
    select 1 from membership m join "user" u on u.id = m.user_id
    where m.workspace_id = ${change.actor.workspaceId} and u.email = ${email}`);
  if (member !== undefined)
    throw new DomainError("CONFLICT", "A member has this e-mail address already.", { field: "input.email" });
};

const limitMails = async (change: Change, open: Invitation | null): Promise<void> => {
  const { now, actor } = change;
  if (open !== null) refuseUntil(new Date(open.sentAt.getTime() + pauseMs), now, 1);
  const since = new Date(now.getTime() - hourMs);
  const [{ sent, oldest } = { sent: 0, oldest: null }] = await change.sql(
    sql<{ sent: number; oldest: string | null }>`select count(*)::int as sent, min(sent_at) as oldest
      from invitation where invited_by_id = ${actor.userId} and sent_at > ${since}`,
  );
  if (sent >= mostMails && oldest !== null) refuseUntil(new Date(new Date(oldest).getTime() + hourMs), now, mostMails);
};

const refuseUntil = (resetAt: Date, now: Date, limit: number): void => {
  const seconds = Math.ceil((resetAt.getTime() - now.getTime()) / 1_000);
  if (seconds <= 0) return;
  throw new DomainError("RATE_LIMITED", `Invitations were mailed only just now: try again in ${seconds} s.`, {
    limit,
    remaining: 0,
    resetAt: resetAt.toISOString(),
    retryAfter: seconds,
  });
};
