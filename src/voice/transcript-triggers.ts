import { refusalState } from "#src/platform/refusal-of.js";

const ofVoice = "('voice.transcribe', 'voice.to_quote')";

/**
 * A transcript begins and ends with its job, in the same commit, whoever ends that. What was upstream when the last worker
 * vanished is put down as if all of it had been heard.
 */
export const jobTranscripts = `create or replace function job_transcripts() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    if new.status = 'RUNNING' then
      update transcript set status = 'PROCESSING', started_at = coalesce(started_at, new.started_at)
      where job_id = new.id and status = 'PENDING';
      return null;
    end if;
    if new.status = 'QUEUED' then
      update transcript set status = 'PENDING', error_code = null, error_message = null, finished_at = null
      where job_id = new.id and status in ('FAILED', 'CANCELLED');
      update transcript_chunk c set status = 'PENDING' from transcript t
      where t.id = c.transcript_id and t.job_id = new.id and c.status = 'FAILED';
      return null;
    end if;
    insert into provider_call (id, workspace_id, created_at, visibility, transcript_id, created_by_id, api_key_id, purpose,
      provider, model, asked_for, operation, outcome, started_at, latency, is_estimated, cost_micros)
    select new_provider_call_id(), c.workspace_id, new.finished_at, c.visibility, c.transcript_id, c.created_by_id,
      c.pending ->> 'apiKeyId', c.pending ->> 'purpose', c.pending ->> 'provider', c.pending ->> 'model',
      (c.pending ->> 'provider') || '/' || (c.pending ->> 'model'), 'TRANSCRIPTION', 'LOST', p.at,
      least(2147483647, greatest(0, extract(epoch from new.finished_at - p.at) * 1000))::int, true,
      (c.pending ->> 'micros')::bigint
    from transcript t join transcript_chunk c on c.transcript_id = t.id and c.pending is not null,
      lateral (select (c.pending ->> 'at')::timestamptz as at) p
    where t.job_id = new.id;
    update transcript_chunk c set pending = null from transcript t
    where t.id = c.transcript_id and t.job_id = new.id and c.pending is not null;
    update transcript set status = new.status, finished_at = new.finished_at,
      error_code = case new.status when 'FAILED' then new.error_code end,
      error_message = case new.status when 'FAILED' then new.error_message end
    where job_id = new.id and status in ('PENDING', 'PROCESSING');
    return null;
  end $$;
  create trigger job_transcripts after update of status on job for each row when (old.status is distinct from new.status and
    new.kind in ${ofVoice} and (new.status in ('RUNNING', 'FAILED', 'CANCELLED')
      or (new.status = 'QUEUED' and old.status in ('FAILED', 'CANCELLED'))))
  execute function job_transcripts();`;

/** Whoever may not see a transcript any more does not see what it is made of either. */
export const transcriptVisibility = `create or replace function transcript_visibility() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    update transcript_chunk set visibility = new.visibility where transcript_id = new.id;
    update transcript_segment set visibility = new.visibility where transcript_id = new.id;
    update provider_call set visibility = new.visibility where transcript_id = new.id;
    return null;
  end $$;
  create trigger transcript_visibility after update of visibility on transcript
  for each row when (old.visibility is distinct from new.visibility) execute function transcript_visibility();`;

/** Nothing is sent for which a budget has not enough left, beside what other stretches of sound have upstream. */
export const chunkSpends = `create or replace function chunk_spends() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
  declare
    need bigint := (new.pending ->> 'micros')::bigint;
    asked text := (new.pending ->> 'provider') || '/' || (new.pending ->> 'model');
    ids text[];
    upstream bigint;
    b budget;
  begin
    if need = 0 then return new; end if;
    ids := budgets_for(new.workspace_id, new.created_by_id, new.pending ->> 'apiKeyId', array[asked], clock_timestamp());
    if ids is null then return new; end if;
    if need is null then
      raise exception 'no price' using errcode = '${refusalState}', detail = json_build_object('code', 'BUDGET_EXCEEDED',
        'message', format('A budget is in force, and what a minute of %s costs is not known: setModelPrice gives a model its price.',
          asked))::text;
    end if;
    for b in select * from budget where id = any(ids) order by id loop
      select coalesce(sum((c.pending ->> 'micros')::bigint), 0) into upstream from transcript_chunk c
      where c.workspace_id = new.workspace_id and c.pending is not null and c.id <> new.id
        and budget_covers(b.scope, b.subject, c.created_by_id, c.pending ->> 'apiKeyId',
          array[(c.pending ->> 'provider') || '/' || (c.pending ->> 'model')]);
      b.held := b.held + upstream;
      if b.spent + b.held + need > b.limit_micros then perform budget_refuse(b, 0, need); end if;
    end loop;
    return new;
  end $$;
  create trigger chunk_spends before update of pending on transcript_chunk
  for each row when (old.pending is null and new.pending is not null) execute function chunk_spends();`;
