import { Migration } from '@mikro-orm/migrations';

export class Migration20261121180225 extends Migration {

  override name = 'Migration20261121180225';

  override up(): void | Promise<void> {
    this.addSql(`create table "rate_limit_count" ("key" text not null, "points" integer not null, "expire" bigint null, primary key ("key"));`);
    this.addSql(`create index "rate_limit_count_expire" on "rate_limit_count" ("expire");`);

    this.addSql(`alter table "session" add "last_used_at" timestamptz not null default now(), add "expires_at" timestamptz not null default (now() + '30 days'::interval), add "network" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "rate_limit_count" cascade;`);

    this.addSql(`alter table "session" drop column "last_used_at", drop column "expires_at", drop column "network";`);
  }

}
