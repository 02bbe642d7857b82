import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import { columnName } from "#src/platform/column.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { mergePatch } from "#src/platform/merge-patch.js";
import type { Caller } from "./caller.js";
import { takenUsername } from "./free-username.js";
import type { UpdateProfileInput } from "./profile-inputs.js";
import type { SessionService } from "./session-service.js";
import { type User, usernameIndex } from "./user.js";

/** What the preferences of a user may take, in bytes of JSON. */
const maxPreferences = 16 * 1024;

/** What people say of themselves, and how they like things: it follows them to every device. */
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionService,
  ) {}

  async update(caller: Caller, input: UpdateProfileInput): Promise<User> {
    const { username, displayName, bio, locale, timeZone } = input;
    const columns = [
      given("username", username, () => filled(username, "input.username")),
      given("displayName", displayName, () => emptyIsNull(displayName)),
      given("bio", bio, () => emptyIsNull(bio)),
      given("locale", locale, () => localeOf(locale)),
      given("timeZone", timeZone, () => timeZoneOf(timeZone)),
    ].flat();
    if (columns.length > 0) {
      try {
        await this.database.write(asSystem(caller), async (change) => {
          const shown = columns.map(({ property, column }) => sql`old.${sql.ref(column)} as ${sql.ref(property)}`);
          const set = columns.map(({ column, value }) => sql`${sql.ref(column)} = ${value}`);
          const [before = null] = await change.sql(sql<Record<string, unknown>>`update "user" u set ${sql.join(set)}
            from (select * from "user" where id = ${caller.userId} for no key update) old
            where u.id = old.id returning ${sql.join(shown)}`);
          const after = Object.fromEntries(columns.map(({ property, value }) => [property, value]));
          change.record("user.updated", { id: caller.userId }, {}, { before, after });
        });
      } catch (error) {
        if (isUniqueViolation(error, usernameIndex)) throw takenUsername("input.username");
        throw error;
      }
    }
    return this.sessions.user(caller.userId);
  }

  /** Parallel patches come one after the other: none is lost. */
  async updatePreferences(caller: Caller, patch: Record<string, unknown>): Promise<User> {
    await this.database.write(asSystem(caller), async (change) => {
      const [row] = await change.sql(sql<{ preferences: Record<string, unknown> }>`
        select preferences from "user" where id = ${caller.userId} for no key update`);
      const merged = JSON.stringify(mergePatch(row?.preferences ?? {}, patch, "patch"));
      if (Buffer.byteLength(merged) > maxPreferences)
        throw badInput(`makes preferences of more than ${maxPreferences / 1024} KB.`, "patch");
      await change.sql(sql`update "user" set preferences = ${merged}::jsonb where id = ${caller.userId}`);
      change.record("user.updated", { id: caller.userId });
    });
    return this.sessions.user(caller.userId);
  }
}

const given = (property: string, value: unknown, read: () => string | null) =>
  value === undefined ? [] : [{ property, column: columnName(property), value: read() }];

const filled = (text: string | null | undefined, field: string): string => {
  if (!text?.trim()) throw badInput("must not be empty.", field);
  return text.trim();
};

const emptyIsNull = (text: string | null | undefined) => text?.trim() || null;

/** The canonical form of a language tag (RFC 5646). */
const localeOf = (tag: string | null | undefined): string => {
  try {
    return new Intl.Locale(tag ?? "").toString();
  } catch {
    throw badInput("must be a language tag of BCP 47, such as `de-AT`.", "input.locale");
  }
};

const timeZoneOf = (name: string | null | undefined): string => {
  try {
    // Offsets such as +02:00 are no zones: they know no summer.
    if (!/^[A-Za-z]/.test(name ?? "")) throw new RangeError("no name");
    return new Intl.DateTimeFormat("en", { timeZone: name ?? "" }).resolvedOptions().timeZone;
  } catch {
    throw badInput("must be a name of the IANA time zones, such as `Europe/Vienna`.", "input.timeZone");
  }
};
