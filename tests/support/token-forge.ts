import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { App } from "#src/app.js";
import { SigningKey } from "#src/identity/signing-key.js";
import { placeOf } from "#src/platform/vault.js";
import type { TestDatabase } from "./test-database.js";

export type Claims = Record<string, unknown>;

export const base64url = (text: string | Buffer) => Buffer.from(text).toString("base64url");
export const partsOf = (token: string) => token.split(".") as [string, string, string];
export const claimsOf = (token: string) => JSON.parse(Buffer.from(partsOf(token)[1], "base64url").toString()) as Claims;
export const headerOf = (token: string) => JSON.parse(Buffer.from(partsOf(token)[0], "base64url").toString()) as Claims;

/** A token of these texts, signed by this key, whatever they say. */
export const forgeText = (header: string, claims: string, key: KeyObject): string => {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${base64url(sign(null, Buffer.from(input), key))}`;
};

export const forge = (header: unknown, claims: unknown, key: KeyObject) =>
  forgeText(JSON.stringify(header), JSON.stringify(claims), key);

/** The private key that the installation signs with: what an attacker must never have. */
export const stealSigningKey = async (app: App, database: TestDatabase) => {
  const [row] = await database.query<{ id: string; public_key: string; private_key: string }>(
    "select id, public_key, private_key from signing_key where is_active",
  );
  if (row === undefined) throw new Error("There is no signing key.");
  const place = placeOf(Object.assign(new SigningKey(), { id: row.id }), "privateKey");
  const d = await app.vault.open(row.private_key, place);
  const key = { kty: "OKP", crv: "Ed25519", x: row.public_key, d };
  return { kid: row.id, x: row.public_key, d, privateKey: createPrivateKey({ key, format: "jwk" }) };
};
