/** What becomes private takes along what was made of it: whoever replayed it when it could be seen keeps that alone. */
export const hideReplays = `create or replace function generation_hides_replays() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $$ begin
    update generation set visibility = 'PRIVATE' where replay_of_id = new.id and visibility <> 'PRIVATE';
    update replay_pair set visibility = 'PRIVATE'
      where (original_id = new.id or generation_id = new.id) and visibility <> 'PRIVATE';
    return null;
  end $$;
  create trigger generation_hides_replays after update of visibility on generation
  for each row when (new.visibility = 'PRIVATE') execute function generation_hides_replays();`;
