import { refusalState } from "#src/platform/refusal-of.js";

/**
 * Which budgets a request falls under, and in which period. `budgets_for` locks them, in one order for all, and begins their
 * next period when its time has come. The advisory lock is shared by all who spend, and a new budget's alone: what it starts
 * with is then all that was spent and held before it.
 */
const functions = `create or replace function budget_covers(scope text, subject text, asker text, key_id text, models text[])
  returns boolean language sql immutable as $$
    select coalesce(scope = 'WORKSPACE' or (scope = 'USER' and subject = asker) or (scope = 'API_KEY' and subject = key_id)
      or (scope = 'MODEL' and subject = any(models)), false)
  $$;
  create or replace function budget_period(period text, at timestamptz, out began timestamptz, out ends timestamptz)
  language plpgsql immutable as $$ begin
    if period = 'TOTAL' then return; end if;
    began := date_trunc(lower(period), at at time zone 'UTC') at time zone 'UTC';
    ends := (date_trunc(lower(period), at at time zone 'UTC') + ('1 ' || lower(period))::interval) at time zone 'UTC';
  end $$;
  create or replace function budget_lock(workspace_id text) returns bigint language sql immutable as $$
    select hashtextextended('budget ' || workspace_id, 0)
  $$;
  create or replace function budgets_for(workspace text, asker text, key_id text, models text[], at timestamptz)
  returns text[] language plpgsql set search_path = public, pg_temp as $$
  declare ids text[];
  begin
    perform pg_advisory_xact_lock_shared(budget_lock(workspace));
    with locked as (select b.id from budget b
      where b.workspace_id = workspace and budget_covers(b.scope, b.subject, asker, key_id, models)
      order by b.id for no key update)
    select array_agg(id order by id) into ids from locked;
    update budget b set spent = 0,
      (period_began_at, period_ends_at) = (select p.began, p.ends from budget_period(b.period, at) p)
    where b.id = any(ids) and b.period_ends_at <= at;
    return ids;
  end $$;
  create or replace function budget_refuse(b budget, mine bigint, need bigint) returns void language plpgsql as $$
  declare resets text := to_char(b.period_ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  begin
    raise exception 'budget exceeded' using errcode = '${refusalState}', detail = json_strip_nulls(json_build_object(
      'code', 'BUDGET_EXCEEDED',
      'message', format('The budget of %s is %s micro-dollars %s: %s are spent and %s set aside, and this needs %s.%s',
        case b.scope when 'WORKSPACE' then 'the workspace' when 'USER' then 'the user' when 'API_KEY' then 'the API key'
          else 'the model ' || b.subject end,
        b.limit_micros, case b.period when 'TOTAL' then 'in total' else 'a ' || lower(b.period) end,
        b.spent, b.held - mine, need, coalesce(' It begins anew at ' || resets || '.', '')),
      'details', json_build_object('limit', b.limit_micros,
        'remaining', greatest(0, b.limit_micros - b.spent - b.held + mine), 'resetAt', resets)))::text;
  end $$;`;

/** Each change gets a new place, by which `budgetChanged` finds it; a new budget begins with what the ledger says. */
export const budgetChanges = `${functions}
  create or replace function budget_changes() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    if tg_op = 'INSERT' then
      perform pg_advisory_xact_lock(budget_lock(new.workspace_id));
      select p.began, p.ends into new.period_began_at, new.period_ends_at from budget_period(new.period, new.created_at) p;
      new.held := 0;
      select coalesce(sum(c.cost_micros), 0) into new.spent from provider_call c
      where c.workspace_id = new.workspace_id and c.started_at >= coalesce(new.period_began_at, '-infinity')
        and budget_covers(new.scope, new.subject, c.created_by_id, c.api_key_id, array[c.asked_for]);
    end if;
    new.xid := pg_current_xact_id();
    new.position := nextval(pg_get_serial_sequence('budget', 'position'));
    return new;
  end $$;
  create trigger budget_changes before insert or update on budget for each row execute function budget_changes();`;

/** What is under way when a budget is made has to fit in it as well. */
export const budgetHoldsOpen = `create or replace function budget_holds_open() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    insert into budget_hold (generation_id, budget_id, workspace_id, micros)
    select g.id, new.id, new.workspace_id, greatest(0, g.reserved_micros - coalesce(c.spent, 0)) from generation g
    left join lateral (select sum(cost_micros) as spent from provider_call where generation_id = g.id) c on true
    where g.workspace_id = new.workspace_id and g.status = 'OPEN' and g.reserved_micros > 0
      and budget_covers(new.scope, new.subject, g.created_by_id, g.api_key_id, array(select jsonb_object_keys(g.ceilings)));
    return null;
  end $$;
  create trigger budget_holds_open after insert on budget for each row execute function budget_holds_open();`;

/** On a table whose class is no `@Stored`: declared with the budgets that it writes to. */
export const budgetHeld = `create or replace function budget_held() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
  declare change bigint := coalesce(new.micros, 0) - coalesce(old.micros, 0);
  begin
    if change <> 0 then
      update budget set held = held + change where id = coalesce(new.budget_id, old.budget_id);
    end if;
    return null;
  end $$;
  create trigger budget_held after insert or update or delete on budget_hold for each row execute function budget_held();`;
