import { Migration } from '@mikro-orm/migrations';

export class Migration20261121185512 extends Migration {

  override name = 'Migration20261121185512';

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

    this.addSql(`alter table "audit_entry" add constraint "audit_entry_outcome_check" check ("outcome" in ('SUCCEEDED', 'DENIED'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "audit_checkpoint" cascade;`);
    this.addSql(`drop table if exists "audit_entry" cascade;`);
    this.addSql(`drop table if exists "audit_seal" cascade;`);
    this.addSql(`drop table if exists "audit_unsealed" cascade;`);
  }

}
