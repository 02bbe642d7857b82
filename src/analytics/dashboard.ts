import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Int } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Column, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import type { StoredWidget } from "./dashboard-widget.js";

/** Each change gets a new place, by which `dashboardChanged` finds it. */
const dashboardPlace = `create or replace function dashboard_place() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    new.xid := pg_current_xact_id();
    new.position := nextval(pg_get_serial_sequence('dashboard', 'position'));
    return new;
  end $$;
  create trigger dashboard_place before insert or update on dashboard for each row execute function dashboard_place();`;

@Stored({
  table: "dashboard",
  description: "Widgets on a grid, each with a query that is answered for who looks.",
  visible: visibleToSharers(),
  triggers: { dashboard_place: dashboardPlace },
})
@Index({ name: "dashboard_created", properties: ["workspaceId", "createdAt", "id"] })
export class Dashboard extends OwnedRow {
  @Column(() => String, {
    sql: "varchar(200)",
    description: "What it is called, 1 to 200 characters.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Column(() => String, {
    sql: "varchar(2000)",
    nullable: true,
    description: "What it is for, at most 2,000 characters; null when nobody has said.",
    filter: true,
  })
  description!: string | null;

  @Column(() => Int, {
    sql: "integer",
    description: "Counts its changes, from 1: `updateDashboard` names the one that it is about.",
    filter: true,
  })
  revision!: number;

  /** With it in one row, so that a dashboard is always one revision of all of them. `DashboardResolver` shows them. */
  @PrivateColumn({ sql: "jsonb" })
  widgets!: readonly StoredWidget[];

  /** Twins that its widgets name: with news of them it has news too. */
  @PrivateColumn({ sql: "text[]" })
  twinIds!: string[];

  /** Types of twins that its widgets name. */
  @PrivateColumn({ sql: "text[]" })
  twinTypes!: string[];

  /** Whether its widgets count product events. */
  @PrivateColumn({ sql: "boolean", defaultRaw: "false" })
  looksAtEvents!: boolean;

  @Reference(() => User, { field: "createdBy", description: "Who made it; null once that person has left." })
  createdById!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was last changed.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;

  /** With `position` the place of its last change, as in the event log. */
  @PrivateColumn({ sql: "xid8", defaultRaw: "pg_current_xact_id()" })
  xid!: string;

  @PrivateColumn({ sql: "bigint", identity: true })
  position!: string;
}
