import { request } from "node:http";
import { eventually, startAtrium, testEnv } from "./support/atrium.js";
import { spawnAtrium } from "./support/processes.js";
import { noiseWav } from "./support/sounds.js";
import { createTestDatabase } from "./support/test-database.js";
import { checked, createUpload, sha256, storedBytes, tusHeaders, tusUpload, uploadOf } from "./support/uploads.js";

test("V1 an API process that is killed in the middle of an upload loses the piece under way, and another one goes on", async () => {
  const database = await createTestDatabase();
  const atrium = await startAtrium({ database });
  const api = await spawnAtrium("api", { ...testEnv(database), ...atrium.env, PORT: "0" });
  try {
    const ann = await atrium.signUp();
    const bytes = noiseWav(12_000_000);
    const { id, url } = await createUpload(ann, { fileName: "killed.wav", size: bytes.length });
    const signature = new URL(url ?? "").search;
    const half = request(`${api.url.replace(/\/$/, "")}/uploads/${id}${signature}`, {
      method: "PATCH",
      headers: { ...tusHeaders, "upload-offset": "0", "content-length": bytes.length },
    });
    half.on("error", () => {});
    half.write(bytes.subarray(0, 10_000_000));
    await eventually(
      () => uploadOf(ann, id),
      ({ received }) => received > 8_000_000,
    );
    await api.kill("SIGKILL");
    half.destroy();
    const { received } = await uploadOf(ann, id);
    expect(received).toBe(2 * 4 * 1024 * 1024);
    await tusUpload(bytes, { uploadUrl: url ?? "" });
    const upload = await checked(ann, id);
    expect(upload).toMatchObject({ status: "READY", size: bytes.length, file: { sha256: sha256(bytes) } });
    expect(sha256(await storedBytes(atrium, upload.file?.id ?? ""))).toBe(sha256(bytes));
    const unnamed = await database.query("select object_key from discarded_object where due_at > now()");
    expect(unnamed.length).toBeLessThanOrEqual(1);
  } finally {
    await api.kill();
    await atrium.close();
    await database.drop();
  }
}, 60_000);
