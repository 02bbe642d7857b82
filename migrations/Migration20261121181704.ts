import { Migration } from '@mikro-orm/migrations';

export class Migration20261121181704 extends Migration {

  override name = 'Migration20261121181704';

  override up(): void | Promise<void> {
    this.addSql(`drop index "job_unfinished";`);
    this.addSql(`create index job_open on job (dispatched_at nulls first) where finished_at is null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "job_open";`);
    this.addSql(`create index "job_unfinished" on "job" ("dispatched_at" nulls FIRST) where status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text]);`);
  }

}
