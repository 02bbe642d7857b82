import { writtenTables } from "#src/platform/written-tables.js";

test.each([
  ["select * from quote where id = $1", []],
  ["select 1 from job where id = $1 for update", []],
  ["select 1 from job j for no key update of j", []],
  ['select updated_at, "delete" from quote -- update job set a = 1\n', []],
  ["select 'delete from quote', $$update job set a = 1$$, E'it\\'s; insert into x' /* truncate job */", []],
  ["insert into quote (id) values ($1)", ["quote"]],
  ['INSERT INTO "user" (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET email = $2', ["user"]],
  ['insert into public."Odd ""Name" default values', ['Odd "Name']],
  ["update only session set revoked_at = now()", ["session"]],
  ['update "public"."quote" t set text = $1', ["quote"]],
  ["delete from only quote_favourite where id = $1", ["quote_favourite"]],
  [
    "with old as (delete from a returning *), x as (update b set c = 1 returning 1) insert into d select * from old",
    ["a", "b", "d"],
  ],
  ["with w as (select id from job for update skip locked) update job set a = 1 from w", ["job"]],
  [
    "merge into stock s using sale on true when matched then update set n = 1 when not matched then insert values (1)",
    ["stock"],
  ],
  ["truncate table only a, public.b cascade", ["a", "b"]],
  ["copy measurement (a, b) from stdin", ["measurement"]],
])("H1 what %s writes to", (statement, tables) => {
  expect(writtenTables(statement).toSorted()).toEqual([...tables].sort());
});
