import { refusalState } from "#src/platform/refusal-of.js";

/**
 * An open generation holds what it may still cost in every budget it falls under, or is refused; an ended one holds nothing.
 * What was spent of it already is in the ledger, and is not held a second time.
 */
export const generationHolds = `create or replace function generation_holds() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
  declare
    ids text[];
    b budget;
    models text[];
    mine bigint;
    need bigint;
  begin
    if new.status <> 'OPEN' or new.reserved_micros = 0 then
      if tg_op = 'UPDATE' then
        perform 1 from budget where id in (select budget_id from budget_hold where generation_id = new.id)
        order by id for no key update;
        delete from budget_hold where generation_id = new.id;
      end if;
      return null;
    end if;
    models := array(select jsonb_object_keys(new.ceilings));
    ids := budgets_for(new.workspace_id, new.created_by_id, new.api_key_id, models, coalesce(new.held_at, new.created_at));
    if new.reserved_micros is null then
      if ids is not null then
        raise exception 'no price' using errcode = '${refusalState}', detail = json_build_object('code', 'BUDGET_EXCEEDED',
          'message', format('A budget is in force, and what %s costs is not known: setModelPrice gives a model its price.',
            (select string_agg(key, ', ' order by key) from jsonb_each(new.ceilings) where value = 'null')))::text;
      end if;
      return null;
    end if;
    select greatest(0, new.reserved_micros - coalesce(sum(cost_micros), 0)) into need from provider_call
    where generation_id = new.id;
    for b in select * from budget where id = any(ids) order by id loop
      mine := coalesce((select micros from budget_hold where generation_id = new.id and budget_id = b.id), 0);
      if need > mine and b.spent + b.held - mine + need > b.limit_micros then
        perform budget_refuse(b, mine, need);
      end if;
      insert into budget_hold (generation_id, budget_id, workspace_id, micros) values (new.id, b.id, new.workspace_id, need)
      on conflict (generation_id, budget_id) do update set micros = excluded.micros;
    end loop;
    return null;
  end $$;
  create trigger generation_holds after insert or update of status, reserved_micros, ceilings on generation
  for each row execute function generation_holds();`;

/** Whoever may not see a generation any more does not see what it took either. */
export const generationVisibility = `create or replace function generation_visibility() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    update provider_call set visibility = new.visibility where generation_id = new.id;
    return null;
  end $$;
  create trigger generation_visibility after update of visibility on generation
  for each row when (old.visibility is distinct from new.visibility) execute function generation_visibility();`;

/**
 * A job that ends ends what it leaves open; one that is started again opens what has failed, and holds as much as at first
 * for it. What was upstream when the last worker vanished is put down with the most that it can have cost.
 */
export const jobGenerations = `create or replace function new_provider_call_id() returns text language sql volatile as $$
    -- UUIDv7 in base 32, as newId writes it: ten digits are the time, and one in two places says version and variant.
    select 'provider_call_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + case
      when i < 10 then ((extract(epoch from clock_timestamp()) * 1000)::bigint >> (45 - 5 * i)) & 31
      when i = 10 then 14 when i = 13 then 8 + (get_byte(r, i) & 3) else get_byte(r, i % 16) & 31 end::int, 1), '' order by i)
    from (select decode(md5(gen_random_uuid()::text), 'hex') as r) random, generate_series(0, 25) i
  $$;
  create or replace function job_generations() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    if new.status = 'QUEUED' then
      update generation g set status = 'OPEN', error_code = null, finished_at = null, held_at = new.run_at,
        text = '', provider = null, model = null, input_tokens = null, output_tokens = null, first_token_ms = null,
        duration_ms = null, lineage_hash = null, quality = null, quality_score = null,
        reserved_micros = (select case when bool_or(value = 'null') then null else max((value #>> '{}')::bigint) end
          from jsonb_each(g.ceilings))
          + coalesce((select sum(cost_micros) from provider_call where generation_id = g.id), 0)
      where g.job_id = new.id and g.status in ('FAILED', 'CANCELLED');
      return null;
    end if;
    insert into provider_call (id, workspace_id, created_at, visibility, generation_id, created_by_id, api_key_id, purpose,
      provider, model, asked_for, operation, outcome, started_at, latency, is_estimated, cost_micros)
    select new_provider_call_id(), g.workspace_id, new.finished_at, g.visibility, g.id, g.created_by_id, g.api_key_id, g.purpose,
      g.pending ->> 'provider', left(g.pending ->> 'model', 100), p.model, 'CHAT', 'LOST', p.at,
      least(2147483647, greatest(0, extract(epoch from new.finished_at - p.at) * 1000))::int, true,
      (g.ceilings ->> p.model)::bigint
    from generation g, lateral (select (g.pending ->> 'provider') || '/' || (g.pending ->> 'model') as model,
      (g.pending ->> 'at')::timestamptz as at) p
    where g.job_id = new.id and g.status = 'OPEN' and g.pending is not null;
    update generation set status = case new.status when 'FAILED' then 'FAILED' else 'CANCELLED' end,
      error_code = case new.status when 'FAILED' then new.error_code end, finished_at = new.finished_at
    where job_id = new.id and status = 'OPEN';
    return null;
  end $$;
  create trigger job_generations after update of status on job for each row when (old.status is distinct from new.status and
    (new.status in ('SUCCEEDED', 'FAILED', 'CANCELLED') or (new.status = 'QUEUED' and old.status in ('FAILED', 'CANCELLED'))))
  execute function job_generations();`;

/** The ledger's sum is what a generation has cost, and what its budgets have spent. */
export const providerCallSpends = `create or replace function provider_call_spends() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
  declare
    g generation;
    ids text[];
    cost bigint;
    unknown bigint;
  begin
    if new.generation_id is not null then
      select * into g from generation where id = new.generation_id for no key update;
      select coalesce(sum(cost_micros), 0), count(*) filter (where cost_micros is null) into cost, unknown
      from provider_call where generation_id = new.generation_id;
      update generation set cost_micros = case when unknown = 0 then cost end, pending = null where id = new.generation_id;
    end if;
    if coalesce(new.cost_micros, 0) = 0 then return null; end if;
    ids := budgets_for(new.workspace_id, new.created_by_id, new.api_key_id,
      array_append(array(select jsonb_object_keys(g.ceilings)), new.asked_for), new.started_at);
    update budget set spent = spent + new.cost_micros
    where id = any(ids) and (scope <> 'MODEL' or subject = new.asked_for)
      and new.started_at >= coalesce(period_began_at, '-infinity');
    update budget_hold set micros = greatest(0, g.reserved_micros - cost)
    where generation_id = g.id and micros > greatest(0, g.reserved_micros - cost);
    return null;
  end $$;
  create trigger provider_call_spends after insert on provider_call
  for each row execute function provider_call_spends();`;
