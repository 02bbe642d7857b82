import { eventually, type Person } from "./atrium.js";
import { collect, endOf } from "./follow.js";

interface SentUpload {
  readonly id: string;
  readonly url: string;
  readonly status: string;
}

/** Announces an upload and sends its bytes; its check has been asked for then. */
export const sendUpload = async (person: Person, bytes: Buffer, input: object = {}): Promise<SentUpload> => {
  const { createUpload } = await person.query<{ createUpload: SentUpload }>(
    "mutation ($input: CreateUploadInput!) { createUpload(input: $input) { id url status } }",
    { input: { fileName: "talk.wav", size: bytes.length, ...input } },
  );
  const answer = await fetch(createUpload.url, { method: "PUT", body: new Uint8Array(bytes) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return createUpload;
};

export const statusOfUpload = async (person: Person, id: string): Promise<string> =>
  (await person.query<{ upload: { status: string } }>("query ($id: ID!) { upload(id: $id) { status } }", { id })).upload
    .status;

/** An upload that is READY. */
export const readyUpload = async (person: Person, bytes: Buffer, input: object = {}): Promise<string> => {
  const { id } = await sendUpload(person, bytes, input);
  await eventually(
    () => statusOfUpload(person, id),
    (status) => status === "READY",
    60_000,
  );
  return id;
};

export interface Recording {
  readonly id: string;
  readonly title: string;
  readonly duration: number;
  readonly codec: string;
  readonly sampleRate: number | null;
  readonly channels: number | null;
  readonly language: string | null;
  readonly visibility: string;
  readonly file: { readonly id: string } | null;
}

export const createRecording = async (person: Person, input: object): Promise<Recording> =>
  (
    await person.query<{ createVoiceRecording: Recording }>(
      `mutation ($input: CreateVoiceRecordingInput!) { createVoiceRecording(input: $input) {
        id title duration codec sampleRate channels language visibility file { id } } }`,
      { input },
    )
  ).createVoiceRecording;

export const recordingOf = async (person: Person, bytes: Buffer, input: object = {}): Promise<Recording> =>
  createRecording(person, { uploadId: await readyUpload(person, bytes, input) });

export const transcribe = async (person: Person, recordingId: string, input: object = {}): Promise<string> =>
  (
    await person.query<{ transcribeRecording: { id: string } }>(
      "mutation ($input: TranscribeRecordingInput!) { transcribeRecording(input: $input) { id } }",
      { input: { recordingId, ...input } },
    )
  ).transcribeRecording.id;

export const voiceToQuote = async (person: Person, input: object): Promise<string> =>
  (
    await person.query<{ voiceToQuote: { id: string } }>(
      "mutation ($input: VoiceToQuoteInput!) { voiceToQuote(input: $input) { id } }",
      { input },
    )
  ).voiceToQuote.id;

export interface TranscriptRow {
  readonly id: string;
  readonly status: string;
  readonly text: string;
  readonly language: string | null;
  readonly confidence: number | null;
  readonly spokenMs: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly segments: { readonly nodes: { startMs: number; endMs: number; text: string; confidence: number | null }[] };
  readonly chunks: {
    readonly nodes: {
      position: number;
      startMs: number;
      endMs: number;
      status: string;
      attempts: number;
      errorMessage: string | null;
    }[];
  };
}

/** The transcripts of a recording, the first one first. */
export const transcriptsOf = async (person: Person, recordingId: string): Promise<TranscriptRow[]> => {
  const { voiceRecording } = await person.query<{
    voiceRecording: { transcripts: { nodes: TranscriptRow[] } } | null;
  }>(
    `query ($id: ID!) { voiceRecording(id: $id) { transcripts { nodes { id status text language confidence spokenMs
      errorCode errorMessage startedAt finishedAt
      segments(orderBy: [{ field: START_MS, direction: ASC }]) { nodes { startMs endMs text confidence } }
      chunks(orderBy: [{ field: POSITION, direction: ASC }]) { nodes { position startMs endMs status attempts errorMessage } }
    } } } }`,
    { id: recordingId },
  );
  return voiceRecording?.transcripts.nodes ?? [];
};

export const transcriptOf = async (person: Person, recordingId: string): Promise<TranscriptRow> => {
  const [transcript] = await transcriptsOf(person, recordingId);
  if (transcript === undefined) throw new Error("There is no transcript.");
  return transcript;
};

/** The job as it ended, and its thread. */
export const ended = async (person: Person, jobId: string) => {
  const events = await collect(person, jobId);
  return { events, job: endOf(events) };
};
