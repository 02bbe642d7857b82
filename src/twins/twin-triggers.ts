/**
 * Keep `twin_state`: a change of what is said of a twin, or of a link, gives it the next place. They run as the owner of the
 * tables, for nobody but the system may write places.
 */
const touch = `create or replace function twin_touch(ids text[]) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    -- In one order for all, so that two who touch the same twins do not wait for each other.
    perform 1 from twin_state where twin_id = any(ids) order by twin_id for update;
    update twin_state set xid = pg_current_xact_id(), position = nextval(pg_get_serial_sequence('twin_state', 'position'))
    where twin_id = any(ids) and expires_at is null;
  end $$;
  revoke all on function twin_touch(text[]) from public;`;

export const twinChanges = `${touch}
  create or replace function twin_changes() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    if tg_op = 'INSERT' then
      insert into twin_state (twin_id, workspace_id, type, xid) values (new.id, new.workspace_id, new.type, pg_current_xact_id());
    elsif tg_op = 'UPDATE' then
      perform twin_touch(array[new.id]);
      update twin_state set former_type = type, type = new.type where twin_id = new.id and type <> new.type;
    else
      perform twin_touch(array[old.id]);
      update twin_state set expires_at = clock_timestamp() + interval '30 days' where twin_id = old.id;
    end if;
    return null;
  end $$;
  create trigger twin_changes after insert or update or delete on twin for each row execute function twin_changes();
  insert into twin_state (twin_id, workspace_id, type, xid)
    select id, workspace_id, type, pg_current_xact_id() from twin on conflict do nothing;`;

/** A link is news of both of its ends. */
export const twinLinkChanges = `${touch}
  create or replace function twin_link_changes() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
  declare link twin_link := coalesce(new, old);
  begin
    perform twin_touch(array[link.parent_id, link.child_id]);
    return null;
  end $$;
  create trigger twin_link_changes after insert or delete on twin_link for each row execute function twin_link_changes();`;
