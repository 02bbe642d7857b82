import { Migration } from '@mikro-orm/migrations';

export class Migration20261121173731 extends Migration {

  override name = 'Migration20261121173731';

  override up(): void | Promise<void> {
    this.addSql(`create table "data_key" ("id" text not null, "wrapped" text not null, "wrapped_by" text not null, "is_active" boolean not null, "created_at" timestamptz not null, "superseded_at" timestamptz null, "retired_at" timestamptz null, "job_id" text null, primary key ("id"));`);
    this.addSql(`alter table "data_key" add constraint "data_key_job_id_unique" unique ("job_id");`);
    this.addSql(`create unique index data_key_active on data_key (is_active) where is_active;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "data_key" cascade;`);
  }

}
