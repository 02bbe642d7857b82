import { Migration } from '@mikro-orm/migrations';

export class Migration20261121223059 extends Migration {

  override name = 'Migration20261121223059';

  override up(): void | Promise<void> {
    this.addSql(`create table "ai_settings" ("id" text not null, "settings" jsonb not null, "updated_at" timestamptz not null, primary key ("id"));`);

    this.addSql(`create table "budget" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "scope" text not null, "subject" text null, "user_id" text null, "period" text not null, "limit_micros" bigint not null, "spent" bigint not null default 0, "held" bigint not null default 0, "period_began_at" timestamptz null, "period_ends_at" timestamptz null, "xid" xid8 not null default pg_current_xact_id(), "position" bigserial, primary key ("id"));`);
    this.addSql(`create unique index budget_subject on budget (workspace_id, scope, coalesce(subject, ''), period);`);
    this.addSql(`create index "budget_place" on "budget" ("workspace_id", "xid", "position");`);

    this.addSql(`create table "model_price" ("id" text not null, "provider" text null, "model" varchar(100) not null, "valid_from" timestamptz not null, "input_micros_per_million" bigint not null, "output_micros_per_million" bigint not null, "created_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create unique index model_price_point on model_price (coalesce(provider, ''), model, valid_from);`);

    this.addSql(`create table "provider_state" ("provider" text not null, "circuit" jsonb null, "health" jsonb null, "probe_due_at" timestamptz not null, "place" bigint not null, primary key ("provider"));`);

    this.addSql(`create table "replay" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "created_by_id" text not null, "api_key_id" text null, "job_id" text not null, "prompt_version_id" text null, "model" text null, "max_cost_micros" bigint not null, "total" integer not null, primary key ("id"));`);
    this.addSql(`create index "replay_created" on "replay" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "prompt" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "name" varchar(100) not null, "description" varchar(500) null, "created_by_id" text null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "prompt_created" on "prompt" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "prompt" add constraint "prompt_name" unique ("workspace_id", "name");`);

    this.addSql(`create table "prompt_version" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "prompt_id" text not null, "number" integer not null, "system" text null, "template" text not null, "variables" jsonb not null, "model_class" varchar(100) null, "temperature" double precision null, "max_tokens" integer null, "note" varchar(500) null, "content_hash" text not null, "created_by_id" text null, primary key ("id"));`);
    this.addSql(`create index "prompt_version_created" on "prompt_version" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "prompt_version" add constraint "prompt_version_number" unique ("prompt_id", "number");`);

    this.addSql(`create table "replay_pair" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "replay_id" text not null, "visibility" text not null default 'WORKSPACE', "created_by_id" text not null, "place" integer not null, "status" text not null, "reason" text null, "original_id" text not null, "generation_id" text null, "original_quality" double precision null, "replayed_quality" double precision null, "quality_difference" double precision null, "cost_difference_micros" bigint null, "latency_difference_ms" integer null, primary key ("id"));`);
    this.addSql(`create index "replay_pair_original_id_index" on "replay_pair" ("original_id");`);
    this.addSql(`create index "replay_pair_generation_id_index" on "replay_pair" ("generation_id");`);
    this.addSql(`create index "replay_pair_created" on "replay_pair" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "replay_pair" add constraint "replay_pair_original" unique ("replay_id", "original_id");`);

    this.addSql(`create table "cached_answer" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "generation_id" text not null, "exact_hash" text not null, "context_hash" text not null, "embedding" bytea null, "fresh_until" timestamptz not null, "expires_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "cached_answer_generation_id_index" on "cached_answer" ("generation_id");`);
    this.addSql(`create index "cached_answer_expires" on "cached_answer" ("expires_at");`);
    this.addSql(`create index "cached_answer_context" on "cached_answer" ("workspace_id", "context_hash", "created_at");`);
    this.addSql(`create index "cached_answer_exact" on "cached_answer" ("workspace_id", "exact_hash", "created_at");`);

    this.addSql(`create table "budget_hold" ("generation_id" text not null, "budget_id" text not null, "workspace_id" text not null, "micros" bigint not null, primary key ("generation_id", "budget_id"));`);
    this.addSql(`create index "budget_hold_budget" on "budget_hold" ("budget_id");`);

    this.addSql(`create table "prompt_label" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "prompt_id" text not null, "name" varchar(50) not null, "prompt_version_id" text not null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "prompt_label_created" on "prompt_label" ("workspace_id", "created_at", "id");`);
    this.addSql(`create index "prompt_label_version" on "prompt_label" ("prompt_version_id");`);
    this.addSql(`alter table "prompt_label" add constraint "prompt_label_name" unique ("prompt_id", "name");`);

    this.addSql(`create table "generation_batch" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "job_id" text not null, "created_by_id" text not null, "total" integer not null, primary key ("id"));`);
    this.addSql(`create index "generation_batch_job_id_index" on "generation_batch" ("job_id");`);
    this.addSql(`create index "generation_batch_created" on "generation_batch" ("workspace_id", "created_at", "id");`);

    this.addSql(`alter table "provider_call" add "asked_for" text not null default '';`);

    this.addSql(`alter table "generation" add "prompt_version_id" text null, add "variables" jsonb null, add "batch_id" text null, add "batch_position" integer null, add "cache_mode" text not null default 'BYPASS', add "cache_hit" text null, add "cached_from_id" text null, add "routing" jsonb null, add "ceilings" jsonb not null default '{}', add "held_at" timestamptz null, add "pending" jsonb null, add "is_degraded" boolean not null default false, add "quality" jsonb null, add "replay_of_id" text null, add "replay_id" text null, add "lineage_hash" text null;`);
    this.addSql(`alter table "generation" add constraint "generation_prompt_version_id_foreign" foreign key ("prompt_version_id") references "prompt_version" ("id") on delete set null;`);
    this.addSql(`alter table "generation" add constraint "generation_cached_from_id_foreign" foreign key ("cached_from_id") references "generation" ("id") on delete set null;`);
    this.addSql(`create index "generation_prompt_version_id_index" on "generation" ("prompt_version_id");`);
    this.addSql(`create index "generation_cached_from_id_index" on "generation" ("cached_from_id");`);
    this.addSql(`create index "generation_batch_id" on "generation" ("batch_id", "id");`);
    this.addSql(`create index generation_replay_of on generation (replay_of_id) where replay_of_id is not null;`);
    this.addSql(`create index generation_replay on generation (replay_id) where replay_id is not null;`);
    this.addSql(`alter table "generation" add constraint "generation_cache_mode_check" check ("cache_mode" in ('USE', 'BYPASS', 'REFRESH'));`);
    this.addSql(`alter table "generation" add constraint "generation_cache_hit_check" check ("cache_hit" in ('EXACT', 'SIMILAR'));`);

    this.addSql(`create index quote_words on quote using gin (to_tsvector('simple', text));`);

    this.addSql(`alter table "budget" add constraint "budget_scope_check" check ("scope" in ('WORKSPACE', 'USER', 'API_KEY', 'MODEL'));`);
    this.addSql(`alter table "budget" add constraint "budget_period_check" check ("period" in ('DAY', 'MONTH', 'TOTAL'));`);

    this.addSql(`alter table "replay" add constraint "replay_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "replay" add constraint "replay_job_id_foreign" foreign key ("job_id") references "job" ("id");`);
    this.addSql(`alter table "replay" add constraint "replay_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "prompt" add constraint "prompt_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete set null;`);

    this.addSql(`alter table "prompt_version" add constraint "prompt_version_prompt_id_foreign" foreign key ("prompt_id") references "prompt" ("id") on delete cascade;`);
    this.addSql(`alter table "prompt_version" add constraint "prompt_version_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete set null;`);

    this.addSql(`alter table "replay_pair" add constraint "replay_pair_replay_id_foreign" foreign key ("replay_id") references "replay" ("id") on delete cascade;`);
    this.addSql(`alter table "replay_pair" add constraint "replay_pair_original_id_foreign" foreign key ("original_id") references "generation" ("id") on delete cascade;`);
    this.addSql(`alter table "replay_pair" add constraint "replay_pair_generation_id_foreign" foreign key ("generation_id") references "generation" ("id") on delete cascade;`);
    this.addSql(`alter table "replay_pair" add constraint "replay_pair_status_check" check ("status" in ('OPEN', 'REPLAYED', 'SKIPPED', 'FAILED'));`);

    this.addSql(`alter table "cached_answer" add constraint "cached_answer_generation_id_foreign" foreign key ("generation_id") references "generation" ("id") on delete cascade;`);

    this.addSql(`alter table "budget_hold" add constraint "budget_hold_generation_id_foreign" foreign key ("generation_id") references "generation" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "budget_hold" add constraint "budget_hold_budget_id_foreign" foreign key ("budget_id") references "budget" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "prompt_label" add constraint "prompt_label_prompt_id_foreign" foreign key ("prompt_id") references "prompt" ("id") on delete cascade;`);
    this.addSql(`alter table "prompt_label" add constraint "prompt_label_prompt_version_id_foreign" foreign key ("prompt_version_id") references "prompt_version" ("id") on delete cascade;`);

    this.addSql(`alter table "generation_batch" add constraint "generation_batch_job_id_foreign" foreign key ("job_id") references "job" ("id");`);
    this.addSql(`alter table "generation_batch" add constraint "generation_batch_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "generation_batch" add constraint "generation_batch_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);
    // Before, the ledger did not say what was asked for; budgets of models go by it.
    this.addSql(`update "provider_call" set "asked_for" = "provider" || '/' || "model" where "asked_for" = '';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "budget_hold" drop constraint "budget_hold_budget_id_foreign";`);
    this.addSql(`alter table "replay_pair" drop constraint "replay_pair_replay_id_foreign";`);
    this.addSql(`alter table "prompt_version" drop constraint "prompt_version_prompt_id_foreign";`);
    this.addSql(`alter table "prompt_label" drop constraint "prompt_label_prompt_id_foreign";`);
    this.addSql(`alter table "generation" drop constraint "generation_prompt_version_id_foreign";`);
    this.addSql(`alter table "prompt_label" drop constraint "prompt_label_prompt_version_id_foreign";`);

    this.addSql(`drop table if exists "ai_settings" cascade;`);
    this.addSql(`drop table if exists "budget" cascade;`);
    this.addSql(`drop table if exists "model_price" cascade;`);
    this.addSql(`drop table if exists "provider_state" cascade;`);
    this.addSql(`drop table if exists "replay" cascade;`);
    this.addSql(`drop table if exists "prompt" cascade;`);
    this.addSql(`drop table if exists "prompt_version" cascade;`);
    this.addSql(`drop table if exists "replay_pair" cascade;`);
    this.addSql(`drop table if exists "cached_answer" cascade;`);
    this.addSql(`drop table if exists "budget_hold" cascade;`);
    this.addSql(`drop table if exists "prompt_label" cascade;`);
    this.addSql(`drop table if exists "generation_batch" cascade;`);

    this.addSql(`alter table "generation" drop constraint "generation_cached_from_id_foreign";`);

    this.addSql(`drop index "generation_prompt_version_id_index";`);
    this.addSql(`drop index "generation_cached_from_id_index";`);
    this.addSql(`drop index "generation_batch_id";`);
    this.addSql(`drop index "generation_replay_of";`);
    this.addSql(`drop index "generation_replay";`);
    this.addSql(`alter table "generation" drop constraint "generation_cache_mode_check";`);
    this.addSql(`alter table "generation" drop constraint "generation_cache_hit_check";`);
    this.addSql(`alter table "generation" drop column "prompt_version_id", drop column "variables", drop column "batch_id", drop column "batch_position", drop column "cache_mode", drop column "cache_hit", drop column "cached_from_id", drop column "routing", drop column "ceilings", drop column "held_at", drop column "pending", drop column "is_degraded", drop column "quality", drop column "replay_of_id", drop column "replay_id", drop column "lineage_hash";`);

    this.addSql(`alter table "provider_call" drop column "asked_for";`);

    this.addSql(`drop index "quote_words";`);
  }

}
