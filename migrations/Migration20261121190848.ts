import { Migration } from '@mikro-orm/migrations';

export class Migration20261121190848 extends Migration {

  override name = 'Migration20261121190848';

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

    this.addSql(`alter table "access_grant" add constraint "access_grant_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "access_grant" add constraint "access_grant_granted_by_id_foreign" foreign key ("granted_by_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "access_grant" add constraint "access_grant_level_check" check ("level" in ('READ', 'WRITE', 'MANAGE'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "access_grant" cascade;`);

    this.addSql(`drop index "event_subject";`);
    this.addSql(`alter table "event" drop column "visibility", drop column "owner_id";`);

    this.addSql(`alter table "generation" drop constraint "generation_visibility_check";`);
    this.addSql(`alter table "generation" drop column "visibility";`);

    this.addSql(`alter table "job" drop constraint "job_visibility_check";`);
    this.addSql(`alter table "job" drop column "visibility";`);

    this.addSql(`alter table "quote" drop constraint "quote_visibility_check";`);
    this.addSql(`alter table "quote" drop column "visibility";`);

    this.addSql(`alter table "quote_favourite" drop column "visibility";`);

    this.addSql(`alter table "user" drop column "workspace_ids";`);
  }

}
