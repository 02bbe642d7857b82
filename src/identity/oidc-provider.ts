import * as client from "openid-client";
import type { Clock } from "#src/platform/clock.js";
import type { OAuthClient } from "#src/platform/oauth-settings.js";
import { type Journey, type OAuthProvider, type ProvenIdentity, requestTimeoutSeconds } from "./oauth-provider.js";

/** How long a discovery document is believed, in milliseconds. */
const discoveredMs = 60 * 60_000;

/** Any OpenID Connect issuer, found by its discovery document when somebody first signs in by it. */
export const oidcProvider = (settings: OAuthClient, clock: Clock): OAuthProvider => {
  const { name, label, issuer, clientId, clientSecret, scopes } = settings;
  let known: { config: client.Configuration; at: number } | undefined;
  let asking: Promise<client.Configuration> | undefined;

  const discover = async (): Promise<client.Configuration> => {
    const server = new URL(issuer);
    const config = await client.discovery(server, clientId, undefined, clientAuth(clientSecret), {
      timeout: requestTimeoutSeconds,
      execute: [
        // The id token's signature is checked although it comes straight from the issuer over TLS.
        client.enableNonRepudiationChecks,
        ...(server.protocol === "http:" ? [client.allowInsecureRequests] : []),
      ],
    });
    known = { config, at: clock.now().getTime() };
    return config;
  };

  const configuration = (): Promise<client.Configuration> => {
    if (known !== undefined && Math.abs(clock.now().getTime() - known.at) < discoveredMs)
      return Promise.resolve(known.config);
    // All who come meanwhile wait for one answer; after a failure the next one asks again.
    asking ??= discover().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return {
    name,
    label,
    async authorizationUrl(journey) {
      return client.buildAuthorizationUrl(await configuration(), {
        ...(await authorizationParameters(journey, scopes)),
        nonce: journey.nonce,
      });
    },
    async redeem(callback, { state, nonce, codeVerifier }): Promise<ProvenIdentity> {
      const config = await configuration();
      const tokens = await client.authorizationCodeGrant(config, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new client.ClientError("the issuer gave no id token");
      const said: client.UserInfoResponse | client.IDToken =
        claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
          : claims;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: text(said.email),
        emailVerified: said.email_verified === true,
        name: text(said.name),
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
        expiresIn: tokens.expires_in,
      };
    },
  };
};

/** What every request to an issuer has, with OpenID Connect or without. */
export const authorizationParameters = async ({ redirectUri, state, codeVerifier }: Journey, scope: string) => ({
  redirect_uri: redirectUri,
  scope,
  state,
  code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
  code_challenge_method: "S256",
});

/** The method that the issuer supports; `client_secret_basic` is the standard's default. */
const clientAuth = (secret: string | undefined): client.ClientAuth => {
  if (secret === undefined) return client.None();
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (methods.includes("client_secret_basic") ? basic : post)(server, ...rest);
  };
};

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
