/** How much there is: the work that docs/bench.md describes. */
export const size = { users: 1_000, authors: 1_000, quotes: 100_000, quoteLength: 120, tags: 50 };

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const digit = (value) => `substr('${alphabet}', 1 + ((${value}) & 31)::int, 1)`;
const digits = (value, count) =>
  Array.from({ length: count }, (_, index) => digit(`(${value}) >> ${5 * (count - 1 - index)}`)).join(" || ");

/** A valid TypeID that depends on nothing but its arguments: the time in 48 bits, version 7, then a hash of the number. */
const idFunction = `
  create or replace function pg_temp.make_id(prefix text, at timestamptz, n bigint) returns text language sql immutable as $$
    select prefix || '_' || ${digits("(extract(epoch from at) * 1000)::bigint", 10)}
      || substr('ef', 1 + (n & 1)::int, 1) || ${digits("hashint8extended(n, 1)", 2)} || '8'
      || ${digits("hashint8extended(n, 2)", 12)}
  $$`;

const begin = "timestamptz '2025-01-01T00:00:00Z'";
/** A number below 1 that looks random and is the same at every run. */
const fraction = (n, salt) => `((hashint8extended(${n}, ${salt}) & 16777215)::float8 / 16777216)`;

/**
 * Fills a migrated database, in which one user has signed up, with that user's workspace: colleagues, quotes with tags, and
 * three favourites a quote on the average. The same rows at every run.
 */
export const seed = async (client) => {
  await client.query(idFunction);
  const { rows } = await client.query(
    `select u.id, m.workspace_id as workspace from "user" u join membership m on m.user_id = u.id order by u.created_at limit 1`,
  );
  const { id: owner, workspace } = rows[0];
  await client.query(`
    insert into "user" (id, email, username, password_hash, is_active, is_verified, created_at)
    select pg_temp.make_id('user', ${begin} + n * interval '1 second', n), 'user' || n || '@bench.localhost', 'user' || n, '', true,
      true, ${begin} + n * interval '1 second'
    from generate_series(1, ${size.users - 1}) n`);
  await client.query(
    `insert into membership (id, workspace_id, created_at, user_id, role)
     select replace(id, 'user_', 'membership_'), $1, created_at, id, 'EDITOR' from "user" where id <> $2`,
    [workspace, owner],
  );
  await client.query(
    `create temp table person as select (row_number() over (order by created_at))::int - 1 as place, id from "user"`,
  );
  await client.query("create unique index on person (place)");
  await client.query("alter table quote add column if not exists tags text[] not null default '{}'");
  await client.query(
    `insert into quote (id, workspace_id, created_at, updated_at, text, author, source, topic, tags, created_by_id)
     select pg_temp.make_id('quote', at, n), $1, at, at,
       left('Quote ' || n || ': ' || repeat(md5(n::text) || ' ', 5), ${size.quoteLength}),
       'Author ' || (floor(${size.authors} * power(${fraction("n", 3)}, 1.5)) + 1), 'USER', 'topic ' || n % 97,
       array['tag ' || n % ${size.tags}, 'tag ' || (n * 7 + 1) % ${size.tags}, 'tag ' || (n * 11 + 3) % ${size.tags}], p.id
     from generate_series(1, ${size.quotes}) n
     cross join lateral (select ${begin} + n * interval '1 minute' as at) t
     join person p on p.place = floor(${size.users} * ${fraction("n", 4)})`,
    [workspace],
  );
  // 0 to 6 a quote, all by different users.
  await client.query(`
    insert into quote_favourite (id, workspace_id, created_at, user_id, quote_id)
    select pg_temp.make_id('quote_favourite', at, q.n * 8 + k), q.workspace_id, at, p.id, q.id
    from (select *, row_number() over (order by created_at) as n from quote) q
    cross join lateral generate_series(1, q.n % 7) k
    cross join lateral (select q.created_at + k * interval '1 second' as at) t
    join person p on p.place = (q.n * 7 + k * 131) % ${size.users}`);
  await client.query("vacuum (analyze, freeze)");
};
