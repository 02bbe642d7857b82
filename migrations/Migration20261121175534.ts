import { Migration } from '@mikro-orm/migrations';

export class Migration20261121175534 extends Migration {

  override name = 'Migration20261121175534';

  override up(): void | Promise<void> {
    this.addSql(`create table "invitation" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "email" text not null, "role" text not null, "invited_by_id" text not null, "sent_at" timestamptz not null, "expires_at" timestamptz not null, "accepted_at" timestamptz null, "revoked_at" timestamptz null, "token_hash" text not null, primary key ("id"));`);
    this.addSql(`alter table "invitation" add constraint "invitation_token_hash_unique" unique ("token_hash");`);
    this.addSql(`create index "invitation_inviter" on "invitation" ("invited_by_id", "sent_at");`);
    this.addSql(`create index "invitation_workspace" on "invitation" ("workspace_id", "id");`);

    this.addSql(`create table "api_key" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "name" varchar(100) not null, "prefix" text not null, "scopes" text[] not null, "expires_at" timestamptz null, "last_used_at" timestamptz null, "revoked_at" timestamptz null, "overlap_ends_at" timestamptz null, "created_by_id" text not null, "secret_hash" text not null, "previous_hash" text null, "version" integer not null, primary key ("id"));`);
    this.addSql(`alter table "api_key" add constraint "api_key_prefix_unique" unique ("prefix");`);
    this.addSql(`create index "api_key_creator" on "api_key" ("created_by_id");`);
    this.addSql(`create index "api_key_workspace" on "api_key" ("workspace_id", "id");`);

    this.addSql(`create index "membership_workspace" on "membership" ("workspace_id", "id");`);

    this.addSql(`alter table "invitation" add constraint "invitation_invited_by_id_foreign" foreign key ("invited_by_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "invitation" add constraint "invitation_role_check" check ("role" in ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER'));`);

    this.addSql(`alter table "api_key" add constraint "api_key_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "invitation" cascade;`);
    this.addSql(`drop table if exists "api_key" cascade;`);

    this.addSql(`drop index "membership_workspace";`);
  }

}
