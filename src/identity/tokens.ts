import { createHash, createHmac, randomBytes } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import type { Clock } from "#src/platform/clock.js";
import type { Keys } from "#src/platform/keys.js";

/** Life of an access token, and how long a session lives without a refresh, in milliseconds. */
export const accessTokenMs = 15 * 60_000;
export const sessionIdleMs = 30 * 60_000;

const issuer = "atrium";
const algorithm = "EdDSA";

export interface AccessClaims {
  userId: string;
  sessionId: string;
}

/** Access tokens are signed JWTs; refresh tokens are random, and each next one follows from the last one by a key. */
export class Tokens {
  readonly #signing;
  readonly #rotation: Buffer;
  /** A signature is checked once; whether the token has expired, each time. */
  readonly #verified = new LRUCache<string, AccessClaims & { expiresAtMs: number }>({ max: 10_000 });

  constructor(
    keys: Keys,
    private readonly clock: Clock,
  ) {
    this.#signing = keys.signing("access-token");
    this.#rotation = keys.derive("refresh-token-rotation");
  }

  /** The same claims at the same time give the same token. */
  async signAccess({ userId, sessionId }: AccessClaims, issuedAt: Date): Promise<{ token: string; expiresAt: Date }> {
    const expiresAt = new Date(issuedAt.getTime() + accessTokenMs);
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: "at+jwt" })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(issuer)
      .setJti(createHash("sha256").update(`${sessionId}.${issuedAt.getTime()}`).digest("base64url").slice(0, 22))
      .setIssuedAt(Math.floor(issuedAt.getTime() / 1000))
      .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
      .sign(this.#signing.privateKey);
    return { token, expiresAt };
  }

  /** The claims of a token that is ours and has not expired; nothing for any other text. */
  async verifyAccess(token: string): Promise<AccessClaims | undefined> {
    const now = this.clock.now();
    const known = this.#verified.get(token);
    if (known !== undefined) return known.expiresAtMs > now.getTime() ? known : undefined;
    try {
      const { payload } = await jwtVerify(token, this.#signing.publicKey, {
        algorithms: [algorithm],
        issuer,
        audience: issuer,
        typ: "at+jwt",
        currentDate: now,
      });
      const { sub, sid, exp } = payload;
      if (typeof sub !== "string" || typeof sid !== "string" || exp === undefined) return undefined;
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
