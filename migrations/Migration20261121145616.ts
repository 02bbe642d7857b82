import { Migration } from '@mikro-orm/migrations';

export class Migration20261121145616 extends Migration {

  override name = 'Migration20261121145616';

  override up(): void | Promise<void> {
    this.addSql(`alter table "quote" add "tags" text[] not null default '{}';`);
    this.addSql(`create index "quote_psychological_profile" on "quote" using gin ("psychological_profile");`);
    this.addSql(`create index "quote_tags" on "quote" using gin ("tags");`);

    this.addSql(`drop index "quote_favourite_quote_id_index";`);
    this.addSql(`create index "quote_favourite_quote" on "quote_favourite" ("quote_id", "id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "quote_psychological_profile";`);
    this.addSql(`drop index "quote_tags";`);
    this.addSql(`alter table "quote" drop column "tags";`);

    this.addSql(`drop index "quote_favourite_quote";`);
    this.addSql(`create index "quote_favourite_quote_id_index" on "quote_favourite" ("quote_id");`);
  }

}
