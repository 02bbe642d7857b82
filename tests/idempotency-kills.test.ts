import { eventually, type Person, personAt, signUpAt, testEnv } from "./support/atrium.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { createTestDatabase } from "./support/test-database.js";

const kills = Number(process.env.CHAOS_KILLS ?? 10);
const mutation = `mutation ($text: String!) {
  createQuote(input: { text: $text, author: "Ann" }) { id createdBy { id } }
  generateQuote(input: { topic: $text }) { id }
}`;

test(
  "J5 however often a process is killed in the middle, a key that is sent until it is answered has its effect once",
  async () => {
    const database = await createTestDatabase();
    const env = testEnv(database);
    // Time to die in: with the effect not yet written, with it written and no answer stored, and with both before the commit.
    for (const [table, when] of [
      ["quote", "before insert"],
      ["idempotency_key", "before update"],
      ["idempotency_key", "after update"],
    ] as const) {
      const name = `slow_${table}_${when.split(" ")[0]}`;
      await database.query(`create function ${name}() returns trigger language plpgsql as
        $$ begin perform pg_sleep(random() * 0.2); return new; end $$`);
      await database.query(`create trigger ${name} ${when} on ${table} for each row execute function ${name}()`);
    }
    const slots: (AtriumProcess | undefined)[] = await Promise.all([spawnAtrium("api", env), spawnAtrium("api", env)]);
    const ann = await signUpAt(slots[0]?.url ?? "");
    const answers = new Map<string, string[]>();
    const ledger = { kills: 0, keys: 0, sent: 0, replayed: 0, unanswered: 0, refused: 0 };

    const sendOnce = async (key: string, url: string): Promise<boolean> => {
      ledger.sent += 1;
      const answer = await send({ ...personAt(url, ann), url }, key).catch(() => undefined);
      if (answer === undefined) ledger.unanswered += 1;
      else if (!answer.text.includes('"createQuote"')) ledger.refused += 1;
      else {
        ledger.replayed += answer.replayed ? 1 : 0;
        answers.set(key, [...(answers.get(key) ?? []), answer.text]);
        return true;
      }
      return false;
    };
    const sendAlways = async () => {
      while (ledger.kills < kills) {
        ledger.keys += 1;
        const key = `key-${ledger.keys}`;
        // Twice, so that every answer has one to be compared with.
        for (let answered = 0; answered < 2; ) {
          const url = slots[Math.floor(Math.random() * slots.length)]?.url;
          if (url !== undefined && (await sendOnce(key, url))) answered += 1;
          else await pause(20);
        }
      }
    };
    const senders = Array.from({ length: 6 }, sendAlways);
    while (ledger.kills < kills) {
      await pause(200 + Math.random() * 600);
      const slot = ledger.kills % slots.length;
      const victim = slots[slot];
      if (victim === undefined) continue;
      slots[slot] = undefined;
      await victim.kill("SIGKILL");
      ledger.kills += 1;
      void spawnAtrium("api", env).then((process) => (slots[slot] = process));
    }
    await Promise.all(senders);
    await eventually(
      async () => slots.filter(Boolean).length,
      (alive) => alive === slots.length,
      60_000,
    );

    const count = (sql: string) => database.query<{ text: string; count: number }>(sql);
    const quotes = await count("select text, count(*)::int from quote group by text");
    const jobs = await count("select payload->>'topic' as text, count(*)::int from job group by 1");
    const events = await count(
      "select data->>'text' as text, count(*)::int from event where kind = 'quote.created' group by 1",
    );
    process.stdout.write(`${JSON.stringify({ ...ledger, quotes: quotes.length })}\n`);
    const once = Array.from({ length: ledger.keys }, (_, n) => ({ text: `key-${n + 1}`, count: 1 }));
    for (const rows of [quotes, jobs, events]) expect(rows.toSorted(byNumber)).toEqual(once);
    for (const { text } of once) {
      expect(answers.get(text)?.length).toBe(2);
      expect(new Set(answers.get(text)).size).toBe(1);
    }
    expect(ledger.unanswered).toBeGreaterThan(kills / 2);
    expect(ledger.replayed).toBeGreaterThanOrEqual(ledger.keys);
    for (const process of slots) await process?.kill("SIGKILL");
    await database.drop();
  },
  60_000 + kills * 8_000,
);

const send = async ({ url, accessToken }: Pick<Person, "url" | "accessToken">, key: string) => {
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${accessToken}`,
      "idempotency-key": key,
    },
    body: JSON.stringify({ query: mutation, variables: { text: key } }),
  });
  return { text: await answer.text(), replayed: answer.headers.has("idempotency-replayed") };
};

const byNumber = (a: { text: string }, b: { text: string }) => Number(a.text.slice(4)) - Number(b.text.slice(4));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
