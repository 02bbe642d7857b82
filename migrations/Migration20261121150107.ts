import { Migration } from '@mikro-orm/migrations';

export class Migration20261121150107 extends Migration {

  override name = 'Migration20261121150107';

  override up(): void | Promise<void> {
    this.addSql(`create table "idempotency_key" ("workspace_id" text not null, "user_id" text not null, "key" text not null, "body_hash" bytea not null, "answer" bytea not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, primary key ("workspace_id", "user_id", "key"));`);
    this.addSql(`create index "idempotency_key_expires" on "idempotency_key" ("expires_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "idempotency_key" cascade;`);
  }

}
