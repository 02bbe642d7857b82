import { Migration } from '@mikro-orm/migrations';

export class Migration20261121180212 extends Migration {

  override name = 'Migration20261121180212';

  override up(): void | Promise<void> {
    this.addSql(`alter table "user" add "workspace_ids" text[] null;`);

    this.addSql(`create or replace function membership_to_user() returns trigger language plpgsql security definer
  set search_path from current as \$\$ begin
    if tg_op <> 'INSERT' then
      update "user" set workspace_ids = array_remove(workspace_ids, old.workspace_id) where id = old.user_id;     end if;     if tg_op <> 'DELETE' then
      update "user" set workspace_ids = array_append(array_remove(workspace_ids, new.workspace_id), new.workspace_id)
      where id = new.user_id;     end if;     return null;   end \$\$;`);
    this.addSql(`create trigger membership_to_user after insert or delete or update of user_id, workspace_id on membership
  for each row execute function membership_to_user();`);
    // By hand: for memberships that are older than the trigger.
    this.addSql(`update "user" u set workspace_ids = array(select m.workspace_id from membership m where m.user_id = u.id);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "membership_to_user" on "membership";`);
    this.addSql(`drop function if exists "membership_membership_to_user_fn"();`);

    this.addSql(`alter table "user" drop column "workspace_ids";`);
  }

}
