import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Upload, type UploadPiece, UploadPurpose, UploadStatus } from "#src/files/upload.js";
import { Visibility } from "#src/platform/owned-row.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { actorOf, contentOf, filesBelow, readFileOf, storeFile } from "./support/stored-files.js";
import { startTeam, type Team } from "./support/team.js";
import { TestClock } from "./support/test-clock.js";

let atrium: TestAtrium;
let team: Team;
beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
});
afterAll(() => atrium.close());

const objectsOnDisk = () => filesBelow(join(atrium.database.dataDir, "files"));
const removeDiscarded = () => atrium.app.objects.removal.sweep();

test("S1 what is stored is read again, whole, in part and as a copy for programs", async () => {
  const bytes = randomBytes(300_000);
  const file = await storeFile(atrium, team, bytes);
  expect(file).toMatchObject({ size: 300_000, name: "speech.wav", workspaceId: team.id });
  expect((await readFileOf(atrium, file)).equals(bytes)).toBe(true);
  const range = { start: 65_000, end: 200_000 };
  expect((await readFileOf(atrium, file, range)).equals(bytes.subarray(65_000, 200_001))).toBe(true);
  let copy = "";
  await atrium.app.files.withCopy(file.id, team.id, async (path) => {
    copy = path;
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
  await expect(stat(copy)).rejects.toThrow("ENOENT");
});

test("S1 a file is not found from another workspace", async () => {
  const file = await storeFile(atrium, team, randomBytes(10));
  const other = await startTeam(atrium);
  await expect(atrium.app.files.open(file.id, other.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("S1 the object of a row that goes is removed, and so is one whose commit never comes", async () => {
  await removeDiscarded();
  const before = await objectsOnDisk();
  const file = await storeFile(atrium, team, randomBytes(10));
  const forgotten = await atrium.app.files.store(contentOf(randomBytes(10)));
  await removeDiscarded();
  expect((await objectsOnDisk()).length).toBe(before.length + 2);
  await atrium.database.query("delete from stored_file where id = $1", [file.id]);
  await atrium.app.files.discard(forgotten.objectKey);
  await removeDiscarded();
  expect(await objectsOnDisk()).toEqual(before);
  expect(await atrium.database.query("select * from discarded_object")).toEqual([]);
  const naming = atrium.app.database.write(actorOf(team), (change) =>
    atrium.app.objects.keep(change, forgotten.objectKey),
  );
  await expect(naming).rejects.toMatchObject({ code: "TIMEOUT" });
});

const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

test("S1 private files are seen by whoever brought them alone, and lists tell of the others", async () => {
  const quiet = await storeFile(atrium, team, randomBytes(5), { name: "quiet.wav", visibility: Visibility.PRIVATE });
  const open = await storeFile(atrium, team, randomBytes(7), { name: "open.wav" });
  const viewer = await team.join("VIEWER");
  const query = `query ($names: [String!]) { storedFiles(filter: { name: { in: $names } }, orderBy: [{ field: NAME }]) {
    totalCount nodes { id name contentType size sha256 visibility createdBy { id } url } } }`;
  const seen = async (person: Person) =>
    (
      await person.query<{ storedFiles: { nodes: { name: string; url: string }[] } }>(query, {
        names: [quiet.name, open.name],
      })
    ).storedFiles.nodes;
  expect((await seen(team.owner)).map(({ name }) => name)).toEqual(["open.wav", "quiet.wav"]);
  const [only, ...others] = await seen(viewer);
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    id: open.id,
    contentType: "audio/wav",
    size: 7,
    sha256: open.sha256,
    createdBy: { id: team.owner.userId },
  });
  expect((await bodyOf(await fetch(only?.url ?? ""))).length).toBe(7);
  const { storedFile, sums } = await viewer.query<Record<string, unknown>>(
    `query ($id: ID!) { storedFile(id: $id) { id } sums: storedFilesAggregate(filter: { name: { eq: "open.wav" } }) { count sum { size } } }`,
    { id: quiet.id },
  );
  expect([storedFile, sums]).toEqual([null, [{ count: 1, sum: { size: 7 } }]]);
});

test("S1 after a rotation of keys a file still opens, under the new key", async () => {
  const bytes = randomBytes(70_000);
  const file = await storeFile(atrium, team, bytes);
  const sealedBy = async () => {
    const [row] = await atrium.database.query<{ key: string }>(
      "select split_part(file_key, '.', 2) as key from stored_file where id = $1",
      [file.id],
    );
    return row?.key;
  };
  const before = await sealedBy();
  const worker = await startAtrium({ database: atrium.database });
  const operator = await atrium.signUpOperator();
  await operator.query("mutation { rotateEncryptionKey { id } }");
  await eventually(sealedBy, (key) => key !== before);
  expect((await readFileOf(worker, file)).equals(bytes)).toBe(true);
  expect((await readFileOf(atrium, file)).equals(bytes)).toBe(true);
  await worker.close();
});

test("S1 an upload that expires takes its stored pieces with it", async () => {
  await removeDiscarded();
  const before = await objectsOnDisk();
  const key = randomBytes(32);
  const pieces: UploadPiece[] = [];
  for (const size of [10, 70_000]) {
    const { objectKey } = await atrium.app.objects.put(key, contentOf(randomBytes(size)));
    pieces.push({ key: objectKey, size });
  }
  const upload = await atrium.app.database.write(actorOf(team), async (change) => {
    for (const piece of pieces) await atrium.app.objects.keep(change, piece.key);
    return change.create(Upload, {
      fileName: "speech.wav",
      purpose: UploadPurpose.RECORDING,
      status: UploadStatus.RECEIVING,
      received: 70_010,
      createdById: team.owner.userId,
      visibility: Visibility.WORKSPACE,
      pieces,
      fileKey: "sealed",
      expiresAt: new Date(Date.now() - 1_000),
    });
  });
  await removeDiscarded();
  expect((await objectsOnDisk()).length).toBe(before.length + 2);
  await atrium.app.expiry.sweep();
  expect(await atrium.database.query("select id from upload where id = $1", [upload.id])).toEqual([]);
  await removeDiscarded();
  expect(await objectsOnDisk()).toEqual(before);
});

test("S1 a stored object that nothing names within the hour goes, and cannot be named any more", async () => {
  await removeDiscarded();
  const clock = new TestClock();
  const elsewhere = await startAtrium({ database: atrium.database, clock, withWorkers: false });
  const before = await objectsOnDisk();
  const stored = await elsewhere.app.files.store(contentOf(randomBytes(100)));
  await elsewhere.app.objects.removal.sweep();
  expect((await objectsOnDisk()).length).toBe(before.length + 1);
  clock.pass(61 * 60_000);
  await elsewhere.app.objects.removal.sweep();
  expect(await objectsOnDisk()).toEqual(before);
  const naming = elsewhere.app.database.write(actorOf(team), (change) =>
    elsewhere.app.objects.keep(change, stored.objectKey),
  );
  await expect(naming).rejects.toMatchObject({ code: "TIMEOUT" });
  await elsewhere.close();
});

test("S1 a workspace that is erased and a file of somebody who leaves take their objects with them", async () => {
  await removeDiscarded();
  const before = await objectsOnDisk();
  const leaving = await startTeam(atrium);
  await storeFile(atrium, leaving, randomBytes(10), { visibility: Visibility.PRIVATE });
  await storeFile(atrium, leaving, randomBytes(10));
  const worker = await startAtrium({ database: atrium.database });
  await leaving.owner.query("mutation ($input: EraseAccountInput!) { eraseMyAccount(input: $input) { id } }", {
    input: { password: leaving.owner.password, confirmEmail: leaving.owner.email },
  });
  await eventually(
    () => atrium.database.query("select id from stored_file where workspace_id = $1", [leaving.id]),
    (rows) => rows.length === 0,
  );
  await removeDiscarded();
  expect(await objectsOnDisk()).toEqual(before);
  await worker.close();
});
