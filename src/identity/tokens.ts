import { createHash, createHmac, randomBytes } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import type { Clock } from "#src/platform/clock.js";
import { isId } from "#src/platform/ids.js";
import type { Keys } from "#src/platform/keys.js";
import type { SigningKeys } from "./signing-keys.js";

/** Life of an access token, and how long a session lives without a refresh, in milliseconds. */
export const accessTokenMs = 15 * 60_000;
export const sessionIdleMs = 30 * 60_000;

const algorithm = "EdDSA";
const type = "at+jwt";
/** How far the clocks of two of our machines may be apart, in milliseconds. */
const skewMs = 60_000;
/** No token of ours is longer, in characters. */
const maxLength = 2_048;

export interface AccessClaims {
  userId: string;
  sessionId: string;
}

interface Deps {
  readonly keys: Keys;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  /** Who issues access tokens, and whom they are for. */
  readonly issuer: string;
}

/**
 * Access tokens are signed JWTs (RFC 9068, RFC 8725); refresh tokens are random, and each next one follows from the last
 * one by a key.
 */
export class Tokens {
  readonly #rotation: Buffer;
  /** A signature is checked once; whether the token has expired, each time. */
  readonly #verified = new LRUCache<string, AccessClaims & { expiresAtMs: number }>({ max: 10_000 });

  constructor(private readonly deps: Deps) {
    this.#rotation = deps.keys.derive("refresh-token-rotation");
  }

  /** The same claims at the same time give the same token. */
  async signAccess({ userId, sessionId }: AccessClaims, issuedAt: Date): Promise<{ token: string; expiresAt: Date }> {
    const { signingKeys, issuer } = this.deps;
    const { id, privateKey } = await signingKeys.signer();
    const expiresAt = new Date(issuedAt.getTime() + accessTokenMs);
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(issuer)
      .setJti(createHash("sha256").update(`${sessionId}.${issuedAt.getTime()}`).digest("base64url").slice(0, 22))
      .setIssuedAt(Math.floor(issuedAt.getTime() / 1000))
      .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
      .sign(privateKey);
    return { token, expiresAt };
  }

  /** The claims of a token that is ours and has not expired; nothing for any other text. */
  async verifyAccess(token: string): Promise<AccessClaims | undefined> {
    const now = this.deps.clock.now();
    const known = this.#verified.get(token);
    if (known !== undefined) return known.expiresAtMs > now.getTime() ? known : undefined;
    const kid = keyOf(token);
    const key = kid === undefined ? undefined : await this.deps.signingKeys.verifier(kid);
    if (key === undefined) return undefined;
    const { issuer } = this.deps;
    try {
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: [algorithm],
        issuer,
        audience: issuer,
        typ: type,
        currentDate: now,
        requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
      });
      const { sub, sid, jti, exp = 0, iat = 0 } = payload;
      if (typeof sub !== "string" || typeof sid !== "string" || typeof jti !== "string") return undefined;
      if (exp - iat > accessTokenMs / 1000 || iat * 1000 > now.getTime() + skewMs) return undefined;
      const claims = { userId: sub, sessionId: sid, expiresAtMs: exp * 1000 };
      this.#verified.set(token, claims);
      return claims;
    } catch {
      return undefined;
    }
  }

  newRefresh(): string {
    return `atr_${randomBytes(32).toString("base64url")}`;
  }

  /** The token that follows: all who hold the last one within the grace period get the same next one. */
  nextRefresh(token: string): string {
    return `atr_${createHmac("sha256", this.#rotation).update(token).digest("base64url")}`;
  }

  hash(token: string): string {
    return createHash("sha256").update(token).digest("base64url");
  }
}

const headerOf = (kid: string) => base64url(JSON.stringify({ alg: algorithm, typ: type, kid }));

/**
 * The `kid` of a token in the one form in which we write them: three parts in canonical base64url, a header of just these
 * three members, claims without a duplicate. There is nothing for the parser to be lenient about, and no key, algorithm or
 * address that a token could bring along is ever looked at.
 */
const keyOf = (token: string): string | undefined => {
  if (token.length > maxLength) return undefined;
  const [header, claims, signature, ...more] = token.split(".");
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  if (![header, claims, signature].every(isCanonical)) return undefined;
  const kid = (parse(header) as { kid?: unknown } | undefined)?.kid;
  if (typeof kid !== "string" || !isId(kid, "signing_key") || header !== headerOf(kid)) return undefined;
  const parsed = parse(claims);
  return parsed !== undefined && base64url(JSON.stringify(parsed)) === claims ? kid : undefined;
};

const base64url = (text: string) => Buffer.from(text).toString("base64url");
const isCanonical = (part: string) => Buffer.from(part, "base64url").toString("base64url") === part;

const parse = (part: string): unknown => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};
