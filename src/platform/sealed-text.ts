import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Bytes of the nonce and of the tag of AES-256-GCM (NIST SP 800-38D), which stand before the sealed text. */
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts a text for a place: moved to any other place, or changed, it does not open any more. `key` has 32 bytes. */
export const seal = (key: Buffer, text: string, place: string): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
};

/** Throws when it was not sealed with this key for this place. */
export const unseal = (key: Buffer, sealed: Buffer, place: string): string => {
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString("utf8");
};
