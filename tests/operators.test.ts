import { ensureAdmin } from "#src/commands/ensure-admin.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

const started: TestAtrium[] = [];
const start = async (env: Record<string, string> = {}) => {
  const atrium = await startAtrium({ withWorkers: false, env });
  started.push(atrium);
  return atrium;
};
afterAll(async () => {
  for (const atrium of started) await atrium.close();
});

const isOperator = async (person: Person) =>
  (await person.query<{ me: { isOperator: boolean | null } }>("{ me { isOperator } }")).me.isOperator;

describe("I6 operators", () => {
  test("the first account runs the installation, the second does not, whatever it owns", async () => {
    const atrium = await start();
    const first = await atrium.signUp();
    const second = await atrium.signUp();
    expect([await isOperator(first), await isOperator(second)]).toEqual([true, false]);
    await first.query("{ cacheStats { hits } }");
    expect(await errorOf(second.query("{ cacheStats { hits } }"))).toMatchObject({
      code: "FORBIDDEN",
      path: ["cacheStats"],
    });
  });

  test("of thirty that sign up at once one is the first", async () => {
    const atrium = await start();
    const people = await Promise.all(Array.from({ length: 30 }, () => atrium.signUp()));
    const operators = await Promise.all(people.map(isOperator));
    expect(operators.filter(Boolean)).toHaveLength(1);
  });

  test("nobody is told who the operators are, but they themselves", async () => {
    const atrium = await start();
    const operator = await atrium.signUp();
    const { createQuote: quote } = await operator.sdk.CreateQuote({ input: { text: "Mine.", author: "I" } });
    const { workspace } = await operator.sdk.Workspace();
    const other = await atrium.signUp({ headers: { "x-workspace-id": workspace.id } });
    await atrium.database.query(
      `insert into membership (id, workspace_id, user_id, role, created_at)
        select 'membership_01jd7z5m3fe0samp1e0ther000', $1, id, 'VIEWER', now() from "user" where email = $2`,
      [workspace.id, other.email],
    );
    const query = "query ($id: ID!) { quote(id: $id) { createdBy { username isOperator } } }";
    expect((await other.query<Answer>(query, { id: quote.id })).quote.createdBy.isOperator).toBeNull();
    expect((await operator.query<Answer>(query, { id: quote.id })).quote.createdBy.isOperator).toBe(true);
  });

  test("who is an operator no more loses what that gave, and the open connections, within a second", async () => {
    const atrium = await start();
    const sockets: WebSocket[] = [];
    const operator = await atrium.signUp({ onSocket: (socket) => sockets.push(socket) });
    const ending = operator
      .subscribe("subscription { events { id } }")
      .next()
      .catch(() => {});
    await operator.query("{ cacheStats { hits } }");
    const socket = await eventually(async () => sockets[0], Boolean);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const closed = new Promise<number>((resolve) => socket?.addEventListener("close", ({ code }) => resolve(code)));
    const begun = performance.now();
    await atrium.database.query('update "user" set is_operator = false');
    expect(await closed).toBe(4403);
    expect(performance.now() - begun).toBeLessThan(1_000);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + 1_000 - performance.now())));
    expect(await errorOf(operator.query("{ cacheStats { hits } }"))).toMatchObject({ code: "FORBIDDEN" });
    await operator.query("{ me { id } }");
    await ending;
  });

  test("who writes the settings is one, even where a stranger came first, and the role in a workspace stays what it is", async () => {
    const login = { ATRIUM_ADMIN_EMAIL: "boss@example.com", ATRIUM_ADMIN_PASSWORD: "correct horse battery" };
    const atrium = await start({ ...login, NODE_ENV: "production" });
    const input = { email: login.ATRIUM_ADMIN_EMAIL, password: login.ATRIUM_ADMIN_PASSWORD };
    await atrium.signUp();
    // An account of before, that nobody made an operator.
    const { signUp } = await atrium.stranger.sdk.SignUp({ input });
    expect(signUp.user.email).toBe(input.email);
    await ensureAdmin(atrium.app);
    const rows = await atrium.database.query<{ email: string }>(
      'select email from "user" where is_operator order by id',
    );
    expect(rows.map(({ email }) => email)).toContain(input.email);
    await ensureAdmin(atrium.app);
    const audited = await atrium.database.query(
      "select subject_id, before, after from audit_entry where action = 'user.made_operator' and workspace_id = 'system'",
    );
    expect(audited).toEqual([
      { subject_id: signUp.user.id, before: { isOperator: false }, after: { isOperator: true } },
    ]);

    // Somebody else took the address with a password of their own: they get nothing.
    const taken = await start({ ...login, NODE_ENV: "production" });
    await taken.signUp();
    await taken.stranger.sdk.SignUp({ input: { ...input, password: "another password" } });
    await ensureAdmin(taken.app);
    const operators = await taken.database.query<{ email: string }>('select email from "user" where is_operator');
    expect(operators.map(({ email }) => email)).not.toContain(input.email);
  });
});

interface Answer {
  quote: { createdBy: { username: string; isOperator: boolean | null } };
}
