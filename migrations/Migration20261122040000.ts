import { Migration } from "@mikro-orm/migrations";

/**
 * Points and what is summed up of them. In a schema of their own, to which the tenant role has no right: they name the
 * series of a metric, and whoever reads them has found that metric under the tenant role before.
 */
export class Migration20261122040000 extends Migration {
  override name = "Migration20261122040000";

  override up(): void | Promise<void> {
    this.addSql(`create schema "telemetry";`);
    // Partitions are days in UTC, made when the first point of a day comes.
    this.addSql(`create table "telemetry"."point" ("series" bigint not null, "at" timestamptz not null, "value" numeric not null,
      primary key ("series", "at")) partition by range ("at");`);
    for (const level of ["minute", "hour", "day"])
      this.addSql(`create table "telemetry"."rollup_${level}" ("series" bigint not null, "start" timestamptz not null,
        "count" bigint not null, "sum" numeric not null, "min" numeric not null, "max" numeric not null,
        "last" numeric not null, "last_at" timestamptz not null, "sketch_keys" int[] not null, "sketch_counts" bigint[] not null,
        primary key ("series", "start"));`);
    // What the rollups of a level do not know yet: minutes (0), whose points changed, hours (1) and days (2). Who writes points
    // adds minutes, and nobody changes a row.
    this.addSql(`create table "telemetry"."stale" ("id" bigint generated always as identity primary key, "series" bigint not null,
      "level" smallint not null default 0, "start" timestamptz not null, "at" timestamptz not null default now());`);
    this.addSql(`create index "stale_series" on "telemetry"."stale" ("series", "start");`);
    this.addSql(`create index "stale_due" on "telemetry"."stale" ("level", ("series" % 16), "at");`);
    // Of metrics that are gone; a sweep takes their points.
    this.addSql(`create table "telemetry"."discarded_series" ("series" bigint primary key);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop schema "telemetry" cascade;`);
  }
}
