import type { Connection } from "#schema/connect.js";
import { newId } from "#src/platform/ids.js";
import type { TestDatabase } from "./test-database.js";

export interface Twin {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly externalId: string | null;
  readonly location: string | null;
  readonly status: string;
  readonly metadata: Record<string, unknown>;
  readonly revision: number;
}

const fields = "id name type externalId location status metadata revision";

export const createTwin = async (person: Connection, input: object = {}): Promise<Twin> =>
  (
    await person.query<{ createTwin: Twin }>(
      `mutation ($input: CreateTwinInput!) { createTwin(input: $input) { ${fields} } }`,
      { input: { name: "Pump 1", type: "pump", ...input } },
    )
  ).createTwin;

export const updateTwin = async (person: Connection, id: string, input: object): Promise<Twin> =>
  (
    await person.query<{ updateTwin: Twin }>(
      `mutation ($id: ID!, $input: UpdateTwinInput!) { updateTwin(id: $id, input: $input) { ${fields} } }`,
      { id, input },
    )
  ).updateTwin;

export const deleteTwin = async (person: Connection, id: string): Promise<Twin> =>
  (await person.query<{ deleteTwin: Twin }>(`mutation ($id: ID!) { deleteTwin(id: $id) { ${fields} } }`, { id }))
    .deleteTwin;

export const linkTwins = async (person: Connection, parentId: string, childId: string, relation = "CONTAINS") =>
  (
    await person.query<{ linkTwins: { id: string; relation: string; parent: Twin; child: Twin } }>(
      "mutation ($input: TwinLinkInput!) { linkTwins(input: $input) { id relation parent { id name } child { id name } } }",
      { input: { parentId, childId, relation } },
    )
  ).linkTwins;

export const unlinkTwins = async (person: Connection, parentId: string, childId: string, relation = "CONTAINS") =>
  (
    await person.query<{ unlinkTwins: { id: string } }>(
      "mutation ($input: TwinLinkInput!) { unlinkTwins(input: $input) { id } }",
      { input: { parentId, childId, relation } },
    )
  ).unlinkTwins;

/** A metric with its figures and none of its points, past whatever takes them in. */
export const storeMetric = async (database: TestDatabase, workspaceId: string, twinId: string, name: string) => {
  const id = newId("metric");
  await database.query(
    `insert into metric (id, workspace_id, created_at, twin_id, name, unit, points, first_at, last_at, last_value)
      values ($1, $2, now(), $3, $4, 'Cel', 2, '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', 21.50)`,
    [id, workspaceId, twinId, name],
  );
  return id;
};
