import { Upload, UploadPurpose, UploadStatus } from "#src/files/upload.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { Transcriber } from "#src/voice/transcriber.js";
import type { TestAtrium } from "./atrium.js";
import { createRecording } from "./recordings.js";
import { actorOf, contentOf } from "./stored-files.js";
import type { Team } from "./team.js";

/** Hears nothing in whatever it is given. */
export const deafTranscriber: Transcriber = {
  name: "deaf",
  models: ["ear-1"],
  limits: { bytes: 25_000_000, durationMs: 3_600_000 },
  transcribe: async () => ({ segments: [] }),
};

/** An upload of the owner as it is after its check, with bytes that nobody has looked at. */
export const checkedUpload = async ({ app }: TestAtrium, team: Team): Promise<{ uploadId: string }> => {
  const actor = actorOf(team);
  const bytes = await app.files.store(contentOf(Buffer.alloc(100, 1)));
  return app.database.write(actor, async (change) => {
    const about = { name: "talk.wav", visibility: Visibility.WORKSPACE, createdById: actor.userId };
    const sound = { durationMs: 1_000, codec: "PCM", sampleRate: 16_000, channels: 1 };
    const file = await app.files.add(change, bytes, { ...about, contentType: "audio/wav", sound });
    const upload = change.create(Upload, {
      ...{ fileName: "talk.wav", purpose: UploadPurpose.RECORDING, status: UploadStatus.READY, fileId: file.id },
      ...{ size: 100, received: 100, visibility: about.visibility, createdById: actor.userId },
      ...{ pieces: [], fileKey: "-" },
    });
    return { uploadId: upload.id };
  });
};

/** The id of a recording of the owner, made past the upload. */
export const storedRecording = async (atrium: TestAtrium, team: Team): Promise<string> =>
  (await createRecording(team.owner, await checkedUpload(atrium, team))).id;
