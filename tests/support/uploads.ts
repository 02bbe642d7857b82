import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import * as tus from "tus-js-client";
import { ask, bearer } from "./ask.js";
import { eventually, type Person, type TestAtrium } from "./atrium.js";

export interface UploadRow {
  readonly id: string;
  readonly url: string | null;
  readonly status: string;
  readonly size: number | null;
  readonly received: number;
  readonly problem: string | null;
  readonly fileName: string;
  readonly expiresAt: string | null;
  readonly file: { id: string; name: string; contentType: string; size: number; sha256: string } | null;
  readonly job: { id: string; status: string } | null;
}

const fields = `id url status size received problem fileName expiresAt
  file { id name contentType size sha256 } job { id status }`;

const send = async (person: Person, field: string, query: string, variables: object): Promise<UploadRow> => {
  const { data, errors } = await ask(person.url, { query, variables }, bearer(person));
  if (errors?.[0] !== undefined)
    throw Object.assign(new Error(errors[0].message), {
      code: errors[0].extensions.code,
      details: errors[0].extensions,
    });
  return data?.[field] as UploadRow;
};

export const createUpload = (person: Person, input: object) =>
  send(person, "createUpload", `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ${fields} } }`, {
    input,
  });

export const uploadOf = (person: Person, id: string) =>
  send(person, "upload", `query ($id: ID!) { upload(id: $id) { ${fields} } }`, { id });

const byId = (name: string) => (person: Person, id: string) =>
  send(person, name, `mutation ($id: ID!) { ${name}(id: $id) { ${fields} } }`, { id });
export const completeUpload = byId("completeUpload");
export const cancelUpload = byId("cancelUpload");

/** The upload once it was looked at. */
export const checked = (person: Person, id: string) =>
  eventually(
    () => uploadOf(person, id),
    ({ status }) => status === "READY" || status === "REFUSED",
    60_000,
  );

export const put = (url: string | null, bytes: Buffer | ReadableStream, headers: Record<string, string> = {}) =>
  fetch(url ?? "", { method: "PUT", body: bytes as never, headers, duplex: "half" } as never);

/** Announces, sends and waits: what came of these bytes. */
export const uploadBytes = async (person: Person, bytes: Buffer, input: object = {}) => {
  const { id, url } = await createUpload(person, { fileName: "speech.wav", size: bytes.length, ...input });
  const answer = await put(url, bytes);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return checked(person, id);
};

export const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** The bytes that are stored, whoever may read them. */
export const storedBytes = async ({ app }: Pick<TestAtrium, "app">, fileId: string) => {
  const file = await app.files.find(fileId);
  if (file === undefined) throw new Error("There is no such file.");
  return buffer(await file.open());
};

export const tusHeaders = { "tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream" };
export const patch = (url: string | null, offset: number, bytes: Buffer, headers: Record<string, string> = {}) =>
  fetch(url ?? "", {
    method: "PATCH",
    headers: { ...tusHeaders, "upload-offset": String(offset), ...headers },
    body: bytes as never,
  });

interface TusOptions extends Partial<tus.UploadOptions> {
  /** Called with the bytes that the server has said to have. */
  readonly until?: (accepted: number) => boolean;
}

/** Sends bytes by tus-js-client, to their end or until `until` says to hang up. Resolves with the upload's address. */
export const tusUpload = (bytes: Buffer, { until, ...options }: TusOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const upload: tus.Upload = new tus.Upload(bytes, {
      retryDelays: [0, 200, 1_000],
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ""),
      onChunkComplete: (_size, accepted) => {
        if (until?.(accepted)) void upload.abort().then(() => resolve(upload.url ?? ""), reject);
      },
    });
    upload.start();
  });
