import { Migration } from "@mikro-orm/migrations";

/** Written by hand: names that several people have get a part of the id, all but the oldest one's, before they must be unique. */
export class Migration20261121185000 extends Migration {
  override name = "Migration20261121185000";

  override up(): void {
    this.addSql(`update "user" u set username = left(username, 90) || '-' || right(id, 8) where exists (
      select 1 from "user" older where lower(older.username) = lower(u.username) and older.id < u.id);`);
  }

  override down(): void {}
}
