import { Migration } from '@mikro-orm/migrations';

export class Migration20261122020949 extends Migration {

  override name = 'Migration20261122020949';

  override up(): void | Promise<void> {
    this.addSql(`create table "discarded_object" ("object_key" text not null, "due_at" timestamptz not null, "is_going" boolean not null default false, primary key ("object_key"));`);
    this.addSql(`create index "discarded_object_due" on "discarded_object" ("due_at");`);

    this.addSql(`create table "embedding" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "collection" text not null, "subject_id" text not null, "model" text not null, "vector" bytea not null, "text_hash" bytea not null, "xid" xid8 not null default pg_current_xact_id(), primary key ("id"));`);
    this.addSql(`create index "embedding_news" on "embedding" ("workspace_id", "collection", "model", "xid", "subject_id");`);
    this.addSql(`alter table "embedding" add constraint "embedding_subject" unique ("subject_id", "model");`);

    this.addSql(`create table "embedding_cursor" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "collection" text not null, "model" text not null, "xid" xid8 not null, "position" bigint not null, "backfilled_to" text null, "leased_by" text null, "leased_until" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "embedding_cursor" add constraint "embedding_cursor_space" unique ("workspace_id", "collection", "model");`);

    this.addSql(`create table "stored_file" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "name" varchar(255) not null, "content_type" varchar(100) not null, "size" bigint not null, "sha256" text not null, "created_by_id" text not null, "object_key" text not null, "file_key" text not null, "sound" jsonb null, primary key ("id"));`);
    this.addSql(`alter table "stored_file" add constraint "stored_file_object_key_unique" unique ("object_key");`);
    this.addSql(`create index "stored_file_created" on "stored_file" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "upload" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "file_name" varchar(255) not null, "purpose" text not null, "status" text not null, "size" bigint null, "received" bigint not null, "problem" text null, "file_id" text null, "job_id" text null, "created_by_id" text not null, "expires_at" timestamptz null, "pieces" jsonb not null default '[]', "file_key" text not null, "held_by" text null, "held_until" timestamptz null, primary key ("id"));`);
    this.addSql(`create index "upload_file_id_index" on "upload" ("file_id");`);
    this.addSql(`create index "upload_job_id_index" on "upload" ("job_id");`);
    this.addSql(`create index "upload_expires" on "upload" ("expires_at");`);
    this.addSql(`create index "upload_created" on "upload" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "voice_recording" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "title" varchar(200) not null, "file_id" text not null, "duration" integer not null, "codec" varchar(50) not null, "sample_rate" integer null, "channels" integer null, "language" varchar(35) null, "created_by_id" text not null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "voice_recording_file_id_index" on "voice_recording" ("file_id");`);
    this.addSql(`create index "voice_recording_created" on "voice_recording" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "transcript" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "recording_id" text not null, "job_id" text not null, "status" text not null, "text" text not null, "transcriber" varchar(50) not null, "model" varchar(100) not null, "language" varchar(35) null, "confidence" double precision null, "spoken_ms" integer null, "error_code" text null, "error_message" text null, "started_at" timestamptz null, "finished_at" timestamptz null, "created_by_id" text not null, primary key ("id"));`);
    this.addSql(`create index "transcript_job_id_index" on "transcript" ("job_id");`);
    this.addSql(`create index "transcript_created" on "transcript" ("workspace_id", "created_at", "id");`);
    this.addSql(`create index "transcript_recording" on "transcript" ("recording_id", "id");`);

    this.addSql(`create table "voice_quote" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "visibility" text not null default 'WORKSPACE', "job_id" text not null, "upload_id" text null, "recording_id" text null, "transcript_id" text null, "quote_id" text null, "generation_id" text null, "created_by_id" text not null, primary key ("id"));`);
    this.addSql(`create index "voice_quote_job_id_index" on "voice_quote" ("job_id");`);
    this.addSql(`create index "voice_quote_upload_id_index" on "voice_quote" ("upload_id");`);
    this.addSql(`create index "voice_quote_recording_id_index" on "voice_quote" ("recording_id");`);
    this.addSql(`create index "voice_quote_transcript_id_index" on "voice_quote" ("transcript_id");`);
    this.addSql(`create index "voice_quote_quote_id_index" on "voice_quote" ("quote_id");`);
    this.addSql(`create index "voice_quote_created" on "voice_quote" ("workspace_id", "created_at", "id");`);

    this.addSql(`create table "transcript_segment" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "transcript_id" text not null, "created_by_id" text not null, "visibility" text not null default 'WORKSPACE', "position" integer not null, "start_ms" integer not null, "end_ms" integer not null, "text" text not null, "language" varchar(35) null, "confidence" double precision null, primary key ("id"));`);
    this.addSql(`alter table "transcript_segment" add constraint "transcript_segment_place" unique ("transcript_id", "start_ms", "position");`);

    this.addSql(`create table "transcript_chunk" ("id" text not null, "workspace_id" text not null, "created_at" timestamptz not null, "transcript_id" text not null, "created_by_id" text not null, "visibility" text not null default 'WORKSPACE', "position" integer not null, "start_ms" integer not null, "end_ms" integer not null, "status" text not null, "attempts" integer not null, "pending" jsonb null, "error_message" text null, primary key ("id"));`);
    this.addSql(`create index transcript_chunk_pending on transcript_chunk (workspace_id) where pending is not null;`);
    this.addSql(`alter table "transcript_chunk" add constraint "transcript_chunk_place" unique ("transcript_id", "position");`);

    this.addSql(`alter table "model_price" add "micros_per_minute" bigint null;`);

    this.addSql(`alter table "provider_call" drop constraint "provider_call_operation_check";`);
    this.addSql(`alter table "provider_call" add "transcript_id" text null;`);
    this.addSql(`create index provider_call_transcript on provider_call (transcript_id) where transcript_id is not null;`);
    this.addSql(`alter table "provider_call" add constraint "provider_call_operation_check" check ("operation" in ('CHAT', 'EMBEDDINGS', 'TRANSCRIPTION'));`);

    this.addSql(`alter table "quote" add "analyzed_by" varchar(160) null;`);

    this.addSql(`alter table "stored_file" add constraint "stored_file_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "stored_file" add constraint "stored_file_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "upload" add constraint "upload_file_id_foreign" foreign key ("file_id") references "stored_file" ("id") on delete set null;`);
    this.addSql(`alter table "upload" add constraint "upload_job_id_foreign" foreign key ("job_id") references "job" ("id") on delete set null;`);
    this.addSql(`alter table "upload" add constraint "upload_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "upload" add constraint "upload_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);
    this.addSql(`alter table "upload" add constraint "upload_purpose_check" check ("purpose" in ('RECORDING'));`);
    this.addSql(`alter table "upload" add constraint "upload_status_check" check ("status" in ('RECEIVING', 'CHECKING', 'READY', 'REFUSED', 'CANCELLED'));`);

    this.addSql(`alter table "voice_recording" add constraint "voice_recording_file_id_foreign" foreign key ("file_id") references "stored_file" ("id");`);
    this.addSql(`alter table "voice_recording" add constraint "voice_recording_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "voice_recording" add constraint "voice_recording_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "transcript" add constraint "transcript_recording_id_foreign" foreign key ("recording_id") references "voice_recording" ("id") on delete cascade;`);
    this.addSql(`alter table "transcript" add constraint "transcript_job_id_foreign" foreign key ("job_id") references "job" ("id");`);
    this.addSql(`alter table "transcript" add constraint "transcript_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "transcript" add constraint "transcript_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);
    this.addSql(`alter table "transcript" add constraint "transcript_status_check" check ("status" in ('PENDING', 'PROCESSING', 'DONE', 'FAILED', 'CANCELLED'));`);

    this.addSql(`alter table "voice_quote" add constraint "voice_quote_job_id_foreign" foreign key ("job_id") references "job" ("id");`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_upload_id_foreign" foreign key ("upload_id") references "upload" ("id") on delete set null;`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_recording_id_foreign" foreign key ("recording_id") references "voice_recording" ("id") on delete set null;`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_transcript_id_foreign" foreign key ("transcript_id") references "transcript" ("id") on delete set null;`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_quote_id_foreign" foreign key ("quote_id") references "quote" ("id") on delete set null;`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id");`);
    this.addSql(`alter table "voice_quote" add constraint "voice_quote_visibility_check" check ("visibility" in ('WORKSPACE', 'PRIVATE'));`);

    this.addSql(`alter table "transcript_segment" add constraint "transcript_segment_transcript_id_foreign" foreign key ("transcript_id") references "transcript" ("id") on delete cascade;`);

    this.addSql(`alter table "transcript_chunk" add constraint "transcript_chunk_transcript_id_foreign" foreign key ("transcript_id") references "transcript" ("id") on delete cascade;`);
    this.addSql(`alter table "transcript_chunk" add constraint "transcript_chunk_status_check" check ("status" in ('PENDING', 'DONE', 'FAILED'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "upload" drop constraint "upload_file_id_foreign";`);
    this.addSql(`alter table "voice_recording" drop constraint "voice_recording_file_id_foreign";`);
    this.addSql(`alter table "voice_quote" drop constraint "voice_quote_upload_id_foreign";`);
    this.addSql(`alter table "transcript" drop constraint "transcript_recording_id_foreign";`);
    this.addSql(`alter table "voice_quote" drop constraint "voice_quote_recording_id_foreign";`);
    this.addSql(`alter table "voice_quote" drop constraint "voice_quote_transcript_id_foreign";`);
    this.addSql(`alter table "transcript_segment" drop constraint "transcript_segment_transcript_id_foreign";`);
    this.addSql(`alter table "transcript_chunk" drop constraint "transcript_chunk_transcript_id_foreign";`);

    this.addSql(`drop table if exists "discarded_object" cascade;`);
    this.addSql(`drop table if exists "embedding" cascade;`);
    this.addSql(`drop table if exists "embedding_cursor" cascade;`);
    this.addSql(`drop table if exists "stored_file" cascade;`);
    this.addSql(`drop table if exists "upload" cascade;`);
    this.addSql(`drop table if exists "voice_recording" cascade;`);
    this.addSql(`drop table if exists "transcript" cascade;`);
    this.addSql(`drop table if exists "voice_quote" cascade;`);
    this.addSql(`drop table if exists "transcript_segment" cascade;`);
    this.addSql(`drop table if exists "transcript_chunk" cascade;`);

    this.addSql(`alter table "model_price" drop column "micros_per_minute";`);

    this.addSql(`drop index "provider_call_transcript";`);
    this.addSql(`alter table "provider_call" drop constraint "provider_call_operation_check";`);
    this.addSql(`alter table "provider_call" drop column "transcript_id";`);
    this.addSql(`alter table "provider_call" add constraint "provider_call_operation_check" check ("operation" in ('CHAT', 'EMBEDDINGS'));`);

    this.addSql(`alter table "quote" drop column "analyzed_by";`);
  }

}
