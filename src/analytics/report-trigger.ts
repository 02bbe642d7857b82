import { ReportStatus } from "./report-status.js";

const { PENDING, RUNNING, DONE, FAILED, CANCELLED } = ReportStatus;

/** A report begins and ends with its job, in the same commit, whoever ends that; DONE is said by whoever adds its file. */
export const jobReports = `create or replace function job_reports() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
    update report set
      status = case new.status when 'QUEUED' then '${PENDING}' else new.status end,
      finished_at = case when new.status in ('${FAILED}', '${CANCELLED}') then new.finished_at end,
      error_code = case new.status when '${FAILED}' then new.error_code end,
      error_message = case new.status when '${FAILED}' then new.error_message end
    where job_id = new.id and status <> '${DONE}';
    return null;
  end $$;
  create trigger job_reports after update of status on job for each row when (old.status is distinct from new.status
    and new.kind = 'analytics.report' and new.status in ('QUEUED', '${RUNNING}', '${FAILED}', '${CANCELLED}'))
  execute function job_reports();`;
