import { Migration } from '@mikro-orm/migrations';

export class Migration20261121210654 extends Migration {

  override name = 'Migration20261121210654';

  override up(): void | Promise<void> {
    this.addSql(`create table "provider_call" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "generation_id" text null, "created_by_id" text not null, "api_key_id" text null, "purpose" text not null, "provider" text not null, "model" varchar(100) not null, "operation" text not null, "outcome" text not null, "started_at" timestamptz not null, "latency" integer not null, "first_token_ms" integer null, "input_tokens" integer null, "output_tokens" integer null, "is_estimated" boolean not null, "cost_micros" bigint null, "headroom" double precision null, primary key ("id"));`);
    this.addSql(`create index "provider_call_recent" on "provider_call" ("started_at");`);
    this.addSql(`create index "provider_call_started" on "provider_call" ("workspace_id", "started_at", "id");`);
    this.addSql(`create index "provider_call_generation" on "provider_call" ("generation_id", "id");`);

    this.addSql(`alter table "generation" add "api_key_id" text null, add "purpose" text not null default 'quotes.generate', add "status" text not null default 'SUCCEEDED', add "error_code" text null, add "request" jsonb not null default '{}', add "reserved_micros" bigint null, add "finished_at" timestamptz null;`);
    this.addSql(`update "generation" set "finished_at" = "created_at", "status" = case when "is_complete" then 'SUCCEEDED' else 'CANCELLED' end, "request" = jsonb_build_object('model', "provider" || '/' || "model", 'messages', '[]'::jsonb, 'maxTokens', 400);`);
    this.addSql(`alter table "generation" alter column "purpose" drop default, alter column "status" drop default, alter column "request" drop default;`);
    this.addSql(`alter table "generation" alter column "cost_micros" type bigint using ("cost_micros"::bigint);`);
    // What was spent before there was a ledger is its beginning.
    this.addSql(`insert into "provider_call" ("id", "workspace_id", "created_at", "visibility", "generation_id", "created_by_id", "purpose", "provider", "model", "operation", "outcome", "started_at", "latency", "first_token_ms", "input_tokens", "output_tokens", "is_estimated", "cost_micros") select 'provider_call' || substr("id", length('generation') + 1), "workspace_id", "created_at", "visibility", "id", "created_by_id", 'quotes.generate', "provider", "model", 'CHAT', case when "is_complete" then 'OK' else 'STOPPED' end, "created_at", coalesce("duration_ms", 0), "first_token_ms", "input_tokens", "output_tokens", false, "cost_micros" from "generation";`);
    this.addSql(`alter table "generation" alter column "duration_ms" drop not null;`);
    this.addSql(`alter table "generation" alter column "model" drop not null;`);
    this.addSql(`alter table "generation" alter column "provider" drop not null;`);
    this.addSql(`create index "generation_created" on "generation" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "generation" add constraint "generation_status_check" check ("status" in ('OPEN', 'SUCCEEDED', 'FAILED', 'CANCELLED'));`);

    this.addSql(`alter table "provider_call" add constraint "provider_call_operation_check" check ("operation" in ('CHAT', 'EMBEDDINGS'));`);
    this.addSql(`alter table "provider_call" add constraint "provider_call_outcome_check" check ("outcome" in ('OK', 'LENGTH', 'CONTENT_FILTER', 'STOPPED', 'TIMEOUT', 'RATE_LIMITED', 'UNAVAILABLE', 'CUT', 'INVALID_ANSWER', 'CREDENTIALS', 'REJECTED', 'LOST', 'CACHED'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "provider_call" cascade;`);

    this.addSql(`drop index "generation_created";`);
    this.addSql(`alter table "generation" drop constraint "generation_status_check";`);
    this.addSql(`alter table "generation" drop column "api_key_id", drop column "purpose", drop column "status", drop column "error_code", drop column "request", drop column "reserved_micros", drop column "finished_at";`);
    this.addSql(`alter table "generation" alter column "provider" set not null;`);
    this.addSql(`alter table "generation" alter column "model" set not null;`);
    this.addSql(`alter table "generation" alter column "cost_micros" type double precision using ("cost_micros"::double precision);`);
    this.addSql(`alter table "generation" alter column "duration_ms" set not null;`);
  }

}
