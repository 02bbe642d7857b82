import { touchTwins } from "#src/twins/twin-states.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { actorOf } from "./support/stored-files.js";
import { startTeam, type Team } from "./support/team.js";
import { createTwin, deleteTwin, linkTwins, updateTwin } from "./support/twins.js";

let atrium: TestAtrium;
let other: TestAtrium;
let team: Team;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  other = await startAtrium({ withWorkers: false, database: atrium.database });
  team = await startTeam(atrium);
});
afterAll(async () => {
  await other.close();
  await atrium.close();
});

interface Change {
  readonly cursor: string;
  readonly twinId: string;
  readonly deleted: boolean;
  readonly twin: { id: string; name: string; revision: number } | null;
}

const beginning = Buffer.from("0.0").toString("base64url");
const source = `subscription ($twinId: ID, $type: String, $after: String) {
  twinChanged(twinId: $twinId, type: $type, after: $after) { cursor twinId deleted twin { id name revision } } }`;

/** What a reader hears, until it is cut. */
const listen = (person: Person, variables: object = {}) => {
  const stream = person.subscribe<{ twinChanged: Change }>(source, { after: beginning, ...variables });
  const heard: Change[] = [];
  const reading = (async () => {
    for await (const { twinChanged } of stream) heard.push(twinChanged);
  })();
  reading.catch(() => {});
  return { heard, reading, cut: () => stream.return?.() };
};
const told = ({ heard }: { heard: readonly Change[] }) => heard.map(({ twin }) => twin?.name ?? null);
const hears = (ears: { heard: readonly Change[] }, wanted: (names: (string | null)[]) => boolean) =>
  eventually(async () => told(ears), wanted, 5_000);

/** The same person at the other process. */
const there = async (person: Person): Promise<Person> =>
  Object.assign(await other.signUp({ headers: { "x-workspace-id": team.id } }), { accessToken: person.accessToken });

describe("T5 changes of twins", () => {
  test("T5 what is said of a twin, its links and its end are told, here and in another process", async () => {
    const [pump, hall] = [await createTwin(team.owner, { name: "P" }), await createTwin(team.owner, { name: "H" })];
    const ears = [listen(team.owner, { twinId: pump.id }), listen(await there(team.owner), { twinId: pump.id })];
    for (const each of ears) await hears(each, (names) => names.length === 1);
    const steps: [() => Promise<unknown>, (string | null)[]][] = [
      [() => updateTwin(team.owner, pump.id, { revision: 1, name: "P2" }), ["P", "P2"]],
      [() => linkTwins(team.owner, hall.id, pump.id), ["P", "P2", "P2"]],
      [() => deleteTwin(team.owner, pump.id), ["P", "P2", "P2", null]],
    ];
    for (const [act, wanted] of steps) {
      await act();
      for (const each of ears) await hears(each, (names) => names.length >= wanted.length);
      for (const each of ears) expect(told(each)).toEqual(wanted);
    }
    for (const { heard, cut } of ears) {
      expect(heard.at(-1)).toMatchObject({ twinId: pump.id, twin: null, deleted: true });
      expect(heard.slice(0, -1).every(({ deleted }) => !deleted)).toBe(true);
      cut();
    }
  });

  test("T5 a touch, as telemetry makes it, is told within a second", async () => {
    const twin = await createTwin(team.owner, { name: "Touched" });
    const ears = listen(await there(team.owner), { twinId: twin.id });
    await hears(ears, (names) => names.length === 1);
    const begun = performance.now();
    await atrium.app.database.write(actorOf(team), (change) => touchTwins(change, [twin.id]));
    await hears(ears, (names) => names.length === 2);
    expect(performance.now() - begun).toBeLessThan(1_000);
    ears.cut();
  });

  test("T5 telemetry that is ingested is told within a second, in another process", async () => {
    const twin = await createTwin(team.owner, { name: "Measured" });
    const ears = listen(await there(team.owner), { twinId: twin.id });
    await hears(ears, (names) => names.length === 1);
    const begun = performance.now();
    await team.owner.query(
      "mutation ($points: [TelemetryPointInput!]!) { ingestTelemetry(points: $points) { accepted } }",
      { points: [{ twinId: twin.id, metric: "temperature", value: "21.5" }] },
    );
    await hears(ears, (names) => names.length === 2);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(ears.heard[1]?.twin?.revision).toBe(1);
    ears.cut();
  });

  test("T5 behind its cursor a reader that was cut misses nothing, and hears nothing twice", async () => {
    const twins = await Promise.all(["A", "B", "C"].map((name) => createTwin(team.owner, { name, type: "cut" })));
    const first = listen(team.owner, { type: "cut" });
    await hears(first, (names) => names.length === 3);
    first.cut();
    const after = first.heard.at(-1)?.cursor ?? "";
    const [a, b, c] = twins as [(typeof twins)[0], (typeof twins)[0], (typeof twins)[0]];
    await updateTwin(team.owner, a.id, { revision: 1, name: "A2" });
    await updateTwin(team.owner, a.id, { revision: 2, name: "A3" });
    await deleteTwin(team.owner, b.id);
    await createTwin(team.owner, { name: "Else", type: "other" });
    const second = listen(team.owner, { type: "cut", after });
    await hears(second, (names) => names.length >= 2);
    await updateTwin(team.owner, c.id, { revision: 1, name: "C2" });
    await hears(second, (names) => names.length >= 3);
    expect(second.heard.map(({ twinId, twin, deleted }) => [twinId, twin?.name ?? null, deleted])).toEqual([
      [a.id, "A3", false],
      [b.id, null, true],
      [c.id, "C2", false],
    ]);
    second.cut();
  });

  test("T5 others hear nothing, and of no twin that is not theirs to know", async () => {
    const stranger = await atrium.signUp();
    const ears = listen(stranger);
    const twin = await createTwin(team.owner, { name: "Secret" });
    await createTwin(stranger, { name: "Own" });
    await hears(ears, (names) => names.includes("Own"));
    expect(told(ears)).toEqual(["Own"]);
    ears.cut();
    expect((await errorOf(listen(stranger, { twinId: twin.id }).reading)).code).toBe("NOT_FOUND");
    expect((await errorOf(listen(stranger, { twinId: "nonsense" }).reading)).code).toBe("BAD_USER_INPUT");
    expect((await errorOf(listen(stranger, { after: "nonsense" }).reading)).code).toBe("BAD_USER_INPUT");
    const gone = await createTwin(team.owner);
    await deleteTwin(team.owner, gone.id);
    expect((await errorOf(listen(team.owner, { twinId: gone.id, after: null }).reading)).code).toBe("NOT_FOUND");
  });
});
