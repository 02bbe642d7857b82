import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { UploadLease } from "#src/files/upload-lease.js";
import { type Bus, gapTopic } from "#src/platform/bus.js";
import { ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { makeSounds, noiseWav } from "./support/sounds.js";
import { TestClock } from "./support/test-clock.js";
import {
  cancelUpload,
  checked,
  completeUpload,
  createUpload,
  patch,
  put,
  sha256,
  storedBytes,
  tusHeaders,
  tusUpload,
  uploadBytes,
  uploadOf,
} from "./support/uploads.js";

const run = promisify(execFile);

let atrium: TestAtrium;
let ann: Person;
let sounds: Map<string, Buffer>;
const clock = new TestClock();

beforeAll(async () => {
  [atrium, sounds] = await Promise.all([startAtrium({ clock, env: { ATRIUM_UPLOAD_MB: "24" } }), makeSounds()]);
  ann = await atrium.signUp();
}, 60_000);
afterAll(() => atrium.close());

const speech = () => sounds.get("speech.wav") as Buffer;
const elsewhere = (address: string, url: string) => address.replace(/^http:\/\/[^/]+/, url);

test("V1 an upload by one PUT becomes a file with the same bytes, and what its sound is", async () => {
  const upload = await uploadBytes(ann, speech(), { fileName: "C:\\Users\\ann\\My voice.wav" });
  expect(upload).toMatchObject({
    status: "READY",
    url: null,
    expiresAt: null,
    problem: null,
    file: { name: "My voice.wav", contentType: "audio/wav", size: speech().length, sha256: sha256(speech()) },
    job: { status: "SUCCEEDED" },
  });
  expect(sha256(await storedBytes(atrium, upload.file?.id ?? ""))).toBe(sha256(speech()));
  const [row] = await atrium.database.query<{ sound: { durationMs: number }; pieces: unknown }>(
    "select f.sound, u.pieces from stored_file f join upload u on u.file_id = f.id where f.id = $1",
    [upload.file?.id],
  );
  expect(row?.pieces).toEqual([]);
  expect(row?.sound).toMatchObject({ codec: "PCM", sampleRate: 22_050, channels: 1 });
  const durationMs = ((speech().length - 44) / 44_100) * 1000;
  expect(Math.abs((row?.sound.durationMs ?? 0) - durationMs)).toBeLessThan(5);
  const events = await atrium.database.query<{ kind: string }>(
    "select kind from event where subject_id = $1 order by id",
    [upload.id],
  );
  expect(events.map(({ kind }) => kind)).toEqual(["upload.created", "upload.received", "upload.ready"]);
});

test("V1 the commands of docs/uploads.md work as they are printed", async () => {
  const page = await readFile(new URL("../docs/uploads.md", import.meta.url), "utf8");
  const commands = (/```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? "")
    .replace("http://localhost:4000", atrium.url)
    .replace("ann@example.com", ann.email);
  const folder = await mkdtemp(join(tmpdir(), "atrium-commands-"));
  try {
    await writeFile(join(folder, "voice.mp3"), sounds.get("speech-whole.mp3") as Buffer);
    const { stdout } = await run("bash", ["-e", "-o", "pipefail", "-c", commands], { cwd: folder });
    const id = /upload_[a-z0-9]{26}/.exec(stdout)?.[0] ?? "";
    expect(stdout).toContain('"data":{"upload":{"status":');
    expect(await checked(ann, id)).toMatchObject({ status: "READY", file: { name: "voice.mp3" } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("V1 tus-js-client announces, sends, is cut in the middle, and goes on at another process", async () => {
  const other = await startAtrium({
    database: atrium.database,
    env: { ...atrium.env, PORT: "0" },
    withWorkers: false,
    clock,
  });
  try {
    const bytes = noiseWav(9_000_000);
    const options = {
      endpoint: `${atrium.url}/uploads`,
      headers: { authorization: `Bearer ${ann.accessToken}` },
      metadata: { filename: "Noise from tus.wav", purpose: "RECORDING" },
    };
    const address = await tusUpload(bytes, { ...options, chunkSize: 1_500_000, until: (sent) => sent >= 4_500_000 });
    const id = /upload_[a-z0-9]{26}/.exec(address)?.[0] ?? "";
    expect(await uploadOf(ann, id)).toMatchObject({ status: "RECEIVING", received: 4_500_000, size: bytes.length });
    await tusUpload(bytes, { uploadUrl: elsewhere(address, other.url) });
    const upload = await checked(ann, id);
    expect(upload).toMatchObject({ status: "READY", fileName: "Noise from tus.wav", file: { sha256: sha256(bytes) } });
    expect(sha256(await storedBytes(atrium, upload.file?.id ?? ""))).toBe(sha256(bytes));
  } finally {
    await other.close();
  }
});

test("V1 an upload goes on after a cut: what had arrived is kept", async () => {
  const bytes = noiseWav(6_000_000);
  const { id, url } = await createUpload(ann, { fileName: "cut.wav", size: bytes.length });
  const half = request(url ?? "", {
    method: "PATCH",
    headers: { ...tusHeaders, "upload-offset": "0", "content-length": bytes.length },
  });
  half.on("error", () => {});
  await new Promise((resolve) => half.write(bytes.subarray(0, 5_000_000), resolve));
  half.destroy();
  // It waits for the request before it to come to its end.
  const head = await fetch(url ?? "", { method: "HEAD", headers: tusHeaders });
  const received = Number(head.headers.get("upload-offset"));
  expect(received).toBeGreaterThan(4 * 1024 * 1024);
  expect(head.headers.get("upload-length")).toBe("6000000");
  expect((await uploadOf(ann, id)).received).toBe(received);
  expect((await patch(url, received, bytes.subarray(received))).status).toBe(204);
  expect(await checked(ann, id)).toMatchObject({ status: "READY", file: { sha256: sha256(bytes) } });
});

test("V1 an upload whose length is not known yet says it at its end, or by completeUpload", async () => {
  const bytes = noiseWav(200_000);
  const deferred = await tusUpload(bytes, {
    endpoint: `${atrium.url}/uploads`,
    headers: { authorization: `Bearer ${ann.accessToken}` },
    uploadLengthDeferred: true,
    chunkSize: 60_000,
  });
  const deferredId = /upload_[a-z0-9]{26}/.exec(deferred)?.[0] ?? "";
  expect(await checked(ann, deferredId)).toMatchObject({ status: "READY", size: 200_000, fileName: "recording" });

  const { id, url } = await createUpload(ann, { fileName: "open.wav" });
  expect((await errorOf(completeUpload(ann, id))).message).toContain("No byte");
  expect((await patch(url, 0, bytes)).status).toBe(204);
  expect(await uploadOf(ann, id)).toMatchObject({ status: "RECEIVING", size: null, received: 200_000 });
  expect(await completeUpload(ann, id)).toMatchObject({ status: "CHECKING", size: 200_000 });
  const { job } = await completeUpload(ann, id);
  const ready = await checked(ann, id);
  expect(ready.job?.id).toBe(job?.id);
  expect((await completeUpload(ann, id)).status).toBe("READY");

  const stream = new Blob([new Uint8Array(bytes)]).stream();
  const { id: chunkedId, url: chunked } = await createUpload(ann, { fileName: "chunked.wav" });
  expect(await (await put(chunked, stream)).json()).toMatchObject({ status: "CHECKING", size: 200_000 });
  expect((await checked(ann, chunkedId)).status).toBe("READY");
});

test("V1 a PUT with Content-Range sends the rest, and a whole one begins again", async () => {
  const bytes = noiseWav(300_000);
  const { id, url } = await createUpload(ann, { fileName: "parts.wav", size: bytes.length });
  const first = await put(url, bytes.subarray(0, 100_000), { "content-range": "bytes 0-99999/300000" });
  expect(await first.json()).toEqual({ id, status: "RECEIVING", received: 100_000, size: 300_000 });
  const wrong = await put(url, bytes.subarray(200_000), { "content-range": "bytes 200000-299999/300000" });
  expect(wrong.status).toBe(409);
  expect(await wrong.text()).toContain("100000");
  expect((await put(url, bytes.subarray(100_000, 150_000), { "content-range": "lines 1-2/3" })).status).toBe(400);
  expect((await put(url, bytes)).status).toBe(200);
  expect(await checked(ann, id)).toMatchObject({ status: "READY", file: { sha256: sha256(bytes) } });
  expect((await put(url, bytes)).status).toBe(409);
});

test("V1 more bytes than were announced or are allowed are refused, and nothing beyond is kept", async () => {
  const bytes = noiseWav(100_000);
  const { id, url } = await createUpload(ann, { fileName: "short.wav", size: 60_000 });
  expect((await put(url, bytes)).status).toBe(413);
  expect((await put(url, new Blob([new Uint8Array(bytes)]).stream())).status).toBe(413);
  expect((await patch(url, 0, bytes)).status).toBe(413);
  expect(await uploadOf(ann, id)).toMatchObject({ status: "RECEIVING", received: 0 });
  const tooLarge = await ask(
    atrium.url,
    { query: 'mutation { createUpload(input: { fileName: "a", size: 25165825 }) { id } }' },
    bearer(ann),
  );
  expect(codeOf(tooLarge)).toBe("PAYLOAD_TOO_LARGE");
  expect(tooLarge.errors?.[0]?.message).toContain("ATRIUM_UPLOAD_MB");
  const headers = { ...tusHeaders, authorization: `Bearer ${ann.accessToken}`, "upload-length": "25165825" };
  expect((await fetch(`${atrium.url}/uploads`, { method: "POST", headers })).status).toBe(413);
  const open = await createUpload(ann, { fileName: "open.wav" });
  expect((await put(open.url, Buffer.alloc(25_165_825))).status).toBe(413);
  expect((await put(open.url, new Blob([new Uint8Array(25_165_825)]).stream())).status).toBe(413);
  expect((await uploadOf(ann, open.id)).received).toBeLessThanOrEqual(25_165_824);
});

test("V1 a request that had to wait for another one is not ended by its own question, heard late", async () => {
  const { id } = await createUpload(ann, { fileName: "late.wav", size: 60_000 });
  const listeners = new Map<string, () => unknown>();
  const asked: string[] = [];
  const bus = {
    publish: (topics: readonly string[]) => asked.push(...topics),
    subscribe: (topic: string, listener: () => unknown) => {
      listeners.set(topic, listener);
      return () => listeners.delete(topic);
    },
  } as unknown as Bus;
  const tell = () => {
    for (const topic of asked.splice(0)) listeners.get(topic)?.();
  };
  const wanted: string[] = [];
  const [first, second, third] = [1, 2, 3].map(() => new UploadLease(atrium.app.database, bus, id)) as [
    UploadLease,
    UploadLease,
    UploadLease,
  ];
  await first.take(() => wanted.push("first"));
  const taken = second.take(() => wanted.push("second"));
  await eventually(
    async () => asked.length,
    (count) => count > 0,
  );
  await first.release();
  await taken;
  tell();
  await sleep(200);
  expect(wanted).toEqual([]);
  const last = third.take(() => {});
  await eventually(
    async () => asked.length,
    (count) => count > 0,
  );
  tell();
  await eventually(
    async () => wanted,
    (heard) => heard.length > 0,
  );
  expect(wanted).toEqual(["second"]);
  await second.release();
  await last;
  await third.release();
});

test("V1 a gap of the bus ends no request: everybody looks, and nobody is waited for", async () => {
  const bytes = noiseWav(60_000);
  const { id, url } = await createUpload(ann, { fileName: "gap.wav" });
  const held = () => atrium.database.query("select 1 from upload where id = $1 and held_by is not null", [id]);
  async function* slowly() {
    yield bytes.subarray(0, 30_000);
    await eventually(held, (rows) => rows.length === 1);
    atrium.app.bus.publish([gapTopic]);
    await sleep(500);
    yield bytes.subarray(30_000);
  }
  const answer = await put(url, Readable.toWeb(Readable.from(slowly())) as ReadableStream);
  expect([answer.status, await answer.json()]).toMatchObject([200, { received: bytes.length, size: bytes.length }]);
  expect((await checked(ann, id)).file?.sha256).toBe(sha256(bytes));
});

test("V1 packed bodies are refused, and so are foreign methods and missing rights", async () => {
  const { url } = await createUpload(ann, { fileName: "packed.wav", size: 1_000 });
  for (const coding of ["gzip", "br", "deflate"]) {
    expect((await put(url, noiseWav(1_000), { "content-encoding": coding })).status).toBe(415);
    expect((await patch(url, 0, noiseWav(1_000), { "content-encoding": coding })).status).toBe(415);
  }
  expect((await put(url, noiseWav(1_000), { "content-encoding": "identity" })).status).toBe(200);
  const announce = (headers: Record<string, string>) =>
    fetch(`${atrium.url}/uploads`, {
      method: "POST",
      headers: { "tus-resumable": "1.0.0", "upload-length": "1000", ...headers },
    });
  expect((await announce({})).status).toBe(401);
  expect((await announce({ authorization: "Bearer nonsense" })).status).toBe(401);
  expect((await announce({ authorization: `Bearer ${ann.accessToken}` })).status).toBe(201);
  const told = await fetch(`${atrium.url}/uploads`, { method: "OPTIONS" });
  expect(told.headers.get("tus-extension")).toContain("creation-with-upload");
  expect(told.headers.get("tus-max-size")).toBe(String(24 * 1024 * 1024));
  expect((await fetch(url ?? "", { method: "GET" })).status).toBe(404);
});

test("V1 an address is good for its own upload alone, and only for who made it", async () => {
  const [one, two] = [
    await createUpload(ann, { fileName: "1", size: 9 }),
    await createUpload(ann, { fileName: "2", size: 9 }),
  ];
  const signature = new URL(one.url ?? "").search;
  const forged = [
    `${atrium.url}/uploads/${two.id}${signature}`,
    `${atrium.url}/uploads/${one.id}`,
    `${atrium.url}/uploads/${one.id}?signature=`,
    `${one.url}A`,
    `${one.url?.slice(0, -1)}`,
    `${atrium.url}/uploads/..%2f..%2fetc%2fpasswd${signature}`,
    `${atrium.url}/uploads/%00${signature}`,
  ];
  for (const address of forged) {
    expect((await put(address, Buffer.alloc(9))).status).toBe(404);
    expect((await patch(address, 0, Buffer.alloc(9))).status).toBe(404);
    expect((await fetch(address, { method: "HEAD", headers: tusHeaders })).status).toBe(404);
    expect((await fetch(address, { method: "DELETE", headers: tusHeaders })).status).toBe(404);
  }
  const bob = await atrium.signUp();
  expect((await errorOf(cancelUpload(bob, one.id))).code).toBe("NOT_FOUND");
  const seen = await ask(
    atrium.url,
    { query: "query ($id: ID!) { upload(id: $id) { id } }", variables: { id: one.id } },
    bearer(bob),
  );
  expect(seen.data).toEqual({ upload: null });
});

test("V1 of PATCHes at the same place one wins, and the bytes are one file's", async () => {
  const bytes = noiseWav(5_000_000);
  const { id, url } = await createUpload(ann, { fileName: "race.wav", size: bytes.length });
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => patch(url, 0, bytes).then(({ status }) => status)));
  expect(answers.filter((status) => status === 204)).toHaveLength(1);
  expect(answers.every((status) => [204, 404, 409, 423].includes(status))).toBe(true);
  // The one that won was asked by the others to come to an end, and may have.
  await tusUpload(bytes, { uploadUrl: url ?? "" });
  expect(await checked(ann, id)).toMatchObject({ status: "READY", file: { sha256: sha256(bytes) } });
});

test("V1 a request that hangs gives way to the one that resumes, at another process too", async () => {
  const other = await startAtrium({
    database: atrium.database,
    env: { ...atrium.env, PORT: "0" },
    withWorkers: false,
    clock,
  });
  try {
    const bytes = noiseWav(2_000_000);
    const { id, url } = await createUpload(ann, { fileName: "hung.wav", size: bytes.length });
    const hung = request(url ?? "", {
      method: "PATCH",
      headers: { ...tusHeaders, "upload-offset": "0", "content-length": bytes.length },
    });
    hung.on("error", () => {});
    hung.write(bytes.subarray(0, 700_000));
    await sleep(300);
    await tusUpload(bytes, { uploadUrl: elsewhere(url ?? "", other.url) });
    expect(await checked(ann, id)).toMatchObject({ status: "READY", file: { sha256: sha256(bytes) } });
    hung.destroy();
  } finally {
    await other.close();
  }
});

test("V1 nothing is read of an upload before it is READY, and one that is given up is gone", async () => {
  const bytes = noiseWav(50_000);
  const { id, url } = await createUpload(ann, { fileName: "given-up.wav", size: 60_000 });
  expect((await patch(url, 0, bytes)).status).toBe(204);
  expect((await fetch(url ?? "")).status).toBe(404);
  expect((await uploadOf(ann, id)).file).toBeNull();
  const objects = async () =>
    (await atrium.database.query<{ pieces: unknown[] }>("select pieces from upload where id = $1", [id]))[0]?.pieces;
  expect(await objects()).toHaveLength(1);
  expect(await cancelUpload(ann, id)).toMatchObject({ status: "CANCELLED", url: null });
  expect(await objects()).toHaveLength(0);
  expect((await patch(url, 50_000, bytes.subarray(0, 10_000))).status).toBe(404);
  expect((await errorOf(completeUpload(ann, id))).code).toBe("CONFLICT");
  const second = await createUpload(ann, { fileName: "deleted.wav", size: 60_000 });
  expect((await fetch(second.url ?? "", { method: "DELETE", headers: { "tus-resumable": "1.0.0" } })).status).toBe(204);
  expect((await uploadOf(ann, second.id)).status).toBe("CANCELLED");
});

test("V1 an upload that rests too long is deleted with its bytes", async () => {
  const { id, url } = await createUpload(ann, { fileName: "rests.wav", size: 60_000 });
  clock.pass(23 * 60 * 60_000);
  expect((await patch(url, 0, noiseWav(50_000))).status).toBe(204);
  clock.pass(23 * 60 * 60_000);
  expect((await fetch(url ?? "", { method: "HEAD", headers: tusHeaders })).status).toBe(200);
  clock.pass(2 * 60 * 60_000);
  expect((await fetch(url ?? "", { method: "HEAD", headers: tusHeaders })).status).toBe(404);
  const [before] = await atrium.database.query<{ pieces: { key: string }[] }>(
    "select pieces from upload where id = $1",
    [id],
  );
  await atrium.app.expiry.sweep();
  expect(await atrium.database.query("select id from upload where id = $1", [id])).toEqual([]);
  const discarded = await atrium.database.query<{ key: string }>("select object_key as key from discarded_object");
  expect(discarded.map(({ key }) => key)).toContain(before?.pieces[0]?.key);
});
