import { createHash, createHmac, randomBytes } from "node:crypto";
import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { badInput, unauthenticated } from "#src/platform/errors.js";
import type { Keys } from "#src/platform/keys.js";
import type { Logger } from "#src/platform/logger.js";
import type { Caller, Origin } from "./caller.js";
import { attemptMs, OauthAttempt } from "./oauth-attempt.js";
import { type LinkOAuthInput, OAuthStart, type StartOAuthInput } from "./oauth-inputs.js";
import type { Journey, OAuthProvider, ProvenIdentity } from "./oauth-provider.js";
import { nobody } from "./session-service.js";
import { failureCodes, issuerUnavailable, toSignInError } from "./to-sign-in-error.js";

interface Deps {
  readonly database: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: readonly OAuthProvider[];
  /** Addresses of the settings, with `{provider}` in place of a name. */
  readonly redirectUris: readonly string[];
}

/** A journey that came back, in the hands of the one client that may end it. */
export interface Returned {
  readonly attemptId: string;
  readonly provider: OAuthProvider;
  /** Who it was, when the issuer was asked before and only the second factor was missing. */
  readonly identityId: string | null;
  readonly redeem: () => Promise<ProvenIdentity>;
}

/** Journeys of people to an issuer and back (RFC 6749, section 4.1, as RFC 9700 wants it). */
export class OAuthJourneys {
  readonly #key: Buffer;
  readonly #providers: ReadonlyMap<string, OAuthProvider>;

  constructor(private readonly deps: Deps) {
    this.#key = deps.keys.derive("oauth-journey");
    this.#providers = new Map(deps.providers.map((provider) => [provider.name, provider]));
  }

  get providers(): readonly OAuthProvider[] {
    return this.deps.providers;
  }

  async start({ provider: name, redirectUri }: StartOAuthInput, origin: Origin, linking: Caller | null) {
    const provider = this.#providers.get(name);
    if (provider === undefined)
      throw badInput(`${JSON.stringify(name)} is no issuer of this server.`, "input.provider");
    const allowed = this.deps.redirectUris.map((uri) => uri.replaceAll("{provider}", name));
    if (!allowed.includes(redirectUri))
      throw badInput("This address is none of ATRIUM_OAUTH_REDIRECT_URIS.", "input.redirectUri");
    const [state, bindingSecret] = [secret(), secret()];
    const url = await this.#ask(provider, issuerUnavailable, () =>
      provider.authorizationUrl(this.#journey(redirectUri, state, bindingSecret)),
    );
    const expiresAt = new Date(this.deps.clock.now().getTime() + attemptMs);
    const actor = linking === null ? nobody(origin.requestId) : asSystem(linking);
    await this.deps.database.write(actor, async (change) => {
      change.create(OauthAttempt, {
        stateHash: hash(state),
        bindingHash: hash(bindingSecret),
        provider: name,
        redirectUri,
        linkingUserId: linking?.userId ?? null,
        expiresAt,
      });
      if (linking !== null)
        change.audit("user.began_oauth_link", { id: linking.userId }, { after: { provider: name } });
    });
    return Object.assign(new OAuthStart(), { authorizationUrl: url.href, state, bindingSecret, expiresAt });
  }

  /**
   * Takes the journey that a callback belongs to: of any number who bring it, one gets it. Throws UNAUTHENTICATED, the same
   * for a state that is unknown, used, expired, meant for something else, or brought by another client.
   */
  async claim(input: LinkOAuthInput, origin: Origin, linkingUserId: string | null): Promise<Returned> {
    if (this.deps.database.isRehearsing)
      throw badInput("The issuer cannot be asked to take back what it does: send this without `Dry-Run`.");
    const { callbackUrl, bindingSecret } = input;
    if (!URL.canParse(callbackUrl)) throw badInput("This is no address.", "input.callbackUrl");
    const callback = new URL(callbackUrl);
    const [state = "", ...more] = callback.searchParams.getAll("state");
    const attempt = more.length > 0 ? undefined : await this.#take({ state, bindingSecret, linkingUserId }, origin);
    const provider = this.#providers.get(attempt?.provider ?? "");
    // Each issuer has an address of its own: what comes back at another one's is of another one (RFC 9700, section 4.4).
    if (attempt === undefined || provider === undefined || callbackUrl.split(/[?#]/)[0] !== attempt.redirectUri)
      throw unauthenticated("This sign-in was not begun here, has ended, or took longer than 10 minutes. Start again.");
    const journey = this.#journey(attempt.redirectUri, state, bindingSecret);
    const redeem = () => this.#ask(provider, toSignInError, () => provider.redeem(callback, journey));
    return { attemptId: attempt.id, provider, identityId: attempt.identityId, redeem };
  }

  /** Keeps a journey for the same call with a code of the second factor. */
  async wait(change: Change, attemptId: string, identityId: string): Promise<void> {
    await change.sql(sql`update oauth_attempt set identity_id = ${identityId} where id = ${attemptId}`);
  }

  /** True for the one who ends it. */
  async end(change: Change, attemptId: string): Promise<boolean> {
    return (await change.sql(sql`delete from oauth_attempt where id = ${attemptId} returning id`)).length > 0;
  }

  #take(
    { state, bindingSecret, linkingUserId }: { state: string; bindingSecret: string; linkingUserId: string | null },
    origin: Origin,
  ): Promise<TakenAttempt | undefined> {
    return this.deps.database.write(nobody(origin.requestId), async (change) => {
      const [attempt] = await change.sql(sql<TakenAttempt>`
        update oauth_attempt set claimed_at = ${change.now}
        where state_hash = ${hash(state)} and binding_hash = ${hash(bindingSecret)} and expires_at > ${change.now}
          and linking_user_id is not distinct from ${linkingUserId}
          and (claimed_at is null or identity_id is not null)
        returning id, provider, redirect_uri as "redirectUri", identity_id as "identityId"`);
      return attempt;
    });
  }

  async #ask<T>(
    provider: OAuthProvider,
    toError: (cause: unknown, label: string) => Error,
    request: () => Promise<T>,
  ): Promise<T> {
    try {
      return await request();
    } catch (cause) {
      this.deps.logger.warn({ provider: provider.name, ...failureCodes(cause) }, "an issuer did not sign somebody in");
      throw toError(cause, provider.label);
    }
  }

  /** PKCE's verifier and the nonce follow from both secrets: the server alone cannot redeem what it began. */
  #journey(redirectUri: string, state: string, bindingSecret: string): Journey {
    const derive = (purpose: string) =>
      createHmac("sha256", this.#key).update([purpose, state, bindingSecret].join(" ")).digest("base64url");
    return { redirectUri, state, nonce: derive("nonce"), codeVerifier: derive("verifier") };
  }
}

interface TakenAttempt {
  readonly id: string;
  readonly provider: string;
  readonly redirectUri: string;
  readonly identityId: string | null;
}

const secret = () => randomBytes(32).toString("base64url");
const hash = (text: string) => createHash("sha256").update(text).digest("base64url");
