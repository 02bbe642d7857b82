import { ObjectType, registerEnumType } from "type-graphql";
import { EnumColumn, type RowExpression } from "./column.js";
import { Row } from "./row.js";

export enum Visibility {
  WORKSPACE = "WORKSPACE",
  PRIVATE = "PRIVATE",
}

registerEnumType(Visibility, {
  name: "Visibility",
  description: "Who sees a thing that a person owns.",
  valuesConfig: {
    WORKSPACE: { description: "All members of its workspace." },
    PRIVATE: { description: "Whoever made it, and those whom `grantAccess` has given a level. No role sees more." },
  },
});

/** A row that somebody owns: whoever made it decides who else sees it. Its class says `visible: visibleToSharers()`. */
@ObjectType()
export abstract class OwnedRow extends Row {
  @EnumColumn("Visibility", Visibility, {
    description: "Who sees it beside whoever made it.",
    defaultRaw: "'WORKSPACE'",
    filter: true,
    group: true,
  })
  visibility!: Visibility;

  abstract createdById: string;
}

/** The classes whose rows can be shared, one by one. */
export const isOwned = (entity: { prototype: object }): boolean => entity.prototype instanceof OwnedRow;

/** Columns of a row that is seen like another one. */
interface Sharing {
  /** Id of the owned row that is shared: its own, or the one that it tells of. */
  readonly subject?: string;
  /** Who made that. */
  readonly owner?: string;
  /** Id of what the row is a part of, or null: whoever may see that by a grant sees the part too. */
  readonly partOf?: string;
}

/** Who sees an owned row, or one that tells of it. Rows for the whole workspace are decided by the row alone. */
export const visibleToSharers =
  ({ subject = "id", owner = "created_by_id", partOf }: Sharing = {}): RowExpression =>
  (row, { workspace, user }) => {
    const shared = partOf === undefined ? `= ${row}.${subject}` : `in (${row}.${subject}, ${row}.${partOf})`;
    return (
      `${row}.workspace_id = ${workspace} and (${row}.visibility = 'WORKSPACE' or ${row}.${owner} = ${user} or exists (` +
      `select 1 from access_grant g where g.resource_id ${shared} and g.user_id = ${user}))`
    );
  };
