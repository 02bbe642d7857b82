import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import {
  createRecording,
  type Recording,
  readyUpload,
  recordingOf,
  sendUpload,
  transcribe,
  transcriptsOf,
} from "./support/recordings.js";
import { grant, revoke } from "./support/sharing.js";
import { speech } from "./support/speech.js";
import { filesBelow } from "./support/stored-files.js";
import { type Member, startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let ann: Member;
let bob: Member;
let sound: Buffer;
/** Requests that have reached the transcriber, and how it answers. */
const heard = { requests: 0, hang: false };

beforeAll(async () => {
  sound = await speech("Measure twice and cut once.");
  atrium = await startAtrium({
    transcribers: [
      {
        name: "scripted",
        models: ["ear-1"],
        limits: { bytes: 25_000_000, durationMs: 3_600_000 },
        async transcribe({ sound, signal }) {
          heard.requests += 1;
          if (heard.hang)
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
          return { segments: [{ startMs: 0, endMs: sound.durationMs, text: "Measure twice." }] };
        },
      },
    ],
  });
  team = await startTeam(atrium);
  ann = team.owner;
  bob = await team.join("EDITOR");
});
afterAll(() => atrium.close());

const recordingById = async (person: Person, id: string): Promise<Recording | null> =>
  (
    await person.query<{ voiceRecording: Recording | null }>(
      "query ($id: ID!) { voiceRecording(id: $id) { id title duration codec sampleRate channels language visibility file { id } } }",
      { id },
    )
  ).voiceRecording;

const update = (person: Person, id: string, input: object) =>
  person.query<{ updateVoiceRecording: Recording }>(
    `mutation ($id: ID!, $input: UpdateVoiceRecordingInput!) {
      updateVoiceRecording(id: $id, input: $input) { id title language visibility } }`,
    { id, input },
  );

const remove = (person: Person, id: string) =>
  person.query("mutation ($id: ID!) { deleteVoiceRecording(id: $id) { id title } }", { id });

test("V1 a recording has what was found in its bytes, whatever was said of them", async () => {
  const recording = await createRecording(ann, {
    uploadId: await readyUpload(ann, sound, { fileName: "song.mp3" }),
    language: "en",
  });
  // Eight bits less than all of them are the header.
  const durationMs = ((sound.length - 44) / 2 / 16_000) * 1_000;
  expect(Math.abs(recording.duration - durationMs)).toBeLessThan(20);
  expect(recording).toMatchObject({ title: "song.mp3", sampleRate: 16_000, channels: 1, language: "en" });
  expect(recording.codec).toMatch(/pcm/i);
  expect(await recordingById(ann, recording.id)).toEqual(recording);
  expect(await recordingById(bob, recording.id)).toEqual(recording);
}, 60_000);

test("V1 only an own upload that is ready becomes a recording, and only once", async () => {
  const uploadId = await readyUpload(ann, sound);
  const { id } = await createRecording(ann, { uploadId, title: "  A talk " });
  expect((await recordingById(ann, id))?.title).toBe("A talk");
  const twice = await errorOf(createRecording(ann, { uploadId }));
  expect(twice).toMatchObject({ code: "CONFLICT" });
  expect(twice.message).toContain(id);
  expect(await errorOf(createRecording(bob, { uploadId: await readyUpload(ann, sound) }))).toMatchObject({
    code: "FORBIDDEN",
  });
  const hidden = await readyUpload(ann, sound, { visibility: "PRIVATE" });
  expect(await errorOf(createRecording(bob, { uploadId: hidden }))).toMatchObject({ code: "NOT_FOUND" });
  const { createUpload } = await ann.query<{ createUpload: { id: string } }>(
    `mutation { createUpload(input: { fileName: "a.wav", size: 10 }) { id } }`,
  );
  const early = await errorOf(createRecording(ann, { uploadId: createUpload.id }));
  expect(early).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "input.uploadId" } });
  expect(early.message).toContain("RECEIVING");
  const program = Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(2_000, 7)]);
  const { id: refused } = await sendUpload(ann, program);
  await eventually(
    () => errorOf(createRecording(ann, { uploadId: refused })),
    ({ message }) => message.includes("REFUSED"),
  );
}, 60_000);

test("V1 a private recording is for who made it, with all that was made of it, and again when it becomes so", async () => {
  const hidden = await recordingOf(ann, sound, { visibility: "PRIVATE" });
  expect(hidden.visibility).toBe("PRIVATE");
  expect(await recordingById(bob, hidden.id)).toBeNull();
  expect(await errorOf(update(bob, hidden.id, { title: "Mine" }))).toMatchObject({ code: "NOT_FOUND" });
  const file = "query ($id: ID!) { storedFile(id: $id) { id } }";
  await grant(ann, hidden.id, bob);
  expect(await recordingById(bob, hidden.id)).toMatchObject({ file: { id: hidden.file?.id } });
  expect(await bob.query(file, { id: hidden.file?.id })).toEqual({ storedFile: { id: hidden.file?.id } });
  await revoke(ann, hidden.id, bob);
  expect(await bob.query(file, { id: hidden.file?.id })).toEqual({ storedFile: null });

  const shown = await recordingOf(ann, sound);
  const jobId = await transcribe(ann, shown.id);
  await eventually(
    () => transcriptsOf(bob, shown.id),
    ([transcript]) => transcript?.status === "DONE",
  );
  const [transcript] = await transcriptsOf(ann, shown.id);
  expect((await update(ann, shown.id, { visibility: "PRIVATE" })).updateVoiceRecording.visibility).toBe("PRIVATE");
  const own =
    "query ($r: ID!, $t: ID!, $j: ID!) { voiceRecording(id: $r) { id } transcript(id: $t) { id segments { nodes { id } } chunks { nodes { id } } } job(id: $j) { id } }";
  const variables = { r: shown.id, t: transcript?.id, j: jobId };
  expect(await bob.query(own, variables)).toEqual({
    voiceRecording: null,
    transcript: null,
    job: null,
  });
  expect(await ann.query(own, variables)).toMatchObject({
    ...{ voiceRecording: { id: shown.id }, job: { id: jobId } },
    transcript: { segments: { nodes: [{}] }, chunks: { nodes: [{}] } },
  });
  const hiddenRows = await atrium.database.query(
    `select 1 from transcript_segment where transcript_id = $1 and visibility = 'WORKSPACE'
     union all select 1 from provider_call where transcript_id = $1 and visibility = 'WORKSPACE'
     union all select 1 from stored_file where id = $3 and visibility = 'WORKSPACE'
     union all select 1 from event where subject_id = any($2) and visibility = 'WORKSPACE'`,
    [transcript?.id, [shown.id, transcript?.id, jobId], shown.file?.id],
  );
  expect(hiddenRows).toEqual([]);
}, 60_000);

test("V1 a deleted recording takes its sound and its transcripts along, and stops who listens", async () => {
  const recording = await recordingOf(ann, sound);
  await atrium.app.objects.removal.sweep();
  const before = await filesBelow(`${atrium.database.dataDir}/files`);
  heard.hang = true;
  const asked = heard.requests;
  const jobId = await transcribe(ann, recording.id);
  await eventually(
    async () => heard.requests,
    (count) => count > asked,
  );
  await remove(ann, recording.id);
  heard.hang = false;
  expect(await recordingById(ann, recording.id)).toBeNull();
  await eventually(
    () => ann.sdk.Job({ id: jobId }),
    ({ job }) => job?.status === "CANCELLED",
  );
  await atrium.app.objects.removal.sweep();
  expect(await filesBelow(`${atrium.database.dataDir}/files`)).toHaveLength(before.length - 1);
  const left = await atrium.database.query(
    "select 1 from transcript where recording_id = $1 union all select 1 from stored_file where id = $2",
    [recording.id, recording.file?.id],
  );
  expect(left).toEqual([]);
  expect(heard.requests).toBe(asked + 1);
}, 60_000);

test("V1 changes are checked, told and audited", async () => {
  const recording = await recordingOf(ann, sound);
  const changed = await update(ann, recording.id, { title: "A better name", language: "en-GB" });
  expect(changed.updateVoiceRecording).toMatchObject({ title: "A better name", language: "en-GB" });
  for (const [input, field] of [
    [{ title: " " }, "input.title"],
    [{ title: "x".repeat(201) }, "input.title"],
    [{ language: "english please" }, "input.language"],
  ] as const)
    expect(await errorOf(update(ann, recording.id, input))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field },
    });
  const kinds = await atrium.database.query<{ kind: string }>(
    "select kind from event where subject_id = $1 order by created_at, id",
    [recording.id],
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(["recording.created", "recording.updated"]);
}, 60_000);
