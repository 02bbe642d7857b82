import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Column, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { GraphQLDecimal } from "#src/platform/decimal.js";
import { Row } from "#src/platform/row.js";
import { Twin } from "#src/twins/twin.js";

/** Whoever may delete a metric has no right to its points: a sweep takes them. */
const metricDiscarded = `create or replace function metric_discarded() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    insert into telemetry.discarded_series (series) select series from gone on conflict do nothing;
    return null;
  end $$;
  create trigger metric_discarded after delete on metric referencing old table as gone
  for each statement execute function metric_discarded();`;

@Stored({
  table: "metric",
  description: "Something that is measured of a twin, again and again: a series of points.",
  triggers: { metric_discarded: metricDiscarded },
})
@Unique({ name: "metric_name", properties: ["twinId", "name"] })
@Index({ name: "metric_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({ name: "metric_workspace_name", properties: ["workspaceId", "name"] })
@Unique({ name: "metric_series", properties: ["series"] })
export class Metric extends Row {
  @Reference(() => Twin, { field: "twin", description: "What is measured.", deleteRule: "cascade" })
  twinId!: string;

  @Column(() => String, {
    sql: "varchar(500)",
    description:
      'Its name, unique among those of its twin, 1 to 500 characters. Labels belong to it as in Prometheus: `http_requests_total{method="GET"}`.',
    filter: true,
    sort: true,
    group: true,
  })
  name!: string;

  @Column(() => String, {
    sql: "varchar(50)",
    nullable: true,
    description: "What it is measured in, such as `Cel` or `By` (UCUM); null when nobody has said.",
    filter: true,
    group: true,
  })
  unit!: string | null;

  /** By which points and rollups name it: they are many, and a number is short. */
  @PrivateColumn({ sql: "bigint", identity: true })
  series!: string;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    description: "Points that came, as long as they may be gone again.",
    filter: true,
    sort: true,
  })
  points!: number;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "The time of its earliest point.",
    filter: true,
  })
  firstAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "The time of its latest point.",
    filter: true,
    sort: true,
  })
  lastAt!: Date;

  @Column(() => GraphQLDecimal, { sql: "numeric", description: "The value of its latest point.", filter: true })
  lastValue!: string;
}
