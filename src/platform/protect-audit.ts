import { createHash } from "node:crypto";
import type { ClientBase } from "pg";

const appendOnly = ["audit_entry", "audit_seal", "audit_checkpoint"];

/**
 * Rows of the audit log can only be added. Retention alone may delete, and says so: `atrium.retention` is set for the one
 * transaction of `audit_prune`. Whoever owns the tables can switch triggers off; that is what the chain is for.
 */
const statements = [
  `create or replace function audit_refuse() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' and coalesce(current_setting('atrium.retention', true), '') = 'on' then return old; end if;
     raise exception '% is append-only', tg_table_name
       using errcode = 'insufficient_privilege', hint = 'Old entries are deleted by audit_prune (docs/audit.md).';
   end $$`,
  ...appendOnly.flatMap((table) => [
    `create or replace trigger ${table}_append_only before update or delete on ${table}
     for each row execute function audit_refuse()`,
    `create or replace trigger ${table}_no_truncate before truncate on ${table}
     for each statement execute function audit_refuse()`,
  ]),
  // The queue of the sealer is filled here, so that an entry that somebody else inserts is in it, too.
  `create or replace function audit_queue() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
   begin
     insert into audit_unsealed (entry_id, workspace_id) values (new.id, new.workspace_id);
     return null;
   end $$`,
  `create or replace trigger audit_entry_queue after insert on audit_entry
   for each row execute function audit_queue()`,
  // What is left begins behind a checkpoint, from which on the chain can still be verified.
  `create or replace function audit_prune(log text, until bigint) returns bigint language plpgsql as $$
   declare pruned bigint;
   begin
     if not exists (select from audit_checkpoint where workspace_id = log and sequence = until) then
       raise exception 'There is no checkpoint at entry % of %', until, log using errcode = 'check_violation';
     end if;
     if not exists (select from audit_seal where workspace_id = log and sequence > until) then
       raise exception 'Entry % is the last one of %', until, log using errcode = 'check_violation';
     end if;
     perform set_config('atrium.retention', 'on', true);
     delete from audit_entry e using audit_seal s
       where s.workspace_id = log and s.sequence <= until and e.id = s.entry_id;
     delete from audit_seal where workspace_id = log and sequence <= until;
     get diagnostics pruned = row_count;
     perform set_config('atrium.retention', '', true);
     return pruned;
   end $$`,
];

const triggers = statements.flatMap((text) => /trigger (\w+) (?:before|after)/.exec(text)?.[1] ?? []);
const version = createHash("sha256").update(statements.join(";")).digest("hex").slice(0, 16);

/** Makes the triggers and functions of the audit log, when they are not there as they should be. Takes the tables' locks then. */
export const protectAudit = async (client: ClientBase): Promise<void> => {
  const { rows } = await client.query<{ there: string; version: string | null }>(
    `select count(*) as there, obj_description(to_regproc('audit_refuse'), 'pg_proc') as version
     from pg_trigger where tgname = any($1) and tgenabled <> 'D'`,
    [triggers],
  );
  if (Number(rows[0]?.there) === triggers.length && rows[0]?.version === version) return;
  await client.query("begin");
  for (const text of statements) await client.query(text);
  for (const name of triggers) {
    const table = /^(audit_(?:entry|seal|checkpoint))/.exec(name)?.[1];
    await client.query(`alter table ${table} enable trigger ${name}`);
  }
  await client.query(`comment on function audit_refuse() is '${version}'`);
  await client.query("commit");
};
