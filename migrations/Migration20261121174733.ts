import { Migration } from '@mikro-orm/migrations';

export class Migration20261121174733 extends Migration {

  override name = 'Migration20261121174733';

  override up(): void | Promise<void> {
    this.addSql(`create table "rate_limit_count" ("key" text not null, "points" integer not null, "expire" bigint null, primary key ("key"));`);
    this.addSql(`create index "rate_limit_count_expire" on "rate_limit_count" ("expire");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "rate_limit_count" cascade;`);
  }

}
