import { Migration } from "@mikro-orm/migrations";

/**
 * Product events and what is summed up of them. In a schema of their own, to which the tenant role has no right: whoever
 * reads them names the workspace of the actor.
 */
export class Migration20261122041000 extends Migration {
  override name = "Migration20261122041000";

  override up(): void | Promise<void> {
    this.addSql(`create schema "analytics";`);
    // Partitions are days in UTC, made when the first event of a day comes.
    this.addSql(`create table "analytics"."product_event" ("workspace_id" text not null, "at" timestamptz not null,
      "id" text collate "C" not null, "name" text not null, "user_id" text null, "session" text null, "properties" jsonb not null,
      primary key ("workspace_id", "at", "id")) partition by range ("at");`);
    this.addSql(`create index "product_event_name" on "analytics"."product_event" ("workspace_id", "name", "at", "id");`);
    this.addSql(`create index "product_event_user" on "analytics"."product_event" ("user_id") where "user_id" is not null;`);
    this.addSql(`create table "analytics"."event_hour" ("workspace_id" text not null, "start" timestamptz not null,
      "name" text not null, "count" bigint not null, primary key ("workspace_id", "start", "name"));`);
    for (const level of ["hour", "day"]) {
      this.addSql(`create table "analytics"."active_user_${level}" ("workspace_id" text not null, "start" timestamptz not null,
        "user_id" text not null, primary key ("workspace_id", "start", "user_id"));`);
      this.addSql(`create index "active_user_${level}_user" on "analytics"."active_user_${level}" ("user_id");`);
    }
    // Hours of which the figures, up to the day, do not know every event. Only ever added to by who writes events.
    this.addSql(`create table "analytics"."stale_hour" ("id" bigint generated always as identity primary key,
      "workspace_id" text not null, "start" timestamptz not null);`);
    this.addSql(`create index "stale_hour_workspace" on "analytics"."stale_hour" ("workspace_id", "start");`);
    // Events go with their workspace, whatever deletes it.
    this.addSql(`create function "analytics"."forget_workspace"() returns trigger language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      begin
        delete from analytics.product_event where workspace_id = old.id;
        delete from analytics.event_hour where workspace_id = old.id;
        delete from analytics.active_user_hour where workspace_id = old.id;
        delete from analytics.active_user_day where workspace_id = old.id;
        delete from analytics.stale_hour where workspace_id = old.id;
        return null;
      end $$;`);
    this.addSql(`create trigger "workspace_product_events" after delete on "workspace" for each row
      execute function "analytics"."forget_workspace"();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger "workspace_product_events" on "workspace";`);
    this.addSql(`drop schema "analytics" cascade;`);
  }
}
