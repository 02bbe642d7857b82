import { createHmac, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Keys } from "#src/platform/keys.js";
import { RecoveryCode } from "./totp.js";

/** How many there are, and how many characters of base 32 each has: 80 bits. */
export const recoveryCodeCount = 10;
const length = 16;

/** Without the letters that are taken for others (Crockford's base 32). */
const digits = "0123456789abcdefghjkmnpqrstvwxyz";
const written = /^[0-9a-hjkmnp-tv-z]{16}$/;

/** `k7rm-2x9d-…`: what a person types may have capitals, and other spaces between. */
const normal = (code: string) => code.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");

export const isRecoveryCode = (code: string): boolean => written.test(normal(code));

/** Codes that stand in for a lost authenticator app, each good once. */
export class RecoveryCodes {
  readonly #key: Buffer;

  constructor(keys: Keys) {
    this.#key = keys.derive("recovery-code");
  }

  /** New ones in place of all that there were. They are shown now and never again. */
  async replace(change: Change, userId: string): Promise<string[]> {
    await this.remove(change, userId);
    return Array.from({ length: recoveryCodeCount }, () => {
      const code = [...randomBytes(length)].map((byte) => digits[byte & 31]).join("");
      change.create(RecoveryCode, { userId, hash: this.#hash(code) });
      return code.match(/.{4}/g)?.join("-") ?? code;
    });
  }

  async remove(change: Change, userId: string): Promise<void> {
    await change.sql(sql`delete from recovery_code where user_id = ${userId}`);
  }

  /** True for the one who comes first with it. */
  async spend(change: Change, userId: string, code: string): Promise<boolean> {
    const spent = await change.sql(sql`
      update recovery_code set used_at = ${change.now}
      where user_id = ${userId} and hash = ${this.#hash(normal(code))} and used_at is null returning id`);
    return spent.length > 0;
  }

  #hash(code: string): string {
    return createHmac("sha256", this.#key).update(code).digest("base64url");
  }
}
