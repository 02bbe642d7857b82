import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "#src/platform/clock.js";
import type { Keys } from "#src/platform/keys.js";
import type { PublicAddress } from "#src/platform/public-address.js";

/** Addresses that open one thing to whoever has them, until their time is over. */
export class SignedAddresses {
  readonly #keys: readonly Buffer[];

  constructor(
    keys: Keys,
    private readonly address: PublicAddress,
    private readonly clock: Clock,
  ) {
    // What was signed before the secret was changed is good as long as ATRIUM_SECRET_PREVIOUS is given.
    this.#keys = [keys, ...(keys.previous === undefined ? [] : [keys.previous])].map((each) =>
      each.derive("file addresses"),
    );
  }

  /** `path` is what it opens, such as `/files/stored_file_01j…`, and `method` what may be done there. */
  sign(method: string, path: string, expiresAt: Date): string {
    const expires = Math.floor(expiresAt.getTime() / 1_000);
    const signature = signatureOf(this.#keys[0] as Buffer, method, path, expires).toString("base64url");
    return `${this.address.url}${path}?expires=${expires}&signature=${signature}`;
  }

  /** True for the query of an address that `sign` made for this, and whose time is not over. */
  opens(method: string, path: string, query: Readonly<Record<string, unknown>>): boolean {
    const { expires, signature } = query;
    if (typeof expires !== "string" || !/^\d{1,12}$/.test(expires) || typeof signature !== "string") return false;
    const given = Buffer.from(signature, "base64url");
    // Base 64 has several spellings of the same bytes; ours is the only one.
    if (given.length !== 32 || given.toString("base64url") !== signature) return false;
    const isOurs = this.#keys.some((key) => timingSafeEqual(given, signatureOf(key, method, path, Number(expires))));
    return isOurs && Number(expires) * 1_000 > this.clock.now().getTime();
  }
}

/** A JSON list, so that no two things have the same. */
const signatureOf = (key: Buffer, method: string, path: string, expires: number): Buffer =>
  createHmac("sha256", key)
    .update(JSON.stringify(["v1", method, path, expires]))
    .digest();
