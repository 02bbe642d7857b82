import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { createTwin, linkTwins, unlinkTwins } from "./support/twins.js";

let atrium: TestAtrium;
let ann: Person;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

/** Twins by their names. */
const named = async <Name extends string>(...names: Name[]): Promise<Record<Name, string>> =>
  Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await createTwin(ann, { name })).id])),
  ) as Record<Name, string>;

const relatives = async (id: string, field: string): Promise<string[]> => {
  const { twin } = await ann.query<{ twin: { relatives: { name: string }[] } }>(
    `query ($id: ID!) { twin(id: $id) { relatives: ${field} { name } } }`,
    { id },
  );
  return twin.relatives.map(({ name }) => name);
};

describe("T3 how things relate", () => {
  test("T3 a link is seen from both ends, is made once, and is taken away", async () => {
    const { Hall, Pump, Fan } = await named("Hall", "Pump", "Fan");
    const link = await linkTwins(ann, Hall, Pump);
    expect(link).toMatchObject({ relation: "CONTAINS", parent: { name: "Hall" }, child: { name: "Pump" } });
    const again = await Promise.all(Array.from({ length: 5 }, () => linkTwins(ann, Hall, Pump)));
    expect(new Set(again.map(({ id }) => id))).toEqual(new Set([link.id]));
    await linkTwins(ann, Hall, Fan);
    await linkTwins(ann, Hall, Fan, "CONNECTS_TO");
    expect(await relatives(Hall, "children")).toEqual(["Fan", "Pump"]);
    expect(await relatives(Hall, "children(first: 1)")).toEqual(["Fan"]);
    expect(await relatives(Hall, "children(relation: CONNECTS_TO)")).toEqual(["Fan"]);
    expect(await relatives(Pump, "parents(relation: CONTAINS)")).toEqual(["Hall"]);
    expect(await relatives(Pump, "parents(relation: FEEDS)")).toEqual([]);
    expect((await unlinkTwins(ann, Hall, Pump)).id).toBe(link.id);
    expect(await relatives(Pump, "parents")).toEqual([]);
    expect((await errorOf(unlinkTwins(ann, Hall, Pump))).code).toBe("NOT_FOUND");
  });

  test("T3 twins of others are linked by nobody, and none with itself", async () => {
    const { Own } = await named("Own");
    const other = await createTwin(await atrium.signUp(), { name: "Other" });
    expect((await errorOf(linkTwins(ann, Own, other.id))).code).toBe("NOT_FOUND");
    expect((await errorOf(linkTwins(ann, other.id, Own))).code).toBe("NOT_FOUND");
    expect(await errorOf(linkTwins(ann, Own, Own, "FEEDS"))).toMatchObject({
      ...{ code: "BAD_USER_INPUT", details: { field: "input.childId" } },
    });
  });

  test.each(["CONTAINS", "DEPENDS_ON"])("T3 a circle of %s is refused, and named", async (relation) => {
    const { Plant, Hall, Line, Pump } = await named("Plant", "Hall", "Line", "Pump");
    await linkTwins(ann, Plant, Hall, relation);
    await linkTwins(ann, Hall, Line, relation);
    await linkTwins(ann, Line, Pump, relation);
    // A second way down is no circle.
    await linkTwins(ann, Plant, Pump, relation);
    const error = await errorOf(linkTwins(ann, Line, Plant, relation));
    expect(error.code).toBe("CONFLICT");
    expect(error.message).toContain('"Line" → "Plant" → "Hall" → "Line"');
    expect((await errorOf(linkTwins(ann, Hall, Plant, relation))).message).toContain('"Hall" → "Plant" → "Hall"');
    await unlinkTwins(ann, Hall, Line, relation);
    await linkTwins(ann, Line, Plant, relation);
  });

  test.each(["FEEDS", "CONNECTS_TO"])("T3 %s may go in a circle", async (relation) => {
    const { A, B } = await named("A", "B");
    await linkTwins(ann, A, B, relation);
    await linkTwins(ann, B, A, relation);
    expect(await relatives(A, `parents(relation: ${relation})`)).toEqual(["B"]);
    expect(await errorOf(relatives(A, `ancestors(relation: ${relation})`))).toMatchObject({ code: "BAD_USER_INPUT" });
  });

  test("T3 of links made at once that would close a circle together, one is refused", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { A, B, C } = await named("A", "B", "C");
      const made = await Promise.allSettled([linkTwins(ann, A, B), linkTwins(ann, B, C), linkTwins(ann, C, A)]);
      expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
      for (const each of made) if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "CONFLICT" });
    }
  });

  test("T3 ancestors and descendants come level by level, each once, as deep as asked", async () => {
    const ids = await named("Site", "North", "South", "Cellar", "Boiler");
    await linkTwins(ann, ids.Site, ids.North);
    await linkTwins(ann, ids.Site, ids.South);
    await linkTwins(ann, ids.North, ids.Cellar);
    await linkTwins(ann, ids.South, ids.Cellar);
    await linkTwins(ann, ids.Cellar, ids.Boiler);
    await linkTwins(ann, ids.Boiler, ids.Site, "DEPENDS_ON");
    expect(await relatives(ids.Site, "descendants(relation: CONTAINS)")).toEqual([
      ...["North", "South", "Cellar", "Boiler"],
    ]);
    expect(await relatives(ids.Boiler, "ancestors(relation: CONTAINS)")).toEqual(["Cellar", "North", "South", "Site"]);
    expect(await relatives(ids.Boiler, "ancestors(relation: CONTAINS, depth: 2)")).toEqual([
      ...["Cellar", "North", "South"],
    ]);
    expect(await relatives(ids.Boiler, "ancestors(relation: CONTAINS, first: 1)")).toEqual(["Cellar"]);
    for (const wrong of ["children(first: 101)", "children(first: 0)", "ancestors(relation: CONTAINS, depth: 33)"])
      expect((await errorOf(relatives(ids.Site, wrong))).code).toBe("BAD_USER_INPUT");
  });
});
