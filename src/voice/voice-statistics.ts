import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { shapeOf } from "#src/platform/lists/entity-shape.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Transcript, VoiceRecording } from "./voice-recording.js";
import { maxTranscribers, TranscriberStats, VoiceStats } from "./voice-stats.js";

type Figures = Omit<TranscriberStats, "transcriber"> & { readonly transcriber: string | null };

/** Figures of recordings, counted in the rows that the actor may see. */
export class VoiceStatistics {
  constructor(private readonly database: Database) {}

  /** Of what was made from one time on and before another. */
  async between(actor: Actor, from: Date | null | undefined, to: Date | null | undefined): Promise<VoiceStats> {
    if (from && to && to <= from) throw badInput("The range must end after its beginning.", "to");
    const parameters = new Parameters(actor);
    const bounds = {
      first: parameters.add(from?.toISOString() ?? "-infinity"),
      last: parameters.add(to?.toISOString() ?? "infinity"),
    };
    const of = (entity: typeof VoiceRecording | typeof Transcript, row: string) =>
      `${shapeOf(entity).visible(row, parameters)} and ${row}.created_at >= ${bounds.first}::timestamptz and ${row}.created_at < ${bounds.last}::timestamptz`;
    const text = `with heard as (
        select t.transcriber, t.status, r.duration,
          case when t.text = '' then 0 else cardinality(regexp_split_to_array(btrim(t.text), '\\s+')) end as words,
          case when t.status = 'DONE' then extract(epoch from t.finished_at - t.started_at) * 1000 / nullif(r.duration, 0) end as factor
        from transcript t join voice_recording r on r.id = t.recording_id where ${of(Transcript, "t")}
      ), figures as (
        select transcriber, count(*)::int as transcripts,
          count(*) filter (where status = 'PENDING')::int as pending,
          count(*) filter (where status = 'PROCESSING')::int as processing,
          count(*) filter (where status = 'DONE')::int as done,
          count(*) filter (where status = 'FAILED')::int as failed,
          count(*) filter (where status = 'CANCELLED')::int as cancelled,
          count(*) filter (where status = 'DONE')::float8 / nullif(count(*) filter (where status in ('DONE', 'FAILED')), 0) as "successRate",
          percentile_cont(0.5) within group (order by factor) as "realTimeFactorP50",
          percentile_cont(0.95) within group (order by factor) as "realTimeFactorP95",
          coalesce(sum(words), 0)::bigint as words
        from heard group by grouping sets ((), (transcriber)) order by transcriber nulls first limit ${maxTranscribers + 1}
      )
      select json_build_object('figures', (select json_agg(f) from figures f),
        'recordings', count(*)::int, 'minutes', coalesce(sum(r.duration), 0)::float8 / 60000)
      from voice_recording r where ${of(VoiceRecording, "r")}`;
    const [row] = await this.database.read(actor, { text, values: parameters.values, width: 1 });
    const { figures, recordings, minutes } = JSON.parse(row?.[0] ?? "{}") as {
      figures: Figures[];
      recordings: number;
      minutes: number;
    };
    const { transcriber: _, ...all } = figures.find(({ transcriber }) => transcriber === null) as Figures;
    const transcribers = figures.filter(({ transcriber }) => transcriber !== null);
    return Object.assign(new VoiceStats(), all, {
      ...{ recordings, minutes },
      transcribers: transcribers.map((each) => Object.assign(new TranscriberStats(), each)),
    });
  }
}
