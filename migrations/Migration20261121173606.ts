import { Migration } from '@mikro-orm/migrations';

export class Migration20261121173606 extends Migration {

  override name = 'Migration20261121173606';

  override up(): void | Promise<void> {
    this.addSql(`alter table "user" add "is_operator" boolean not null default false;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "user" drop column "is_operator";`);
  }

}
