import { sql } from "kysely";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Change } from "#src/platform/change.js";
import { badInput } from "#src/platform/errors.js";
import { requireLevel } from "#src/platform/find-owned.js";
import type { Visibility } from "#src/platform/owned-row.js";
import { accessTopic } from "#src/platform/resource-watch.js";
import type { VoiceRecording } from "./voice-recording.js";

/**
 * Changes who sees a recording, and with it all that would tell what is spoken there: its file and upload, its transcripts,
 * the jobs with their streamed text, and what was recorded of them.
 */
export const shareRecording = async (
  change: Change,
  recording: VoiceRecording,
  visibility: Visibility | null,
): Promise<void> => {
  if (visibility === null) throw badInput("is WORKSPACE or PRIVATE.", "input.visibility");
  if (visibility === recording.visibility) return;
  await requireLevel(change, recording, AccessLevel.MANAGE);
  recording.visibility = visibility;
  const { id, fileId, workspaceId } = recording;
  await change.systemSql(sql`update stored_file set visibility = ${visibility} where id = ${fileId}`);
  const uploads = await change.systemSql(sql<{ id: string; jobId: string | null }>`
    update upload set visibility = ${visibility} where file_id = ${fileId} returning id, job_id as "jobId"`);
  const transcripts = await change.systemSql(sql<{ id: string; jobId: string }>`
    update transcript set visibility = ${visibility} where recording_id = ${id} returning id, job_id as "jobId"`);
  const links = await change.systemSql(sql<{ id: string; jobId: string }>`
    update voice_quote set visibility = ${visibility} where recording_id = ${id} returning id, job_id as "jobId"`);
  const jobs = [...uploads, ...transcripts, ...links].flatMap(({ jobId }) => jobId ?? []);
  await change.systemSql(sql`update job set visibility = ${visibility} where id = any(${jobs}::text[])`);
  const told = [id, fileId, ...jobs, ...[...uploads, ...transcripts, ...links].map((row) => row.id)];
  await change.systemSql(sql`update event set visibility = ${visibility}, owner_id = coalesce(owner_id, ${recording.createdById})
    where subject_id = any(${told}::text[]) and workspace_id = ${workspaceId}`);
  for (const each of told) change.wake(accessTopic(each));
};
