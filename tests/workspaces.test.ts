import { newId } from "#src/platform/ids.js";
import { errorOf, eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { type Member, startTeam, type Team } from "./support/team.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

const day = 86_400_000;

class TestClock {
  #ahead = 0;
  now = () => new Date(Date.now() + this.#ahead);
  pass(ms: number) {
    this.#ahead += ms;
  }
}

let clock: TestClock;
let database: TestDatabase;
let atrium: TestAtrium;
let elsewhere: TestAtrium;

beforeAll(async () => {
  clock = new TestClock();
  database = await createTestDatabase();
  atrium = await startAtrium({ clock, database, withWorkers: false });
  elsewhere = await startAtrium({ clock, database, withWorkers: false });
  // The first account runs the installation, and is not what these tests are about.
  await atrium.signUp();
});
afterAll(async () => {
  await elsewhere.close();
  await atrium.close();
  await database.drop();
});

const signIn = async (person: Person) => {
  const input = { email: person.email, password: person.password };
  person.accessToken = (await atrium.stranger.sdk.SignIn({ input })).signIn.accessToken;
};
/** The secret of the last invitation that was mailed to an address. */
const mailed = async (email: string): Promise<string> => {
  const mails = await atrium.app.mails.last(5, email);
  const token = mails.flatMap(({ text }) => /#invitation=(ati_\S+)/.exec(text ?? "")?.[1] ?? []).at(-1);
  if (token === undefined) throw new Error(`No invitation was mailed to ${email}.`);
  return token;
};
const invite = async (by: Person, email: string, role: "OWNER" | "ADMIN" | "EDITOR" | "VIEWER" = "EDITOR") =>
  (await by.sdk.InviteMember({ input: { email, role } })).inviteMember;
const rolesIn = async (team: Team) =>
  (
    await database.query<{ role: string }>("select role from membership where workspace_id = $1 order by id", [team.id])
  ).map(({ role }) => role);
const socketOf = async (member: Member, url = atrium.url, team?: Team) => {
  const sockets: WebSocket[] = [];
  const there = personAt(url, member, {
    onSocket: (socket) => sockets.push(socket),
    ...(team === undefined ? {} : { headers: { "x-workspace-id": team.id } }),
  });
  const ending = there
    .subscribe("subscription { events { id } }")
    .next()
    .catch(() => {});
  await eventually(
    async () => sockets[0]?.readyState,
    (state) => state === 1,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = new Promise<number>((resolve) => {
    sockets[0]?.addEventListener("close", ({ code }) => resolve(code));
  });
  return { there, closed, ending };
};

describe("I11 workspaces", () => {
  test("one makes and names them, and sees those where one is a member alone", async () => {
    const ann = await atrium.signUp();
    const bob = await atrium.signUp();
    const { createWorkspace: made } = await ann.sdk.CreateWorkspace({ input: { name: " Studio " } });
    expect(made).toMatchObject({ name: "Studio", role: "OWNER" });
    const { workspaces } = await ann.sdk.Workspaces({});
    expect(workspaces).toMatchObject({ totalCount: 2 });
    expect(workspaces.nodes.map(({ name, role }) => [name, role])).toContainEqual(["Studio", "OWNER"]);
    expect((await bob.sdk.Workspaces({})).workspaces.nodes.map(({ id }) => id)).not.toContain(made.id);

    const there = personAt(atrium.url, ann, { headers: { "x-workspace-id": made.id } });
    await there.sdk.CreateQuote({ input: { text: "Over there.", author: "Ann" } });
    expect((await ann.query<{ quotes: { totalCount: number } }>("{ quotes { totalCount } }")).quotes.totalCount).toBe(
      0,
    );
    expect((await there.sdk.UpdateWorkspace({ input: { name: "Atelier" } })).updateWorkspace.name).toBe("Atelier");
    expect((await there.sdk.Workspace()).workspace).toMatchObject({ id: made.id, name: "Atelier" });
    expect((await there.sdk.UpdateWorkspace({ input: {} })).updateWorkspace.name).toBe("Atelier");
    const intruder = personAt(atrium.url, bob, { headers: { "x-workspace-id": made.id } });
    expect(await errorOf(intruder.sdk.UpdateWorkspace({ input: { name: "Mine" } }))).toMatchObject({
      code: "FORBIDDEN",
    });
  });

  test("names are one line of 1 to 100 characters, and nobody owns more than 100 workspaces", async () => {
    const ann = await atrium.signUp();
    for (const name of [
      "",
      "   ",
      "x".repeat(101),
      "two\nlines",
      "bell\u0007",
      "red\u001b[31m",
      "a\u2028b",
      "\u202egnp",
    ]) {
      expect(await errorOf(ann.sdk.CreateWorkspace({ input: { name } }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "input.name" },
      });
    }
    const { me } = await ann.sdk.Me();
    for (let n = 0; n < 99; n += 1)
      await database.query(
        "insert into membership (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, 'OWNER', now())",
        [newId("membership"), newId("workspace"), me.id],
      );
    expect(await errorOf(ann.sdk.CreateWorkspace({ input: { name: "One more" } }))).toMatchObject({ code: "CONFLICT" });
  });

  test("members are listed with their roles, filtered through their users, for members alone", async () => {
    const team = await startTeam(atrium);
    const editor = await team.join("EDITOR");
    await team.join("VIEWER");
    const { members } = await editor.sdk.Members({});
    expect(members.totalCount).toBe(3);
    expect(members.nodes.map(({ role }) => role).sort()).toEqual(["EDITOR", "OWNER", "VIEWER"]);
    const { members: found } = await editor.sdk.Members({
      filter: { role: { in: ["EDITOR", "ADMIN"] }, user: { username: { eq: editor.email.split("@")[0] ?? "" } } },
    });
    expect(found.nodes).toMatchObject([{ role: "EDITOR", user: { id: editor.userId, email: editor.email } }]);
    const ordered = "{ members(orderBy: [{ field: CREATED_AT }]) { nodes { user { id } } } }";
    const listed = await editor.query<{ members: { nodes: { user: { id: string } }[] } }>(ordered);
    expect(listed.members.nodes[0]?.user.id).toBe(team.owner.userId);
    const stranger = await atrium.signUp();
    const [first] = members.nodes;
    const one = await stranger.query<{ membership: unknown }>("query ($id: ID!) { membership(id: $id) { id } }", {
      id: first?.id,
    });
    expect(one.membership).toBeNull();
    expect((await stranger.sdk.Members({})).members.totalCount).toBe(1);
  });
});

describe("I11 invitations", () => {
  test("whoever is invited joins with their role, once", async () => {
    const team = await startTeam(atrium);
    const guest = await atrium.signUp();
    const invitation = await invite(team.owner, guest.email.toUpperCase(), "ADMIN");
    expect(invitation).toMatchObject({ email: guest.email, role: "ADMIN", acceptedAt: null, revokedAt: null });
    expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.sentAt)).toBe(7 * day);
    const token = await mailed(guest.email);
    const { acceptInvitation: member } = await guest.sdk.AcceptInvitation({ token });
    expect(member).toMatchObject({ role: "ADMIN", workspace: { id: team.id } });
    expect((await guest.sdk.Workspaces({})).workspaces.nodes.map(({ id }) => id)).toContain(team.id);
    const there = personAt(atrium.url, guest, { headers: { "x-workspace-id": team.id } });
    expect((await there.sdk.Members({})).members.totalCount).toBe(2);
    expect(await errorOf(guest.sdk.AcceptInvitation({ token }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await errorOf(invite(team.owner, guest.email))).toMatchObject({
      code: "CONFLICT",
      details: { field: "input.email" },
    });
    const { invitations } = await team.owner.sdk.Invitations({ filter: { acceptedAt: { isNull: false } } });
    expect(invitations.nodes).toMatchObject([{ id: invitation.id, email: guest.email }]);
    expect(await errorOf(team.owner.sdk.RevokeInvitation({ id: invitation.id }))).toMatchObject({ code: "CONFLICT" });
  });

  test("of twenty parallel uses of one secret one succeeds", async () => {
    const team = await startTeam(atrium);
    const guest = await atrium.signUp();
    await invite(team.owner, guest.email);
    const token = await mailed(guest.email);
    const there = personAt(elsewhere.url, guest);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? guest : there).sdk.AcceptInvitation({ token })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "NOT_FOUND" });
    expect(await rolesIn(team)).toEqual(["OWNER", "EDITOR"]);
  });

  test("it says the same of an address with an account and of one without", async () => {
    const team = await startTeam(atrium);
    const guest = await atrium.signUp();
    const known = await invite(team.owner, guest.email);
    const unknown = await invite(team.owner, "nobody.at.all@example.com");
    const shape = ({ email: _email, id: _id, sentAt: _sentAt, expiresAt: _expiresAt, ...rest }: typeof known) => rest;
    expect(shape(known)).toEqual(shape(unknown));
    const text = async (email: string) =>
      (await atrium.app.mails.last(1, email))[0]?.text?.replace(/ati_\S+/, "").replace(/until .* UTC/, "");
    expect(await text(guest.email)).toBe(await text("nobody.at.all@example.com"));
    expect(await text(guest.email)).toBeTruthy();
    const events = await database.query<{ event: string }>(
      "select e::text as event from event e where workspace_id = $1",
      [team.id],
    );
    expect(events.length).toBeGreaterThan(1);
    expect(JSON.stringify(events)).not.toContain(guest.email);
    // Whoever signs up with the address afterwards can use it.
    const input = { email: "nobody.at.all@example.com", password: "correct horse battery" };
    const token = await mailed(input.email);
    const { signUp } = await atrium.stranger.sdk.SignUp({ input });
    const late = personAt(atrium.url, { ...input, ...signUp });
    await late.sdk.AcceptInvitation({ token });
    expect(await rolesIn(team)).toEqual(["OWNER", "EDITOR"]);
  });

  test("the secret is stored as a hash, and is nothing to an account with another address", async () => {
    const team = await startTeam(atrium);
    const guest = await atrium.signUp();
    const thief = await atrium.signUp();
    await invite(team.owner, guest.email);
    const token = await mailed(guest.email);
    const rows = await database.query("select i::text as row from invitation i union all select e::text from event e");
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
    expect(await errorOf(thief.sdk.AcceptInvitation({ token }))).toMatchObject({ code: "FORBIDDEN" });
    for (const wrong of ["", "ati_", token.slice(0, -1), token.toUpperCase(), `${token} `, "ati_".padEnd(47, "A")])
      expect(await errorOf(guest.sdk.AcceptInvitation({ token: wrong }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await errorOf(atrium.stranger.sdk.AcceptInvitation({ token }))).toMatchObject({ code: "UNAUTHENTICATED" });
    await guest.sdk.AcceptInvitation({ token });
  });

  test("it ends after seven days, when it is taken back, and when it is mailed anew", async () => {
    const team = await startTeam(atrium);
    const guest = await atrium.signUp();
    const first = await invite(team.owner, guest.email);
    const old = await mailed(guest.email);
    expect(await errorOf(invite(team.owner, guest.email))).toMatchObject({ code: "RATE_LIMITED" });
    clock.pass(61_000);
    const again = await invite(team.owner, guest.email, "VIEWER");
    expect([again.id, again.role]).toEqual([first.id, "VIEWER"]);
    expect(await errorOf(guest.sdk.AcceptInvitation({ token: old }))).toMatchObject({ code: "NOT_FOUND" });
    clock.pass(7 * day + 1_000);
    await Promise.all([signIn(guest), signIn(team.owner)]);
    expect(await errorOf(guest.sdk.AcceptInvitation({ token: await mailed(guest.email) }))).toMatchObject({
      code: "NOT_FOUND",
    });
    const third = await invite(team.owner, guest.email);
    const token = await mailed(guest.email);
    await team.owner.sdk.RevokeInvitation({ id: third.id });
    await team.owner.sdk.RevokeInvitation({ id: third.id });
    expect(await errorOf(guest.sdk.AcceptInvitation({ token }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rolesIn(team)).toEqual(["OWNER"]);
    // What was taken back does not stand in the way of another one.
    const fourth = await invite(team.owner, guest.email);
    expect(fourth.id).not.toBe(third.id);
    await guest.sdk.AcceptInvitation({ token: await mailed(guest.email) });
  });

  test("it is worth nothing once who invited could not do so any more", async () => {
    const team = await startTeam(atrium);
    const admin = await team.join("ADMIN");
    const accomplices = await Promise.all([atrium.signUp(), atrium.signUp(), atrium.signUp()]);
    for (const { email } of accomplices) await invite(admin, email, "ADMIN");
    const tokens = await Promise.all(accomplices.map(({ email }) => mailed(email)));
    const [first, second, third] = accomplices.map(
      (guest, n) => () => guest.sdk.AcceptInvitation({ token: tokens[n] ?? "" }),
    );
    await first?.();
    await team.owner.sdk.AssignRole({ userId: admin.userId, role: "EDITOR" });
    expect(await errorOf(second?.() ?? Promise.resolve())).toMatchObject({ code: "NOT_FOUND" });
    await team.owner.sdk.RemoveMember({ userId: admin.userId });
    expect(await errorOf(third?.() ?? Promise.resolve())).toMatchObject({ code: "NOT_FOUND" });
    expect((await rolesIn(team)).sort()).toEqual(["ADMIN", "OWNER"]);
  });

  test("nobody mails more than a hundred in an hour, in however many workspaces", async () => {
    const team = await startTeam(atrium);
    await invite(team.owner, "first@example.com");
    await database.query(
      `insert into invitation (id, workspace_id, created_at, email, role, invited_by_id, sent_at, expires_at, token_hash)
        select 'invitation_' || n || $1, $1, $3, 'x' || n, 'VIEWER', $2, $3, $3, $1 || n from generate_series(1, 99) n`,
      [newId("workspace"), team.owner.userId, clock.now()],
    );
    const { code, details } = await errorOf(invite(team.owner, "hundred.and.one@example.com"));
    expect(code).toBe("RATE_LIMITED");
    expect(details).toMatchObject({ limit: 100, remaining: 0 });
    expect(details.retryAfter).toBeGreaterThan(3_000);
    expect(await atrium.app.mails.last(1, "hundred.and.one@example.com")).toEqual([]);
  });
});

describe("I11 the end of a workspace", () => {
  test("its owner deletes it by its name: all are out at once, no row of it is left, and no other is touched", async () => {
    const { provider, state } = scriptedProvider({ delayMs: 1_000 });
    const working = await startAtrium({ providers: [provider] });
    const { database } = working;
    try {
      const other = await startTeam(working);
      await other.owner.sdk.CreateQuote({ input: { text: "Stays.", author: "Other" } });
      const team = await startTeam(working);
      const admin = await team.join("ADMIN");
      const { createQuote: quote } = await team.owner.sdk.CreateQuote({ input: { text: "Goes.", author: "Us" } });
      await admin.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id: quote.id });
      await invite(admin, "too.late@example.com");
      const { createApiKey } = await admin.sdk.CreateApiKey({ input: { name: "Bot", scopes: ["quote:read"] } });
      await database.query(
        `insert into quote (id, workspace_id, created_at, updated_at, text, author, source, created_by_id)
          select 'quote_' || n || $1, $1, now(), now(), 'many', 'Bot', 'USER', $2 from generate_series(1, 2500) n`,
        [team.id, team.owner.userId],
      );
      await admin.sdk.GenerateQuote({ input: { topic: "the end" } });
      await eventually(
        async () => state.calls,
        (calls) => calls === 1,
      );
      const { closed, there, ending } = await socketOf(admin, working.url, team);
      const { workspace } = await team.owner.sdk.Workspace();

      expect(await errorOf(admin.sdk.DeleteWorkspace({ name: workspace.name }))).toMatchObject({ code: "FORBIDDEN" });
      for (const name of ["", workspace.name.toUpperCase(), `${workspace.name} `, other.id])
        expect(await errorOf(team.owner.sdk.DeleteWorkspace({ name }))).toMatchObject({
          code: "BAD_USER_INPUT",
          details: { field: "name" },
        });
      const { deleteWorkspace } = await team.owner.sdk.DeleteWorkspace({ name: workspace.name });
      expect(deleteWorkspace).toMatchObject({ id: team.id, name: workspace.name });
      expect(await closed).toBe(4403);
      expect(await errorOf(admin.sdk.Quotes({}))).toMatchObject({ code: "FORBIDDEN" });
      const byKey = personAt(working.url, { ...admin, accessToken: createApiKey.secret });
      expect(await errorOf(byKey.sdk.Quotes({}))).toMatchObject({ code: "UNAUTHENTICATED" });
      expect((await personAt(working.url, admin).sdk.Workspaces({})).workspaces.totalCount).toBe(1);

      // What was recorded for the audit stays.
      const tables = await database.query<{ name: string }>(
        `select table_name as name from information_schema.columns
          where table_schema = 'public' and column_name = 'workspace_id' and table_name not like 'audit\\_%'`,
      );
      expect(tables.length).toBeGreaterThan(8);
      const left = async () => {
        const counts: Record<string, number> = {};
        for (const { name } of tables) {
          const [row] = await database.query<{ n: number }>(
            `select count(*)::int as n from "${name}" where workspace_id = $1`,
            [team.id],
          );
          if (row?.n) counts[name] = row.n;
        }
        return counts;
      };
      await eventually(
        async () => (await database.query("select 1 from workspace where id = $1", [team.id])).length,
        (rows) => rows === 0,
        20_000,
      );
      expect(await left()).toEqual({});
      // What was being written when the workspace ended comes to its end, and to nothing.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(await left()).toEqual({});
      expect((await other.owner.sdk.Quotes({})).quotes.totalCount).toBe(1);
      await there.close();
      await ending;
    } finally {
      await working.close();
    }
  }, 40_000);
});

describe("I6 roles", () => {
  test("nobody gives, takes, offers or ends a role above their own", async () => {
    const team = await startTeam(atrium);
    const admin = await team.join("ADMIN");
    const editor = await team.join("EDITOR");
    const forbidden = { code: "FORBIDDEN" };
    expect(await errorOf(admin.sdk.AssignRole({ userId: admin.userId, role: "OWNER" }))).toMatchObject(forbidden);
    expect(await errorOf(admin.sdk.AssignRole({ userId: editor.userId, role: "OWNER" }))).toMatchObject(forbidden);
    expect(await errorOf(admin.sdk.AssignRole({ userId: team.owner.userId, role: "VIEWER" }))).toMatchObject(forbidden);
    expect(await errorOf(admin.sdk.RemoveMember({ userId: team.owner.userId }))).toMatchObject(forbidden);
    expect(await errorOf(invite(admin, "boss@example.com", "OWNER"))).toMatchObject(forbidden);
    const offered = await invite(team.owner, "partner@example.com", "OWNER");
    expect(await errorOf(admin.sdk.RevokeInvitation({ id: offered.id }))).toMatchObject(forbidden);
    clock.pass(61_000);
    expect(await errorOf(invite(admin, "partner@example.com", "VIEWER"))).toMatchObject(forbidden);
    for (const call of [
      editor.sdk.AssignRole({ userId: editor.userId, role: "ADMIN" }),
      editor.sdk.RemoveMember({ userId: admin.userId }),
      invite(editor, "friend@example.com", "VIEWER"),
      editor.sdk.Invitations({}),
    ])
      expect(await errorOf(call)).toMatchObject(forbidden);
    expect((await rolesIn(team)).sort()).toEqual(["ADMIN", "EDITOR", "OWNER"]);
    // What they may.
    await admin.sdk.AssignRole({ userId: editor.userId, role: "ADMIN" });
    await editor.sdk.AssignRole({ userId: admin.userId, role: "VIEWER" });
    expect((await rolesIn(team)).sort()).toEqual(["ADMIN", "OWNER", "VIEWER"]);
  });

  test("an unknown user, one of another workspace and one who has left are the same", async () => {
    const team = await startTeam(atrium);
    const other = await startTeam(atrium);
    const gone = await team.join("VIEWER");
    await gone.sdk.LeaveWorkspace();
    const messages = new Set<string>();
    for (const userId of [other.owner.userId, gone.userId, newId("user")]) {
      for (const call of [
        team.owner.sdk.AssignRole({ userId, role: "VIEWER" }),
        team.owner.sdk.RemoveMember({ userId }),
      ]) {
        const { code, message } = await errorOf(call);
        expect(code).toBe("NOT_FOUND");
        messages.add(message.replace(userId, "…"));
      }
    }
    expect(messages.size).toBe(1);
    const { id } = await invite(other.owner, "elsewhere@example.com");
    for (const foreign of [id, newId("invitation")])
      expect(await errorOf(team.owner.sdk.RevokeInvitation({ id: foreign }))).toMatchObject({ code: "NOT_FOUND" });
    for (const userId of ["", "user_1", team.id])
      expect(await errorOf(team.owner.sdk.RemoveMember({ userId }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "userId" },
      });
  });

  test("the last owner can neither leave, nor be removed, nor be demoted", async () => {
    const team = await startTeam(atrium);
    const { owner } = team;
    await team.join("ADMIN");
    const conflict = { code: "CONFLICT" };
    expect(await errorOf(owner.sdk.LeaveWorkspace())).toMatchObject(conflict);
    expect(await errorOf(owner.sdk.RemoveMember({ userId: owner.userId }))).toMatchObject(conflict);
    expect(await errorOf(owner.sdk.AssignRole({ userId: owner.userId, role: "ADMIN" }))).toMatchObject(conflict);
    const second = await team.join("OWNER");
    // An owner who cannot sign in is none.
    await database.query('update "user" set is_active = false where id = $1', [second.userId]);
    expect(await errorOf(owner.sdk.LeaveWorkspace())).toMatchObject(conflict);
    await database.query('update "user" set is_active = true where id = $1', [second.userId]);
    expect((await owner.sdk.LeaveWorkspace()).leaveWorkspace.role).toBe("OWNER");
    expect((await rolesIn(team)).sort()).toEqual(["ADMIN", "OWNER"]);
  });

  test("twenty owners who demote each other or leave at once leave one owner", async () => {
    for (const way of ["themselves", "each other", "leave"] as const) {
      const team = await startTeam(atrium);
      const owners = [team.owner];
      for (let n = 1; n < 20; n += 1) owners.push(await team.join("OWNER"));
      const demote = (owner: Member, n: number) => {
        if (way === "leave") return owner.sdk.LeaveWorkspace();
        const userId = (way === "themselves" ? owner : (owners[(n + 1) % 20] ?? owner)).userId;
        return owner.sdk.AssignRole({ userId, role: "VIEWER" });
      };
      const outcomes = await Promise.allSettled(owners.map(demote));
      const left = (await rolesIn(team)).filter((role) => role === "OWNER");
      expect(left.length).toBeGreaterThanOrEqual(1);
      if (way !== "each other") expect(left).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(["CONFLICT", "FORBIDDEN"]).toContain(outcome.reason.code);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(20 - left.length);
    }
  }, 60_000);

  test("a role that is taken ends what needed it within a second, on sockets and for requests, in every process", async () => {
    const team = await startTeam(atrium);
    const editor = await team.join("EDITOR");
    const here = await socketOf(editor, atrium.url, team);
    const there = await socketOf(editor, elsewhere.url, team);
    const input = { text: "Still allowed.", author: "Editor" };
    await here.there.sdk.CreateQuote({ input });
    await there.there.sdk.CreateQuote({ input });
    const begun = performance.now();
    await team.owner.sdk.AssignRole({ userId: editor.userId, role: "VIEWER" });
    expect(await errorOf(here.there.sdk.CreateQuote({ input }))).toMatchObject({
      code: "FORBIDDEN",
      path: ["createQuote"],
    });
    expect(await Promise.all([here.closed, there.closed])).toEqual([4403, 4403]);
    expect(await errorOf(there.there.sdk.CreateQuote({ input }))).toMatchObject({ code: "FORBIDDEN" });
    expect(performance.now() - begun).toBeLessThan(1_000);
    await Promise.all([here.there.sdk.Quotes({}), there.there.sdk.Quotes({})]);
    // More than before ends nothing.
    const open = await socketOf(editor, atrium.url, team);
    await team.owner.sdk.AssignRole({ userId: editor.userId, role: "ADMIN" });
    expect(await Promise.race([open.closed, new Promise((resolve) => setTimeout(resolve, 1_200, "open"))])).toBe(
      "open",
    );
    await open.there.sdk.Invitations({});
    for (const { there: person } of [here, there, open]) await person.close();
  });

  test("a member who is removed is out within a second in every process, with the keys made there, for good", async () => {
    const team = await startTeam(atrium);
    const admin = await team.join("ADMIN");
    const { createApiKey } = await admin.sdk.CreateApiKey({ input: { name: "Bot", scopes: ["quote:read"] } });
    const { secret } = createApiKey;
    const byKey = (url: string) => personAt(url, { ...admin, accessToken: secret }).sdk.Quotes({});
    await byKey(atrium.url);
    await byKey(elsewhere.url);
    const here = await socketOf(admin, atrium.url, team);
    const there = await socketOf(admin, elsewhere.url, team);
    const begun = performance.now();
    expect((await team.owner.sdk.RemoveMember({ userId: admin.userId })).removeMember.role).toBe("ADMIN");
    expect(await errorOf(here.there.sdk.Quotes({}))).toMatchObject({ code: "FORBIDDEN" });
    expect(await errorOf(byKey(atrium.url))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await Promise.all([here.closed, there.closed])).toEqual([4403, 4403]);
    expect(await errorOf(there.there.sdk.Quotes({}))).toMatchObject({ code: "FORBIDDEN" });
    expect(await errorOf(byKey(elsewhere.url))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(performance.now() - begun).toBeLessThan(1_000);
    await invite(team.owner, admin.email, "ADMIN");
    await personAt(atrium.url, admin).sdk.AcceptInvitation({ token: await mailed(admin.email) });
    await here.there.sdk.Quotes({});
    expect(await errorOf(byKey(atrium.url))).toMatchObject({ code: "UNAUTHENTICATED" });
    for (const { there: person } of [here, there]) await person.close();
  });

  test("who loses the last workspace gets one of their own, also when two end at once", async () => {
    const [one, two] = [await startTeam(atrium), await startTeam(atrium)];
    const nomad = await one.join("EDITOR");
    await database.query("update membership set workspace_id = $1 where user_id = $2 and workspace_id <> $3", [
      two.id,
      nomad.userId,
      one.id,
    ]);
    await Promise.all([one, two].map(({ owner }) => owner.sdk.RemoveMember({ userId: nomad.userId })).reverse());
    await signIn(nomad);
    const home = personAt(atrium.url, nomad);
    const { workspaces } = await home.sdk.Workspaces({});
    expect(workspaces.nodes).toMatchObject([{ role: "OWNER" }]);
    await home.sdk.CreateQuote({ input: { text: "At home.", author: "Nomad" } });
  });
});
