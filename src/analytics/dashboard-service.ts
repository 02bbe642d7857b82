import { sql } from "kysely";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { findOwned, requireLevel } from "#src/platform/find-owned.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Following, Live } from "#src/platform/live.js";
import { Visibility } from "#src/platform/owned-row.js";
import { accessTopic } from "#src/platform/resource-watch.js";
import { Dashboard } from "./dashboard.js";
import type { CreateDashboardInput, DashboardChange, UpdateDashboardInput } from "./dashboard-inputs.js";
import { dashboardLog } from "./dashboard-log.js";
import type { DashboardWidget, StoredWidget } from "./dashboard-widget.js";
import type { DashboardWidgets } from "./dashboard-widgets.js";
import { textOf } from "./widget-source.js";

export const dashboardList = defineList(Dashboard, { plural: "dashboards" });

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly live: Live;
  readonly widgets: DashboardWidgets;
}

/** Dashboards: what they show is data, and answered for who looks. */
export class DashboardService {
  constructor(private readonly deps: Deps) {}

  create(actor: Actor, { description, visibility, ...input }: CreateDashboardInput): Promise<Dashboard> {
    const name = textOf(input.name, 200, "input.name");
    const widgets = this.deps.widgets.parse(input.widgets ?? [], "input.widgets");
    return this.deps.database.write(actor, async (change) => {
      const dashboard = change.create(Dashboard, {
        ...{ name, description: description ?? null, revision: 1 },
        ...(await this.#content(change, widgets)),
        visibility: visibility ?? Visibility.WORKSPACE,
        createdById: actor.userId,
        updatedAt: change.now,
      } as Dashboard);
      change.record("dashboard.created", dashboard, shown(dashboard));
      return dashboard;
    });
  }

  update(actor: Actor, id: string, input: UpdateDashboardInput): Promise<Dashboard> {
    const { name, description, visibility } = input;
    const widgets = input.widgets && this.deps.widgets.parse(input.widgets, "input.widgets");
    if (widgets === null) throw badInput("is a list, which may be empty.", "input.widgets");
    return this.deps.database.write(actor, async (change) => {
      const dashboard = await findOwned(change, Dashboard, id, AccessLevel.WRITE);
      if (dashboard.revision !== input.revision)
        throw new DomainError(
          "CONFLICT",
          `The dashboard is at revision ${dashboard.revision}, and the change is about ${input.revision}: read it again.`,
          { field: "input.revision" },
        );
      if (name !== undefined) dashboard.name = textOf(name ?? "", 200, "input.name");
      if (description !== undefined) dashboard.description = description;
      if (widgets !== undefined) Object.assign(dashboard, await this.#content(change, widgets));
      Object.assign(dashboard, { revision: dashboard.revision + 1, updatedAt: change.now });
      if (visibility !== undefined) await share(change, dashboard, visibility);
      change.record("dashboard.updated", dashboard, shown(dashboard));
      return dashboard;
    });
  }

  delete(actor: Actor, id: string): Promise<Dashboard> {
    return this.deps.database.write(actor, async (change) => {
      const dashboard = await findOwned(change, Dashboard, id, AccessLevel.MANAGE);
      const deleted = Object.assign(new Dashboard(), dashboard);
      change.remove(dashboard);
      await change.systemSql(sql`delete from access_grant where resource_id = ${deleted.id}`);
      change.record("dashboard.deleted", deleted, shown(deleted));
      change.wake(accessTopic(deleted.id));
      return deleted;
    });
  }

  follow(actor: Actor, id: string, after: string | null | undefined): Promise<Following<DashboardChange>> {
    return dashboardLog(this.deps, actor, id, after);
  }

  widgetsOf(actor: Actor, { widgets }: Dashboard): DashboardWidget[] {
    return this.deps.widgets.shownTo(actor, widgets);
  }

  /** Widgets, and the twins that they name: each of them has to be there. */
  async #content(change: Change, widgets: readonly StoredWidget[]) {
    const looks = this.deps.widgets.looksAt(widgets);
    const { workspaceId } = change.actor;
    const found = await change.sql(sql<{ id: string }>`select id from twin
      where workspace_id = ${workspaceId} and id = any(${looks.twinIds}::text[])`);
    const known = new Set(found.map(({ id }) => id));
    const missing = looks.twinIds.find((id) => !known.has(id));
    if (missing !== undefined) throw notFound("twin", missing);
    return { widgets, ...looks };
  }
}

/** Changes who sees a dashboard, and with it what was recorded of it. */
const share = async (change: Change, dashboard: Dashboard, visibility: Visibility | null): Promise<void> => {
  if (visibility === null) throw badInput("is WORKSPACE or PRIVATE.", "input.visibility");
  if (visibility === dashboard.visibility) return;
  await requireLevel(change, dashboard, AccessLevel.MANAGE);
  dashboard.visibility = visibility;
  const { id, workspaceId, createdById } = dashboard;
  await change.systemSql(sql`update event set visibility = ${visibility}, owner_id = coalesce(owner_id, ${createdById})
    where subject_id = ${id} and workspace_id = ${workspaceId}`);
  change.wake(accessTopic(id));
};

const shown = ({ id, name, revision, widgets }: Dashboard) => ({ id, name, revision, widgets: widgets.length });
