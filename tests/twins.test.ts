import { execute, parse } from "graphql";
import pg from "pg";
import { Context } from "#resolvers/context.js";
import { createSchema } from "#resolvers/schema.js";
import type { Caller } from "#src/identity/caller.js";
import { Role } from "#src/identity/membership.js";
import { permissionsOf } from "#src/identity/permissions.js";
import { newId } from "#src/platform/ids.js";
import { shapeOf } from "#src/platform/lists/entity-shape.js";
import { compileFilter } from "#src/platform/lists/filter-sql.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { Twin } from "#src/twins/twin.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { startTeam } from "./support/team.js";
import { createTwin, deleteTwin, linkTwins, storeMetric, updateTwin } from "./support/twins.js";

let atrium: TestAtrium;
let ann: Person;
let workspaceId: string;
beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
  workspaceId = (await ann.sdk.Workspace()).workspace.id;
});
afterAll(() => atrium.close());

const countOf = async (sql: string, values: unknown[]) =>
  Number((await atrium.database.query<{ count: string }>(sql, values))[0]?.count);

describe("T1 the registry", () => {
  test("T1 a thing is registered with all that is known of it, and every member of its workspace sees it", async () => {
    const team = await startTeam(atrium);
    const metadata = { size: { width: 12.5 }, tags: ["a", "b"], nothing: null };
    const input = { name: " Pump 7 ", location: "Hall 3", externalId: "plc-7", status: "PLANNED", metadata };
    const made = await createTwin(team.owner, input);
    expect(made).toEqual({
      ...{ id: expect.stringMatching(/^twin_/), name: "Pump 7", type: "pump", location: "Hall 3", status: "PLANNED" },
      ...{ externalId: "plc-7", revision: 1, metadata: { size: { width: 12.5 }, tags: ["a", "b"] } },
    });
    const viewer = await team.join("VIEWER");
    const asked = "query ($id: ID!) { twin(id: $id) { id name createdBy { id } } }";
    expect(await viewer.query(asked, made)).toEqual({
      twin: { id: made.id, name: "Pump 7", createdBy: { id: team.owner.userId } },
    });
    expect(await ann.query(asked, made)).toEqual({ twin: null });
    expect((await errorOf(createTwin(viewer))).code).toBe("FORBIDDEN");
    expect((await errorOf(updateTwin(ann, made.id, { revision: 1, name: "Mine" }))).code).toBe("NOT_FOUND");
    expect((await errorOf(deleteTwin(ann, made.id))).code).toBe("NOT_FOUND");
  });

  test("T1 of those who change the same revision one does, and the others are told the one that there is", async () => {
    const { id } = await createTwin(ann);
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => updateTwin(ann, id, { revision: 1, name: `Pump ${n}` })),
    );
    const done = all.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(done).toHaveLength(1);
    expect(done[0]?.revision).toBe(2);
    for (const each of all)
      if (each.status === "rejected")
        expect(each.reason).toMatchObject({ code: "CONFLICT", details: { field: "input.revision", revision: 2 } });
    const { message } = await errorOf(updateTwin(ann, id, { revision: 1, status: "RETIRED" }));
    expect(message).toContain("has the revision 2, and the change is about 1");
    expect(await updateTwin(ann, id, { revision: 2, status: "RETIRED" })).toMatchObject({
      ...{ name: done[0]?.name, status: "RETIRED", revision: 3 },
    });
  });

  test("T1 metadata is merged as a patch, and has its bounds", async () => {
    const { id } = await createTwin(ann, { metadata: { a: { b: 1, c: 2 }, d: [1] }, location: "Hall 1" });
    const patch = { a: { b: null, e: 3 }, d: [2] };
    expect(await updateTwin(ann, id, { revision: 1, metadata: patch, location: null })).toMatchObject({
      ...{ metadata: { a: { c: 2, e: 3 }, d: [2] }, location: null, name: "Pump 1" },
    });
    const refused = async (input: object, field: string) =>
      expect(await errorOf(updateTwin(ann, id, { revision: 2, ...input }))).toMatchObject({
        ...{ code: "BAD_USER_INPUT", details: { field } },
      });
    const deep = Array.from({ length: 17 }).reduce<object>((inner) => ({ inner }), {});
    await refused({ metadata: { text: "x".repeat(64 * 1024) } }, "input.metadata");
    await refused({ metadata: deep }, "input.metadata");
    await refused({ metadata: null }, "input.metadata");
    await refused({ name: "  " }, "input.name");
    await refused({ name: null }, "input.name");
    await refused({ status: null }, "input.status");
    await refused({ type: "x".repeat(101) }, "input.type");
    expect((await errorOf(createTwin(ann, { name: "" }))).details.field).toBe("input.name");
  });

  test("T1 an external id names one twin of a workspace", async () => {
    await createTwin(ann, { externalId: "sps-1" });
    const conflict = { code: "CONFLICT", details: { field: "input.externalId" } };
    expect(await errorOf(createTwin(ann, { externalId: "sps-1" }))).toMatchObject(conflict);
    const { id } = await createTwin(ann, { externalId: "sps-2" });
    expect(await errorOf(updateTwin(ann, id, { revision: 1, externalId: "sps-1" }))).toMatchObject(conflict);
    await createTwin(await atrium.signUp(), { externalId: "sps-1" });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => createTwin(ann, { externalId: "sps-3" })));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("T1 with a twin its links and metrics go, and with a workspace all of them", async () => {
    const bob = await atrium.signUp();
    const { workspace } = await bob.sdk.Workspace();
    const [hall, pump] = [await createTwin(bob, { name: "Hall" }), await createTwin(bob)];
    await linkTwins(bob, hall.id, pump.id);
    const metric = await storeMetric(atrium.database, workspace.id, pump.id, "temperature");
    expect(await deleteTwin(bob, pump.id)).toEqual(pump);
    expect(
      await bob.query(
        "query ($p: ID!, $m: ID!) { twin(id: $p) { id } metric(id: $m) { id } twinLinks { totalCount } }",
        {
          ...{ p: pump.id, m: metric },
        },
      ),
    ).toEqual({ twin: null, metric: null, twinLinks: { totalCount: 0 } });
    await bob.query("mutation ($name: String!) { deleteWorkspace(name: $name) { id } }", { name: workspace.name });
    const left = () =>
      countOf(
        `select (select count(*) from twin where workspace_id = $1) + (select count(*) from twin_state where workspace_id = $1) as count`,
        [workspace.id],
      );
    await eventually(left, (count) => count === 0);
  });

  test("T1 twins are listed, filtered by what they relate to, and counted by their types", async () => {
    const cy = await atrium.signUp();
    const hall = await createTwin(cy, { name: "Hall", type: "room", status: "ACTIVE" });
    for (const name of ["P1", "P2", "P3"]) await linkTwins(cy, hall.id, (await createTwin(cy, { name })).id);
    const asked = await cy.query(`{
      twins(filter: { parentLinks: { some: { parent: { name: { eq: "Hall" } } } } }, orderBy: [{ field: NAME }], first: 2) {
        totalCount nodes { name parentLinks { nodes { relation parent { name } } } } }
      twinsAggregate(groupBy: [TYPE]) { group { type } count }
      twinLinksAggregate(groupBy: [RELATION]) { group { relation } count } }`);
    const parentLinks = { nodes: [{ relation: "CONTAINS", parent: { name: "Hall" } }] };
    expect(asked).toEqual({
      twins: { totalCount: 3, nodes: ["P1", "P2"].map((name) => ({ name, parentLinks })) },
      twinsAggregate: expect.arrayContaining([
        { group: { type: "pump" }, count: 3 },
        { group: { type: "room" }, count: 1 },
      ]),
      twinLinksAggregate: [{ group: { relation: "CONTAINS" }, count: 3 }],
    });
  });
});

describe("T2 twins by what is known of them", () => {
  beforeAll(async () => {
    // Of other workspaces as well; and too many to look at each of them.
    await atrium.database.query(
      `insert into twin (id, workspace_id, created_at, name, type, status, metadata, revision, updated_at)
        select 'twin_' || lpad(n::text, 26, '0'), case when n % 2 = 0 then $1 else 'workspace_other' end,
          now(), 'T' || n, 'seed', 'ACTIVE',
          case when n % 4000 = 0 then jsonb_build_object('rated', jsonb_build_object('kW', n / 1000), 'tags', jsonb_build_array('rare'))
            else jsonb_build_object('serial', 'S' || n) end, 1, now()
        from generate_series(1, 30000) n`,
      [workspaceId],
    );
    // As Postgres does by itself after a while.
    await atrium.database.query("vacuum analyze twin");
  });

  test("T2 by a path, compared, among thousands", async () => {
    const named = async (condition: string) => {
      const source = `{ twins(filter: { metadata: { ${condition} } }, orderBy: [{ field: NAME }]) { nodes { name } } }`;
      return (await ann.query<{ twins: { nodes: { name: string }[] } }>(source)).twins.nodes.map(({ name }) => name);
    };
    expect(await named('path: "rated.kW", gt: 16')).toEqual(["T20000", "T24000", "T28000"]);
    expect(await named('path: "rated.kW", lte: 8')).toEqual(["T4000", "T8000"]);
    expect(await named('path: "tags", eq: "rare"')).toHaveLength(7);
    expect(await named('path: "serial", eq: "S4002"')).toEqual(["T4002"]);
    expect(await named('path: "serial", eq: "S4003"')).toEqual([]);
  });

  test.each([
    ["equality", { path: "rated.kW", eq: 8 }],
    ["a comparison", { path: "rated.kW", gt: 16 }],
    ["presence", { path: "rated.kW", isNull: false }],
  ])("T2 the index finds them by %s, behind the wall and without being told to", async (_what, metadata) => {
    const [role] = await atrium.database.query<{ role: string }>("select current_user || '_tenant' as role");
    const parameters = new Parameters({ workspaceId, userId: "user" });
    const text = `${shapeOf(Twin).visible("t", parameters)} and ${compileFilter(shapeOf(Twin), "t", { metadata }, parameters)}`;
    const client = new pg.Client({ connectionString: atrium.database.url });
    await client.connect();
    await client.query(
      "select set_config('role', $1, false), set_config('app.workspace', $2, false), set_config('app.user', 'user', false)",
      [role?.role, workspaceId],
    );
    const { rows } = await client.query(
      `explain (analyze) select id from twin t where ${text} order by created_at desc, id desc limit 21`,
      parameters.values,
    );
    await client.end();
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("Bitmap Index Scan on twin_metadata");
  });
});

describe("T4 one query reads all of a twin", () => {
  test("T4 twins with their metrics, parents and children are as many statements for twenty as for one", async () => {
    const dan = await atrium.signUp();
    const { workspace } = await dan.sdk.Workspace();
    const hall = await createTwin(dan, { name: "Hall", type: "room" });
    for (let n = 0; n < 20; n += 1) {
      const pump = await createTwin(dan, { name: `P${String(n).padStart(2, "0")}` });
      const part = await createTwin(dan, { name: `Part of ${n}`, type: "part" });
      await linkTwins(dan, hall.id, pump.id);
      await linkTwins(dan, pump.id, part.id);
      for (const name of ["temperature", "pressure"]) await storeMetric(atrium.database, workspace.id, pump.id, name);
    }
    const schema = createSchema(atrium.app);
    const caller: Caller = {
      ...{ userId: (await dan.sdk.Me()).me.id, workspaceId: workspace.id, role: Role.OWNER, isOperator: false },
      credential: { kind: "SESSION", id: newId("session"), version: 0, topic: "" },
      ...{ permissions: permissionsOf(Role.OWNER, false), requestId: "test" },
    };
    const statements: number[] = [];
    for (const first of [1, 5, 20]) {
      const source = `{ twins(first: ${first}, filter: { type: { eq: "pump" } }, orderBy: [{ field: NAME }]) { nodes { name
        metrics(orderBy: [{ field: NAME }]) { totalCount nodes { name unit lastValue points lastAt } }
        parents { name } children(relation: CONTAINS) { name metrics { nodes { name } } }
        ancestors(relation: CONTAINS) { name } } } }`;
      const scope = newScope("test");
      const context = new Context(atrium.app, { requestId: "t", userAgent: undefined, address: "127.0.0.1" }, caller);
      const { data, errors } = await runInScope(scope, async () =>
        execute({ schema, document: parse(source), contextValue: context }),
      );
      expect(errors).toBeUndefined();
      const { nodes } = (JSON.parse(JSON.stringify(data)) as { twins: { nodes: object[] } }).twins;
      expect(nodes).toHaveLength(first);
      const figures = { unit: "Cel", lastValue: "21.50", points: 2, lastAt: "2026-01-01T00:01:00.000Z" };
      expect(nodes[0]).toEqual({
        name: "P00",
        metrics: { totalCount: 2, nodes: ["pressure", "temperature"].map((name) => ({ name, ...figures })) },
        parents: [{ name: "Hall" }],
        children: [{ name: "Part of 0", metrics: { nodes: [] } }],
        ancestors: [{ name: "Hall" }],
      });
      statements.push(scope.statements);
    }
    expect(new Set(statements).size).toBe(1);
    expect(statements[0]).toBeLessThanOrEqual(7);
  });

  test("T4 metrics are a list like any other, exact in their decimals", async () => {
    const eve = await atrium.signUp();
    const { workspace } = await eve.sdk.Workspace();
    const twin = await createTwin(eve);
    const id = await storeMetric(atrium.database, workspace.id, twin.id, 'requests_total{method="GET"}');
    await atrium.database.query("update metric set last_value = 0.10000000000000000001 where id = $1", [id]);
    const asked = await eve.query(
      `query ($id: ID!) { metric(id: $id) { lastValue twin { id } }
        metrics(filter: { lastValue: { gt: "0.1", lt: "0.2" }, unit: { eq: "Cel" } }) { totalCount }
        metricsAggregate(groupBy: [UNIT]) { group { unit } count } }`,
      { id },
    );
    const lastValue = "0.10000000000000000001";
    expect(asked).toMatchObject({
      metric: { lastValue, twin: { id: twin.id } },
      metrics: { totalCount: 1 },
      metricsAggregate: [{ group: { unit: "Cel" }, count: 1 }],
    });
    const hidden = await (await atrium.signUp()).query("query ($id: ID!) { metric(id: $id) { id } }", { id });
    expect(hidden).toEqual({ metric: null });
  });
});
