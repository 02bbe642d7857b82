import { Migration } from '@mikro-orm/migrations';

export class Migration20261121183248 extends Migration {

  override name = 'Migration20261121183248';

  override up(): void | Promise<void> {
    this.addSql(`create table "guess_count" ("id" text not null, "user_id" text not null, "count" integer not null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "guess_count" add constraint "guess_count_user_id_unique" unique ("user_id");`);

    this.addSql(`create table "totp" ("id" text not null, "user_id" text not null, "secret" text not null, "created_at" timestamptz not null, "confirmed_at" timestamptz null, "last_step" bigint null, primary key ("id"));`);
    this.addSql(`alter table "totp" add constraint "totp_user_id_unique" unique ("user_id");`);

    this.addSql(`create table "recovery_code" ("id" text not null, "user_id" text not null, "hash" text not null, "used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "recovery_code" add constraint "recovery_code_user_hash" unique ("user_id", "hash");`);

    this.addSql(`create table "passkey_challenge" ("id" text not null, "hash" text not null, "user_id" text null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "passkey_challenge" add constraint "passkey_challenge_hash_unique" unique ("hash");`);
    this.addSql(`create index "passkey_challenge_expires" on "passkey_challenge" ("expires_at");`);

    this.addSql(`create table "passkey" ("id" text not null, "user_id" text not null, "name" varchar(100) not null, "credential_id" text not null, "public_key" text not null, "counter" bigint not null, "transports" text[] not null default '{}', "is_backed_up" boolean not null, "created_at" timestamptz not null, "last_used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "passkey" add constraint "passkey_credential_id_unique" unique ("credential_id");`);
    this.addSql(`create index "passkey_user" on "passkey" ("user_id");`);

    this.addSql(`create table "linked_identity" ("id" text not null, "user_id" text not null, "provider" varchar(32) not null, "issuer" text not null, "subject" text not null, "email" text null, "access_token" text not null, "refresh_token" text null, "access_token_expires_at" timestamptz null, "created_at" timestamptz not null, "last_used_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "linked_identity_user" on "linked_identity" ("user_id");`);
    this.addSql(`alter table "linked_identity" add constraint "linked_identity_issuer_subject" unique ("issuer", "subject");`);

    this.addSql(`create table "oauth_attempt" ("id" text not null, "state_hash" text not null, "binding_hash" text not null, "provider" text not null, "redirect_uri" text not null, "linking_user_id" text null, "claimed_at" timestamptz null, "identity_id" text null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_state_hash_unique" unique ("state_hash");`);
    this.addSql(`create index "oauth_attempt_expires" on "oauth_attempt" ("expires_at");`);

    this.addSql(`alter table "user" alter column "password_hash" drop not null;`);

    this.addSql(`alter table "session" add "method" text not null default 'PASSWORD', add "authenticated_at" timestamptz not null default '1970-01-01 00:00:00+00';`);
    this.addSql(`alter table "session" add constraint "session_method_check" check ("method" in ('PASSWORD', 'OAUTH', 'PASSKEY'));`);

    this.addSql(`alter table "totp" add constraint "totp_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "recovery_code" add constraint "recovery_code_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "passkey_challenge" add constraint "passkey_challenge_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "passkey" add constraint "passkey_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "linked_identity" add constraint "linked_identity_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_linking_user_id_foreign" foreign key ("linking_user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_identity_id_foreign" foreign key ("identity_id") references "linked_identity" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "oauth_attempt" drop constraint "oauth_attempt_identity_id_foreign";`);

    this.addSql(`drop table if exists "guess_count" cascade;`);
    this.addSql(`drop table if exists "totp" cascade;`);
    this.addSql(`drop table if exists "recovery_code" cascade;`);
    this.addSql(`drop table if exists "passkey_challenge" cascade;`);
    this.addSql(`drop table if exists "passkey" cascade;`);
    this.addSql(`drop table if exists "linked_identity" cascade;`);
    this.addSql(`drop table if exists "oauth_attempt" cascade;`);

    this.addSql(`alter table "session" drop constraint "session_method_check";`);
    this.addSql(`alter table "session" drop column "method", drop column "authenticated_at";`);

    this.addSql(`alter table "user" alter column "password_hash" set not null;`);
  }

}
