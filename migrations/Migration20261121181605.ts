import { Migration } from '@mikro-orm/migrations';

export class Migration20261121181605 extends Migration {

  override name = 'Migration20261121181605';

  override up(): void | Promise<void> {
    this.addSql(`create table "single_use_token" ("id" text not null, "user_id" text null, "purpose" text not null, "hash" text not null, "subject" text not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "single_use_token" add constraint "single_use_token_hash_unique" unique ("hash");`);
    this.addSql(`create index "single_use_token_user" on "single_use_token" ("user_id", "purpose");`);
    this.addSql(`create index "single_use_token_expires" on "single_use_token" ("expires_at");`);

    this.addSql(`create table "data_export" ("id" text not null, "user_id" text not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "size" integer not null, "sha256" text not null, "content" text not null, primary key ("id"));`);
    this.addSql(`create index "data_export_expires" on "data_export" ("expires_at");`);
    this.addSql(`create index "data_export_user" on "data_export" ("user_id");`);

    this.addSql(`alter table "user" add "display_name" varchar(100) null, add "bio" text null, add "locale" text not null default 'en', add "time_zone" text not null default 'UTC', add "preferences" jsonb not null default '{}', add "erased_at" timestamptz null;`);
    this.addSql(`alter table "user" alter column "email" type varchar(255) using ("email"::varchar(255));`);
    this.addSql(`alter table "user" alter column "username" type varchar(100) using ("username"::varchar(100));`);
    this.addSql(`create unique index user_username on "user" (lower(username));`);

    this.addSql(`alter table "single_use_token" add constraint "single_use_token_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "data_export" add constraint "data_export_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "single_use_token" cascade;`);
    this.addSql(`drop table if exists "data_export" cascade;`);

    this.addSql(`drop index "user_username";`);
    this.addSql(`alter table "user" drop column "display_name", drop column "bio", drop column "locale", drop column "time_zone", drop column "preferences", drop column "erased_at";`);
    this.addSql(`alter table "user" alter column "email" type text using ("email"::text);`);
    this.addSql(`alter table "user" alter column "username" type text using ("username"::text);`);
  }

}
