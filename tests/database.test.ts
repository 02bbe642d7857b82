import { errorOf, startAtrium } from "./support/atrium.js";

test("connections that break in the middle of a transaction are replaced, however many they are", async () => {
  const pool = 3;
  const atrium = await startAtrium({ withWorkers: false, env: { ATRIUM_DATABASE_POOL: String(pool) } });
  try {
    const ann = await atrium.signUp();
    await atrium.database.query(`create function break() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`);
    await atrium.database.query("create trigger break before insert on quote for each row execute function break()");
    const create = () => ann.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
    for (let times = 0; times < 2 * pool; times += 1)
      expect(await errorOf(create())).toMatchObject({ code: "INTERNAL" });
    await atrium.database.query("drop trigger break on quote");
    await create();
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(1);
  } finally {
    await atrium.close();
  }
});
