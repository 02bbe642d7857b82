import { Migration } from '@mikro-orm/migrations';

export class Migration20261121174643 extends Migration {

  override name = 'Migration20261121174643';

  override up(): void | Promise<void> {
    this.addSql(`create table "single_use_token" ("id" text not null, "user_id" text null, "purpose" text not null, "hash" text not null, "subject" text not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "single_use_token" add constraint "single_use_token_hash_unique" unique ("hash");`);
    this.addSql(`create index "single_use_token_user" on "single_use_token" ("user_id", "purpose");`);
    this.addSql(`create index "single_use_token_expires" on "single_use_token" ("expires_at");`);

    this.addSql(`create table "mail" ("id" text not null, "user_id" text null, "recipient" text not null, "subject" text not null, "text" text null, "status" text not null, "last_error" text null, "created_at" timestamptz not null, "sent_at" timestamptz null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "mail_user_id_index" on "mail" ("user_id");`);
    this.addSql(`create index "mail_expires" on "mail" ("expires_at");`);

    this.addSql(`create unique index user_username on "user" (lower(username));`);

    this.addSql(`alter table "single_use_token" add constraint "single_use_token_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "mail" add constraint "mail_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "mail" add constraint "mail_status_check" check ("status" in ('QUEUED', 'SENT', 'KEPT', 'FAILED'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "single_use_token" cascade;`);
    this.addSql(`drop table if exists "mail" cascade;`);

    this.addSql(`drop index "user_username";`);
  }

}
