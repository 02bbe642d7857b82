import { Migration } from '@mikro-orm/migrations';

export class Migration20261121150025 extends Migration {

  override name = 'Migration20261121150025';

  override up(): void | Promise<void> {
    this.addSql(`alter table "job" add "traceparent" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "job" drop column "traceparent";`);
  }

}
