import { Migration } from '@mikro-orm/migrations';

export class Migration20261121033816 extends Migration {

  override name = 'Migration20261121033816';

  override up(): void | Promise<void> {
    this.addSql(`create table "event" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "xid" xid8 not null default pg_current_xact_id(), "position" bigserial, "kind" text not null, "subject_id" text not null, "actor_id" text not null, "request_id" text not null, "data" jsonb not null, primary key ("id"));`);
    this.addSql(`create index "event_workspace_place" on "event" ("workspace_id", "xid", "position");`);

    this.addSql(`create table "job" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "kind" text not null, "lane" text not null, "payload" jsonb not null, "status" text not null, "progress" double precision not null default 0, "attempts" integer not null default 0, "failures" integer not null default 0, "error_code" text null, "error_message" text null, "result_id" text null, "created_by_id" text not null, "request_id" text not null, "started_at" timestamptz null, "finished_at" timestamptz null, "cancel_requested_at" timestamptz null, "run_at" timestamptz not null, "dispatched_at" timestamptz null, "heartbeat_at" timestamptz null, primary key ("id"));`);
    this.addSql(`create index job_unfinished on job (dispatched_at nulls first) where status in ('QUEUED', 'RUNNING');`);
    this.addSql(`create index "job_workspace_created" on "job" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "generation" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "job_id" text not null, "created_by_id" text not null, "provider" text not null, "model" varchar(100) not null, "text" text not null, "is_complete" boolean not null, "input_tokens" integer null, "output_tokens" integer null, "cost_micros" double precision null, "first_token_ms" integer null, "duration_ms" integer not null, "quality_score" double precision null, primary key ("id"));`);
    this.addSql(`create index "generation_job_id_index" on "generation" ("job_id");`);
    this.addSql(`create index "generation_workspace" on "generation" ("workspace_id", "id");`);

    this.addSql(`create table "job_event" ("job_id" text not null, "seq" int not null, "workspace_id" text not null, "attempt" integer not null, "kind" text not null, "data" jsonb not null, "created_at" timestamptz not null, primary key ("job_id", "seq"));`);

    this.addSql(`create table "user" ("id" text not null, "email" text not null, "username" text not null, "password_hash" text not null, "is_active" boolean not null default true, "is_verified" boolean not null default false, "created_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "user" add constraint "user_email_unique" unique ("email");`);

    this.addSql(`create table "session" ("id" text not null, "user_id" text not null, "user_agent" text null, "created_at" timestamptz not null, "refreshed_at" timestamptz not null, "revoked_at" timestamptz null, primary key ("id"));`);
    this.addSql(`create index "session_user_id_index" on "session" ("user_id");`);

    this.addSql(`create table "refresh_token" ("id" text not null, "session_id" text not null, "hash" text not null, "created_at" timestamptz not null, "rotated_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "refresh_token" add constraint "refresh_token_hash_unique" unique ("hash");`);
    this.addSql(`create index "refresh_token_session" on "refresh_token" ("session_id");`);

    this.addSql(`create table "quote" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "text" text not null, "author" varchar(255) not null, "source" text not null, "topic" varchar(200) null, "tone" varchar(50) null, "audience" varchar(200) null, "ai_model" varchar(100) null, "emotional_tone" varchar(50) null, "sentiment_score" double precision null, "quality_score" double precision null, "psychological_profile" jsonb null, "created_by_id" text not null, "generation_id" text null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "quote_generation_id_index" on "quote" ("generation_id");`);
    this.addSql(`create index "quote_workspace_created" on "quote" ("workspace_id", "created_at", "id");`);
    this.addSql(`create index "quote_workspace" on "quote" ("workspace_id", "id");`);

    this.addSql(`create table "quote_favourite" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "user_id" text not null, "quote_id" text not null, primary key ("id"));`);
    this.addSql(`create index "quote_favourite_quote_id_index" on "quote_favourite" ("quote_id");`);
    this.addSql(`alter table "quote_favourite" add constraint "quote_favourite_user_quote" unique ("user_id", "quote_id");`);

    this.addSql(`create table "membership" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "user_id" text not null, "role" text not null, primary key ("id"));`);
    this.addSql(`alter table "membership" add constraint "membership_user_workspace" unique ("user_id", "workspace_id");`);

    this.addSql(`create table "workspace" ("id" text not null, "name" text not null, "created_at" timestamptz not null, primary key ("id"));`);

    this.addSql(`alter table "job" add constraint "job_status_check" check ("status" in ('QUEUED', 'RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'));`);

    this.addSql(`alter table "generation" add constraint "generation_job_id_foreign" foreign key ("job_id") references "job" ("id");`);

    this.addSql(`alter table "session" add constraint "session_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);

    this.addSql(`alter table "refresh_token" add constraint "refresh_token_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete cascade;`);

    this.addSql(`alter table "quote" add constraint "quote_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "quote" add constraint "quote_generation_id_foreign" foreign key ("generation_id") references "generation" ("id") on delete set null;`);
    this.addSql(`alter table "quote" add constraint "quote_source_check" check ("source" in ('USER', 'AI_GENERATED'));`);

    this.addSql(`alter table "quote_favourite" add constraint "quote_favourite_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "quote_favourite" add constraint "quote_favourite_quote_id_foreign" foreign key ("quote_id") references "quote" ("id") on delete cascade;`);

    this.addSql(`alter table "membership" add constraint "membership_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade;`);
    this.addSql(`alter table "membership" add constraint "membership_role_check" check ("role" in ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "generation" drop constraint "generation_job_id_foreign";`);
    this.addSql(`alter table "quote" drop constraint "quote_generation_id_foreign";`);
    this.addSql(`alter table "session" drop constraint "session_user_id_foreign";`);
    this.addSql(`alter table "quote" drop constraint "quote_created_by_id_foreign";`);
    this.addSql(`alter table "quote_favourite" drop constraint "quote_favourite_user_id_foreign";`);
    this.addSql(`alter table "membership" drop constraint "membership_user_id_foreign";`);
    this.addSql(`alter table "refresh_token" drop constraint "refresh_token_session_id_foreign";`);
    this.addSql(`alter table "quote_favourite" drop constraint "quote_favourite_quote_id_foreign";`);

    this.addSql(`drop table if exists "event" cascade;`);
    this.addSql(`drop table if exists "job" cascade;`);
    this.addSql(`drop table if exists "generation" cascade;`);
    this.addSql(`drop table if exists "job_event" cascade;`);
    this.addSql(`drop table if exists "user" cascade;`);
    this.addSql(`drop table if exists "session" cascade;`);
    this.addSql(`drop table if exists "refresh_token" cascade;`);
    this.addSql(`drop table if exists "quote" cascade;`);
    this.addSql(`drop table if exists "quote_favourite" cascade;`);
    this.addSql(`drop table if exists "membership" cascade;`);
    this.addSql(`drop table if exists "workspace" cascade;`);
  }

}
