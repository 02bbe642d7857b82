import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import type { Visibility } from "#src/platform/owned-row.js";
import type { Heard, HeardSegment } from "./transcriber.js";
import type { ChunkStatus, TranscriptStatus } from "./transcript-status.js";
import { type PendingSound, Transcript, TranscriptChunk, TranscriptSegment } from "./voice-recording.js";

/** A transcript with its sound, as an attempt at its job finds it. */
export interface Listening {
  readonly id: string;
  readonly workspaceId: string;
  readonly visibility: Visibility;
  readonly createdById: string;
  readonly status: TranscriptStatus;
  readonly text: string;
  readonly transcriber: string;
  readonly model: string;
  readonly spokenMs: number | null;
  readonly fileId: string;
  readonly contentType: string;
  readonly durationMs: number;
}

/** A stretch of sound, as an attempt finds it. */
export interface StoredChunk {
  readonly id: string;
  readonly position: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: ChunkStatus;
  readonly pending: PendingSound | null;
}

export const readTranscript = async (database: Database, workspaceId: string, id: string): Promise<Listening> => {
  const row = await database.row(sql<Listening>`
    select t.id, t.workspace_id as "workspaceId", t.visibility, t.created_by_id as "createdById", t.status, t.text,
      t.transcriber, t.model, t.spoken_ms as "spokenMs", f.id as "fileId", f.content_type as "contentType",
      r.duration as "durationMs"
    from transcript t join voice_recording r on r.id = t.recording_id join stored_file f on f.id = r.file_id
    where t.id = ${id} and t.workspace_id = ${workspaceId}`);
  if (row === undefined) throw transcriptGone();
  return row;
};

export const readChunks = (database: Database, transcriptId: string): Promise<StoredChunk[]> =>
  database.rows(sql<StoredChunk>`
    select id, position, start_ms as "startMs", end_ms as "endMs", status, pending from transcript_chunk
    where transcript_id = ${transcriptId} order by position`);

/** The words of each chunk that has been heard, by its place. */
export const readWords = async (database: Database, transcriptId: string): Promise<Map<number, string>> => {
  const rows = await database.rows(sql<{ position: number; text: string }>`
    select c.position, coalesce(string_agg(s.text, ' ' order by s.start_ms, s.position), '') as text
    from transcript_chunk c
    left join transcript_segment s on s.transcript_id = c.transcript_id and s.start_ms >= c.start_ms and s.start_ms < c.end_ms
    where c.transcript_id = ${transcriptId} and c.status = 'DONE' group by c.position`);
  return new Map(rows.map(({ position, text }) => [position, text]));
};

/** The transcript, locked: those who add to it do so one after another. */
export const findTranscript = async (change: Change, id: string): Promise<Transcript> => {
  const transcript = await change.find(Transcript, { id });
  if (transcript === null) throw transcriptGone();
  return transcript;
};

const transcriptGone = () => new DomainError("NOT_FOUND", "The transcript is gone, or its recording.");

/** Stores what was planned; once, whoever comes first. */
export const storePlan = async (
  change: Change,
  id: string,
  plan: readonly { readonly startMs: number; readonly endMs: number }[],
): Promise<void> => {
  const transcript = await findTranscript(change, id);
  if (transcript.spokenMs !== null) return;
  const { visibility, createdById } = transcript;
  transcript.spokenMs = plan.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  for (const [position, { startMs, endMs }] of plan.entries())
    change.create(TranscriptChunk, {
      ...{ transcriptId: id, position, startMs, endMs, visibility, createdById },
      ...{ status: "PENDING" as ChunkStatus, attempts: 0 },
    });
};

/** Stores what was heard in a chunk, and brings the transcript up to it. Gives the words. */
export const storeHeard = async (change: Change, id: string, chunk: StoredChunk, heard: Heard): Promise<string> => {
  const { visibility, createdById } = await findTranscript(change, id);
  const segments = heard.segments.flatMap((segment) => within(chunk, segment));
  for (const [position, segment] of segments.entries())
    change.create(TranscriptSegment, {
      ...{ transcriptId: id, createdById, visibility, position, ...segment },
      language: segment.language ?? heard.language ?? null,
      confidence: segment.confidence ?? null,
    });
  await change.sql(sql`update transcript_chunk set status = 'DONE', pending = null, error_message = null
    where id = ${chunk.id}`);
  await change.sql(sql`update transcript t set text = s.text, confidence = s.confidence,
      language = coalesce(t.language, ${heard.language ?? null})
    from (select coalesce(string_agg(text, ' ' order by start_ms, position), '') as text,
        sum(confidence * (end_ms - start_ms)) / sum(end_ms - start_ms) filter (where confidence is not null) as confidence
      from transcript_segment where transcript_id = ${id}) s
    where t.id = ${id}`);
  return segments.map(({ text }) => text).join(" ");
};

/** A segment by the recording's clock, inside of its chunk; nothing without words. */
const within = (chunk: StoredChunk, { startMs, endMs, text, ...rest }: HeardSegment) => {
  const words = text.replaceAll("\0", "").trim();
  if (words === "") return [];
  const start = clamp(chunk.startMs + Math.round(startMs), chunk.startMs, chunk.endMs - 1);
  const end = clamp(chunk.startMs + Math.round(endMs), start + 1, chunk.endMs);
  return [{ ...rest, startMs: start, endMs: end, text: words }];
};

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
