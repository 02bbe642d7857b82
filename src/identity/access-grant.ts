import { Unique } from "@mikro-orm/decorators/legacy";
import { ID } from "type-graphql";
import { AccessLevel } from "#src/platform/access-level.js";
import { Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { User } from "./user.js";

/**
 * Keeps on each grant who else manages its resource. A policy of Postgres cannot look at its own table, so each row has to
 * say itself who sees it. Whoever changes grants holds the resource's row, so no two of these run at once.
 */
const keepManagerIds = `create or replace function access_grant_managers() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    update access_grant set manager_ids = array(select g.user_id from access_grant g
      where g.resource_id = coalesce(new.resource_id, old.resource_id) and g.level = 'MANAGE')
    where resource_id = coalesce(new.resource_id, old.resource_id);
    return null;
  end $$;
  create trigger access_grant_managers after insert or delete or update of level on access_grant
  for each row execute function access_grant_managers();`;

@Stored({
  table: "access_grant",
  description: "What a member may do with one thing, beyond what the member's role says.",
  // Seen by who has it, by who made the thing, and by those who manage it.
  visible: (row, { workspace, user }) =>
    `${row}.workspace_id = ${workspace} and (${row}.user_id = ${user} or ${row}.owner_id = ${user} or ${user} = any(${row}.manager_ids))`,
  triggers: { access_grant_managers: keepManagerIds },
})
@Unique({ name: "access_grant_resource_user", properties: ["resourceId", "userId"] })
export class AccessGrant extends Row {
  @Column(() => ID, { sql: "text", description: "The thing; `node(id)` reads it.", filter: true })
  resourceId!: string;

  @Reference(() => User, { field: "user", description: "Who may.", index: true, deleteRule: "cascade" })
  userId!: string;

  @EnumColumn("AccessLevel", AccessLevel, { description: "What the user may do.", filter: true, group: true })
  level!: AccessLevel;

  @Reference(() => User, {
    field: "grantedBy",
    description: "Who gave it last; null once that person has left.",
    deleteRule: "cascade",
  })
  grantedById!: string;

  /** Who made the resource. */
  @PrivateColumn({ sql: "text" })
  ownerId!: string;

  @PrivateColumn({ sql: "text[]", nullable: true })
  managerIds!: string[] | null;
}
