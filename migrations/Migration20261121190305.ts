import { Migration } from '@mikro-orm/migrations';

export class Migration20261121190305 extends Migration {

  override name = 'Migration20261121190305';

  override up(): void | Promise<void> {
    this.addSql(`create table "audit_checkpoint" ("id" text not null, "workspace_id" text not null, "first_sequence" double precision not null, "sequence" double precision not null, "hash" text not null, "at" timestamptz not null, "key_id" text not null, "signature" text not null, primary key ("id"));`);
    this.addSql(`create index "audit_checkpoint_place" on "audit_checkpoint" ("workspace_id", "sequence", "id");`);

    this.addSql(`create table "audit_entry" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "actor_id" text null, "credential_id" text null, "action" text not null, "outcome" text not null, "code" text null, "subject_id" text null, "before" jsonb null, "after" jsonb null, "request_id" text not null, "mac" text not null, primary key ("id"));`);
    this.addSql(`create index "audit_entry_actor" on "audit_entry" ("workspace_id", "actor_id", "id");`);
    this.addSql(`create index "audit_entry_subject" on "audit_entry" ("workspace_id", "subject_id", "id");`);
    this.addSql(`create index "audit_entry_created" on "audit_entry" ("workspace_id", "created_at", "id");`);
    this.addSql(`create index "audit_entry_workspace" on "audit_entry" ("workspace_id", "id");`);

    this.addSql(`create table "audit_seal" ("workspace_id" text not null, "sequence" bigint not null, "entry_id" text not null, "hash" text not null, "sealed_at" timestamptz not null, primary key ("workspace_id", "sequence"));`);
    this.addSql(`alter table "audit_seal" add constraint "audit_seal_entry" unique ("entry_id");`);

    this.addSql(`create table "audit_unsealed" ("entry_id" text not null, "workspace_id" text not null, "xid" xid8 not null default pg_current_xact_id(), "position" bigserial, primary key ("entry_id"));`);
    this.addSql(`create index "audit_unsealed_place" on "audit_unsealed" ("xid", "position");`);

    this.addSql(`create table "data_key" ("id" text not null, "wrapped" text not null, "wrapped_by" text not null, "is_active" boolean not null, "created_at" timestamptz not null, "superseded_at" timestamptz null, "retired_at" timestamptz null, "job_id" text null, primary key ("id"));`);
    this.addSql(`alter table "data_key" add constraint "data_key_job_id_unique" unique ("job_id");`);
    this.addSql(`create unique index data_key_active on data_key (is_active) where is_active;`);

    this.addSql(`create table "guess_count" ("id" text not null, "user_id" text not null, "count" integer not null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "guess_count" add constraint "guess_count_user_id_unique" unique ("user_id");`);

    this.addSql(`create table "rate_limit_count" ("key" text not null, "points" integer not null, "expire" bigint null, primary key ("key"));`);
    this.addSql(`create index "rate_limit_count_expire" on "rate_limit_count" ("expire");`);

    this.addSql(`create table "signing_key" ("id" text not null, "public_key" text not null, "private_key" text null, "is_active" boolean not null, "created_at" timestamptz not null, "superseded_at" timestamptz null, primary key ("id"));`);
    this.addSql(`create unique index signing_key_active on signing_key (is_active) where is_active;`);

    this.addSql(`create table "totp" ("id" text not null, "user_id" text not null, "secret" text not null, "created_at" timestamptz not null, "confirmed_at" timestamptz null, "last_step" bigint null, primary key ("id"));`);
    this.addSql(`alter table "totp" add constraint "totp_user_id_unique" unique ("user_id");`);

    this.addSql(`create table "single_use_token" ("id" text not null, "user_id" text null, "purpose" text not null, "hash" text not null, "subject" text not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "single_use_token" add constraint "single_use_token_hash_unique" unique ("hash");`);
    this.addSql(`create index "single_use_token_user" on "single_use_token" ("user_id", "purpose");`);
    this.addSql(`create index "single_use_token_expires" on "single_use_token" ("expires_at");`);

    this.addSql(`create table "recovery_code" ("id" text not null, "user_id" text not null, "hash" text not null, "used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "recovery_code" add constraint "recovery_code_user_hash" unique ("user_id", "hash");`);

    this.addSql(`create table "passkey_challenge" ("id" text not null, "hash" text not null, "user_id" text null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "passkey_challenge" add constraint "passkey_challenge_hash_unique" unique ("hash");`);
    this.addSql(`create index "passkey_challenge_expires" on "passkey_challenge" ("expires_at");`);

    this.addSql(`create table "passkey" ("id" text not null, "user_id" text not null, "name" varchar(100) not null, "credential_id" text not null, "public_key" text not null, "counter" bigint not null, "transports" text[] not null default '{}', "is_backed_up" boolean not null, "created_at" timestamptz not null, "last_used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "passkey" add constraint "passkey_credential_id_unique" unique ("credential_id");`);
    this.addSql(`create index "passkey_user" on "passkey" ("user_id");`);

    this.addSql(`create table "mail" ("id" text not null, "user_id" text null, "recipient" text not null, "subject" text not null, "text" text null, "status" text not null, "last_error" text null, "created_at" timestamptz not null, "sent_at" timestamptz null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "mail_user_id_index" on "mail" ("user_id");`);
    this.addSql(`create index "mail_expires" on "mail" ("expires_at");`);

    this.addSql(`create table "linked_identity" ("id" text not null, "user_id" text not null, "provider" varchar(32) not null, "issuer" text not null, "subject" text not null, "email" text null, "access_token" text not null, "refresh_token" text null, "access_token_expires_at" timestamptz null, "created_at" timestamptz not null, "last_used_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "linked_identity_user" on "linked_identity" ("user_id");`);
    this.addSql(`alter table "linked_identity" add constraint "linked_identity_issuer_subject" unique ("issuer", "subject");`);

    this.addSql(`create table "oauth_attempt" ("id" text not null, "state_hash" text not null, "binding_hash" text not null, "provider" text not null, "redirect_uri" text not null, "linking_user_id" text null, "claimed_at" timestamptz null, "identity_id" text null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_state_hash_unique" unique ("state_hash");`);
    this.addSql(`create index "oauth_attempt_expires" on "oauth_attempt" ("expires_at");`);

    this.addSql(`create table "invitation" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "email" text not null, "role" text not null, "invited_by_id" text not null, "sent_at" timestamptz not null, "expires_at" timestamptz not null, "accepted_at" timestamptz null, "revoked_at" timestamptz null, "token_hash" text not null, primary key ("id"));`);
    this.addSql(`alter table "invitation" add constraint "invitation_token_hash_unique" unique ("token_hash");`);
    this.addSql(`create index "invitation_inviter" on "invitation" ("invited_by_id", "sent_at");`);
    this.addSql(`create index "invitation_workspace" on "invitation" ("workspace_id", "id");`);

    this.addSql(`create table "data_export" ("id" text not null, "user_id" text not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "size" integer not null, "sha256" text not null, "content" text not null, primary key ("id"));`);
    this.addSql(`create index "data_export_expires" on "data_export" ("expires_at");`);
    this.addSql(`create index "data_export_user" on "data_export" ("user_id");`);

    this.addSql(`create table "api_key" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "name" varchar(100) not null, "prefix" text not null, "scopes" text[] not null, "expires_at" timestamptz null, "last_used_at" timestamptz null, "revoked_at" timestamptz null, "overlap_ends_at" timestamptz null, "created_by_id" text not null, "secret_hash" text not null, "previous_hash" text null, "version" integer not null, primary key ("id"));`);
    this.addSql(`alter table "api_key" add constraint "api_key_prefix_unique" unique ("prefix");`);
    this.addSql(`create index "api_key_creator" on "api_key" ("created_by_id");`);
    this.addSql(`create index "api_key_workspace" on "api_key" ("workspace_id", "id");`);

    this.addSql(`drop index "job_unfinished";`);
    this.addSql(`create index job_open on job (dispatched_at nulls first) where finished_at is null;`);

    this.addSql(`alter table "user" add "display_name" varchar(100) null, add "bio" text null, add "locale" text not null default 'en', add "time_zone" text not null default 'UTC', add "preferences" jsonb not null default '{}', add "is_operator" boolean not null default false, add "erased_at" timestamptz null;`);
    this.addSql(`alter table "user" alter column "email" type varchar(255) using ("email"::varchar(255));`);
    this.addSql(`alter table "user" alter column "password_hash" drop not null;`);
    this.addSql(`alter table "user" alter column "username" type varchar(100) using ("username"::varchar(100));`);
    this.addSql(`create unique index user_username on "user" (lower(username));`);

    this.addSql(`alter table "session" add "method" text not null default 'PASSWORD', add "authenticated_at" timestamptz not null default '1970-01-01 00:00:00+00', add "last_used_at" timestamptz not null default now(), add "expires_at" timestamptz not null default (now() + '30 days'::interval), add "network" text null;`);
    this.addSql(`alter table "session" add constraint "session_method_check" check ("method" in ('PASSWORD', 'OAUTH', 'PASSKEY'));`);

    this.addSql(`create index "membership_workspace" on "membership" ("workspace_id", "id");`);

    this.addSql(`alter table "audit_entry" add constraint "audit_entry_outcome_check" check ("outcome" in ('SUCCEEDED', 'DENIED'));`);

    this.addSql(`alter table "totp" add constraint "totp_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "single_use_token" add constraint "single_use_token_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "recovery_code" add constraint "recovery_code_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "passkey_challenge" add constraint "passkey_challenge_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "passkey" add constraint "passkey_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "mail" add constraint "mail_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "mail" add constraint "mail_status_check" check ("status" in ('QUEUED', 'SENT', 'KEPT', 'FAILED'));`);

    this.addSql(`alter table "linked_identity" add constraint "linked_identity_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_linking_user_id_foreign" foreign key ("linking_user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "oauth_attempt" add constraint "oauth_attempt_identity_id_foreign" foreign key ("identity_id") references "linked_identity" ("id") on delete cascade;`);

    this.addSql(`alter table "invitation" add constraint "invitation_invited_by_id_foreign" foreign key ("invited_by_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "invitation" add constraint "invitation_role_check" check ("role" in ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER'));`);

    this.addSql(`alter table "data_export" add constraint "data_export_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "api_key" add constraint "api_key_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "oauth_attempt" drop constraint "oauth_attempt_identity_id_foreign";`);

    this.addSql(`drop table if exists "audit_checkpoint" cascade;`);
    this.addSql(`drop table if exists "audit_entry" cascade;`);
    this.addSql(`drop table if exists "audit_seal" cascade;`);
    this.addSql(`drop table if exists "audit_unsealed" cascade;`);
    this.addSql(`drop table if exists "data_key" cascade;`);
    this.addSql(`drop table if exists "guess_count" cascade;`);
    this.addSql(`drop table if exists "rate_limit_count" cascade;`);
    this.addSql(`drop table if exists "signing_key" cascade;`);
    this.addSql(`drop table if exists "totp" cascade;`);
    this.addSql(`drop table if exists "single_use_token" cascade;`);
    this.addSql(`drop table if exists "recovery_code" cascade;`);
    this.addSql(`drop table if exists "passkey_challenge" cascade;`);
    this.addSql(`drop table if exists "passkey" cascade;`);
    this.addSql(`drop table if exists "mail" cascade;`);
    this.addSql(`drop table if exists "linked_identity" cascade;`);
    this.addSql(`drop table if exists "oauth_attempt" cascade;`);
    this.addSql(`drop table if exists "invitation" cascade;`);
    this.addSql(`drop table if exists "data_export" cascade;`);
    this.addSql(`drop table if exists "api_key" cascade;`);

    this.addSql(`drop index "job_open";`);
    this.addSql(`create index "job_unfinished" on "job" ("dispatched_at" nulls FIRST) where status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text]);`);

    this.addSql(`drop index "membership_workspace";`);

    this.addSql(`alter table "session" drop constraint "session_method_check";`);
    this.addSql(`alter table "session" drop column "method", drop column "authenticated_at", drop column "last_used_at", drop column "expires_at", drop column "network";`);

    this.addSql(`drop index "user_username";`);
    this.addSql(`alter table "user" drop column "display_name", drop column "bio", drop column "locale", drop column "time_zone", drop column "preferences", drop column "is_operator", drop column "erased_at";`);
    this.addSql(`alter table "user" alter column "email" type text using ("email"::text);`);
    this.addSql(`alter table "user" alter column "username" type text using ("username"::text);`);
    this.addSql(`alter table "user" alter column "password_hash" set not null;`);
  }

}
