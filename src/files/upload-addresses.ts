import { createHmac, timingSafeEqual } from "node:crypto";
import type { Keys } from "#src/platform/keys.js";
import type { PublicAddress } from "#src/platform/public-address.js";

/**
 * Where the bytes of an upload are sent. The address is all that is needed for that: it is signed, good for this upload
 * alone, and as long as that awaits bytes, which is why no time stands in it.
 */
export class UploadAddresses {
  readonly #keys: readonly Buffer[];

  constructor(
    keys: Keys,
    private readonly address: PublicAddress,
  ) {
    // What was signed before the secret was changed is good as long as ATRIUM_SECRET_PREVIOUS is given.
    this.#keys = [keys, ...(keys.previous === undefined ? [] : [keys.previous])].map((each) =>
      each.derive("upload addresses"),
    );
  }

  of(uploadId: string): string {
    const signature = signatureOf(this.#keys[0] as Buffer, uploadId).toString("base64url");
    return `${this.address.url}/uploads/${uploadId}?signature=${signature}`;
  }

  isSigned(uploadId: string, signature: string): boolean {
    const given = Buffer.from(signature, "base64url");
    // Base 64 has several spellings of the same bytes; ours is the only one.
    if (given.length !== 32 || given.toString("base64url") !== signature) return false;
    return this.#keys.some((key) => timingSafeEqual(given, signatureOf(key, uploadId)));
  }
}

const signatureOf = (key: Buffer, uploadId: string): Buffer => createHmac("sha256", key).update(uploadId).digest();
