import { Migration } from '@mikro-orm/migrations';

export class Migration20261121184556 extends Migration {

  override name = 'Migration20261121184556';

  override up(): void | Promise<void> {
    this.addSql(`create table "access_grant" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "resource_id" text not null, "user_id" text not null, "level" text not null, "granted_by_id" text not null, "owner_id" text not null, "manager_ids" text[] null, primary key ("id"));`);
    this.addSql(`create index "access_grant_user_id_index" on "access_grant" ("user_id");`);
    this.addSql(`alter table "access_grant" add constraint "access_grant_resource_user" unique ("resource_id", "user_id");`);

    this.addSql(`alter table "event" add "visibility" text not null default 'WORKSPACE', add "owner_id" text null;`);
    this.addSql(`create index "event_subject" on "event" ("subject_id");`);

    this.addSql(`alter table "job" add "visibility" text not null default 'WORKSPACE';`);
    this.addSql(`alter table "job" add constraint "job_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "generation" add "visibility" text not null default 'WORKSPACE';`);
    this.addSql(`alter table "generation" add constraint "generation_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "user" add "workspace_ids" text[] null;`);

    this.addSql(`alter table "quote" add "visibility" text not null default 'WORKSPACE';`);
    this.addSql(`alter table "quote" add constraint "quote_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "quote_favourite" add "visibility" text not null default 'WORKSPACE';`);

    this.addSql(`create or replace function membership_to_user() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as \$\$ begin
    if tg_op <> 'INSERT' then
      update "user" set workspace_ids = array_remove(workspace_ids, old.workspace_id) where id = old.user_id;     end if;     if tg_op <> 'DELETE' then
      update "user" set workspace_ids = array_append(array_remove(workspace_ids, new.workspace_id), new.workspace_id)
      where id = new.user_id;     end if;     if tg_op = 'DELETE' then
      delete from access_grant where workspace_id = old.workspace_id and user_id = old.user_id;     end if;     return null;   end \$\$;`);
    this.addSql(`create trigger membership_to_user after insert or delete or update of user_id, workspace_id on membership
  for each row execute function membership_to_user();`);
    // By hand: for memberships that are older than the trigger.
    this.addSql(`update "user" u set workspace_ids = array(select m.workspace_id from membership m where m.user_id = u.id);`);

    this.addSql(`alter table "access_grant" add constraint "access_grant_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "access_grant" add constraint "access_grant_granted_by_id_foreign" foreign key ("granted_by_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "access_grant" add constraint "access_grant_level_check" check ("level" in ('READ', 'WRITE', 'MANAGE'));`);
    this.addSql(`create or replace function access_grant_managers() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as \$\$ begin
    update access_grant set manager_ids = array(select g.user_id from access_grant g
      where g.resource_id = coalesce(new.resource_id, old.resource_id) and g.level = 'MANAGE')
    where resource_id = coalesce(new.resource_id, old.resource_id);     return null;   end \$\$;`);
    this.addSql(`create trigger access_grant_managers after insert or delete or update of level on access_grant
  for each row execute function access_grant_managers();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "access_grant_managers" on "access_grant";`);
    this.addSql(`drop function if exists "access_grant_access_grant_managers_fn"();`);
    this.addSql(`drop table if exists "access_grant" cascade;`);

    this.addSql(`drop index "event_subject";`);
    this.addSql(`alter table "event" drop column "visibility", drop column "owner_id";`);

    this.addSql(`alter table "generation" drop constraint "generation_visibility_check";`);
    this.addSql(`alter table "generation" drop column "visibility";`);

    this.addSql(`alter table "job" drop constraint "job_visibility_check";`);
    this.addSql(`alter table "job" drop column "visibility";`);

    this.addSql(`drop trigger if exists "membership_to_user" on "membership";`);
    this.addSql(`drop function if exists "membership_membership_to_user_fn"();`);

    this.addSql(`alter table "quote" drop constraint "quote_visibility_check";`);
    this.addSql(`alter table "quote" drop column "visibility";`);

    this.addSql(`alter table "quote_favourite" drop column "visibility";`);

    this.addSql(`alter table "user" drop column "workspace_ids";`);
  }

}
