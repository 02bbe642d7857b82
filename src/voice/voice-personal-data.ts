import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import { Visibility } from "#src/platform/owned-row.js";
import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { VoiceQuote } from "./voice-quote.js";
import { Transcript, TranscriptChunk, TranscriptSegment, VoiceRecording } from "./voice-recording.js";

/** Their sound goes with the files; what others have written down of them goes too, with the grants on it. */
const erasePrivateRecordings = async (change: Change, userId: string): Promise<unknown> => {
  await change.sql(sql`delete from access_grant where resource_id in (
    select t.id from transcript t join voice_recording r on r.id = t.recording_id
    where r.created_by_id = ${userId} and r.visibility = ${Visibility.PRIVATE})`);
  return erasePrivate("voice_recording")(change, userId);
};

/** Recordings and their words stay with the workspace, but for private ones. Before the files, which recordings name. */
export const voicePersonalData: readonly PersonalData[] = [
  { entity: VoiceQuote, by: ["createdById"], erase: erasePrivate("voice_quote") },
  { entity: Transcript, by: ["createdById"], erase: erasePrivate("transcript") },
  // They come and go with their transcript.
  { entity: TranscriptChunk, by: ["createdById"], erase: "keep" },
  { entity: TranscriptSegment, by: ["createdById"], erase: "keep" },
  { entity: VoiceRecording, by: ["createdById"], erase: erasePrivateRecordings },
];
