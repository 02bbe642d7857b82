import { Migration } from '@mikro-orm/migrations';

export class Migration20261121174122 extends Migration {

  override name = 'Migration20261121174122';

  override up(): void | Promise<void> {
    this.addSql(`create table "mail" ("id" text not null, "user_id" text null, "recipient" text not null, "subject" text not null, "text" text null, "status" text not null, "last_error" text null, "created_at" timestamptz not null, "sent_at" timestamptz null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "mail_user_id_index" on "mail" ("user_id");`);
    this.addSql(`create index "mail_expires" on "mail" ("expires_at");`);

    this.addSql(`alter table "mail" add constraint "mail_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "mail" add constraint "mail_status_check" check ("status" in ('QUEUED', 'SENT', 'KEPT', 'FAILED'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "mail" cascade;`);
  }

}
