import { Migration } from '@mikro-orm/migrations';

export class Migration20261122051450 extends Migration {

  override name = 'Migration20261122051450';

  override up(): void | Promise<void> {
    this.addSql(`create table "platform_twin" ("external_id" text not null, "twin_id" text not null, "holder" text null, "held_until" timestamptz not null, primary key ("external_id"));`);

    this.addSql(`create table "twin_state" ("twin_id" text not null, "workspace_id" text not null, "type" varchar(100) not null, "former_type" varchar(100) null, "xid" xid8 not null, "position" bigserial, "expires_at" timestamptz null, primary key ("twin_id"));`);
    this.addSql(`create index "twin_state_expires_at_index" on "twin_state" ("expires_at");`);
    this.addSql(`create index "twin_state_place" on "twin_state" ("workspace_id", "xid", "position");`);

    this.addSql(`create table "twin" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "name" varchar(200) not null, "type" varchar(100) not null, "external_id" varchar(200) null, "location" varchar(500) null, "status" text not null, "metadata" jsonb not null default '{}', "revision" integer not null, "created_by_id" text null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "twin_metadata" on "twin" using gin ("metadata");`);
    this.addSql(`create index "twin_created" on "twin" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "twin" add constraint "twin_external" unique ("workspace_id", "external_id");`);

    this.addSql(`create table "twin_link" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "parent_id" text not null, "child_id" text not null, "relation" text not null, "created_by_id" text null, primary key ("id"));`);
    this.addSql(`create index "twin_link_created" on "twin_link" ("workspace_id", "created_at", "id");`);
    this.addSql(`create index "twin_link_child" on "twin_link" ("child_id", "relation");`);
    this.addSql(`alter table "twin_link" add constraint "twin_link_pair" unique ("parent_id", "child_id", "relation");`);

    this.addSql(`create table "metric" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "twin_id" text not null, "name" varchar(500) not null, "unit" varchar(50) null, "series" bigserial, "points" bigint not null, "first_at" timestamptz not null, "last_at" timestamptz not null, "last_value" numeric not null, primary key ("id"));`);
    this.addSql(`create index "metric_workspace_name" on "metric" ("workspace_id", "name");`);
    this.addSql(`create index "metric_created" on "metric" ("workspace_id", "created_at", "id");`);
    this.addSql(`alter table "metric" add constraint "metric_series" unique ("series");`);
    this.addSql(`alter table "metric" add constraint "metric_name" unique ("twin_id", "name");`);

    this.addSql(`create table "report" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "title" varchar(200) not null, "format" text not null, "status" text not null, "range_from" timestamptz not null, "range_until" timestamptz not null, "time_zone" varchar(100) not null, "sections" jsonb not null, "file_id" text null, "job_id" text not null, "error_code" text null, "error_message" text null, "finished_at" timestamptz null, "created_by_id" text not null, primary key ("id"));`);
    this.addSql(`create index "report_file_id_index" on "report" ("file_id");`);
    this.addSql(`create index "report_job_id_index" on "report" ("job_id");`);
    this.addSql(`create index "report_created" on "report" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "dashboard" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "name" varchar(200) not null, "description" varchar(2000) null, "revision" integer not null, "widgets" jsonb not null, "twin_ids" text[] not null, "twin_types" text[] not null, "looks_at_events" boolean not null default false, "created_by_id" text not null, "updated_at" timestamptz not null, "xid" xid8 not null default pg_current_xact_id(), "position" bigserial, primary key ("id"));`);
    this.addSql(`create index "dashboard_created" on "dashboard" ("workspace_id", "created_at", "id");`);

    this.addSql(`alter table "upload" add "wanted_from" text null;`);

    this.addSql(`alter table "stored_file" add "part_of_id" text null;`);
    // The sound of a recording is a part of it.
    this.addSql(`update "stored_file" f set "part_of_id" = r.id from "voice_recording" r where r.file_id = f.id;`);

    this.addSql(`create index "quote_favourite_created" on "quote_favourite" ("workspace_id", "created_at", "id");`);

    this.addSql(`alter table "twin" add constraint "twin_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete set null;`);
    this.addSql(`alter table "twin" add constraint "twin_status_check" check ("status" in ('PLANNED', 'ACTIVE', 'MAINTENANCE', 'INACTIVE', 'RETIRED'));`);

    this.addSql(`alter table "twin_link" add constraint "twin_link_parent_id_foreign" foreign key ("parent_id") references "twin" ("id") on delete cascade;`);
    this.addSql(`alter table "twin_link" add constraint "twin_link_child_id_foreign" foreign key ("child_id") references "twin" ("id") on delete cascade;`);
    this.addSql(`alter table "twin_link" add constraint "twin_link_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on delete set null;`);
    this.addSql(`alter table "twin_link" add constraint "twin_link_relation_check" check ("relation" in ('CONTAINS', 'DEPENDS_ON', 'FEEDS', 'CONNECTS_TO'));`);

    this.addSql(`alter table "metric" add constraint "metric_twin_id_foreign" foreign key ("twin_id") references "twin" ("id") on delete cascade;`);

    this.addSql(`alter table "report" add constraint "report_file_id_foreign" foreign key ("file_id") references "stored_file" ("id") on delete set null;`);
    this.addSql(`alter table "report" add constraint "report_job_id_foreign" foreign key ("job_id") references "job" ("id");`);
    this.addSql(`alter table "report" add constraint "report_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "report" add constraint "report_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);
    this.addSql(`alter table "report" add constraint "report_format_check" check ("format" in ('CSV', 'PDF'));`);
    this.addSql(`alter table "report" add constraint "report_status_check" check ("status" in ('PENDING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'));`);

    this.addSql(`alter table "dashboard" add constraint "dashboard_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "dashboard" add constraint "dashboard_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "twin_link" drop constraint "twin_link_parent_id_foreign";`);
    this.addSql(`alter table "twin_link" drop constraint "twin_link_child_id_foreign";`);
    this.addSql(`alter table "metric" drop constraint "metric_twin_id_foreign";`);

    this.addSql(`drop table if exists "platform_twin" cascade;`);
    this.addSql(`drop table if exists "twin_state" cascade;`);
    this.addSql(`drop table if exists "twin" cascade;`);
    this.addSql(`drop table if exists "twin_link" cascade;`);
    this.addSql(`drop table if exists "metric" cascade;`);
    this.addSql(`drop table if exists "report" cascade;`);
    this.addSql(`drop table if exists "dashboard" cascade;`);

    this.addSql(`alter table "stored_file" drop column "part_of_id";`);

    this.addSql(`alter table "upload" drop column "wanted_from";`);

    this.addSql(`drop index "quote_favourite_created";`);
  }

}
