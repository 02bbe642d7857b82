import * as client from "openid-client";
import { z } from "zod";
import type { OAuthClient } from "#src/platform/oauth-settings.js";
import { type OAuthProvider, type ProvenIdentity, requestTimeoutSeconds } from "./oauth-provider.js";
import { authorizationParameters } from "./oidc-provider.js";

const userAnswer = z.object({ id: z.number().int(), login: z.string() });
const emailsAnswer = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** GitHub, or a GitHub Enterprise server: OAuth 2.0 without OpenID Connect, so its API says who somebody is. */
export const githubProvider = ({ name, label, issuer, clientId, clientSecret, scopes }: OAuthClient): OAuthProvider => {
  const base = issuer.replace(/\/$/, "");
  const api = base === "https://github.com" ? "https://api.github.com" : `${base}/api/v3`;
  // What it calls itself in `iss` of its answers (RFC 9207).
  const self = `${base}/login/oauth`;
  const config = new client.Configuration(
    { issuer: self, authorization_endpoint: `${self}/authorize`, token_endpoint: `${self}/access_token` },
    clientId,
    undefined,
    client.ClientSecretPost(clientSecret),
  );
  config.timeout = requestTimeoutSeconds;
  if (base.startsWith("http:")) client.allowInsecureRequests(config);

  const ask = async <T>(path: string, token: string, answer: z.ZodType<T>): Promise<T> => {
    const headers = new Headers({ accept: "application/vnd.github+json", "user-agent": "atrium" });
    const response = await client.fetchProtectedResource(config, token, new URL(api + path), "GET", null, headers);
    const parsed = response.ok ? answer.safeParse(await response.json()) : undefined;
    if (!parsed?.success) throw new client.ClientError(`GET ${path} was answered with status ${response.status}`);
    return parsed.data;
  };

  return {
    name,
    label,
    authorizationUrl: async (journey) =>
      client.buildAuthorizationUrl(config, await authorizationParameters(journey, scopes)),
    async redeem(callback, { state, codeVerifier }): Promise<ProvenIdentity> {
      const checks = { expectedState: state, pkceCodeVerifier: codeVerifier };
      const tokens = await client.authorizationCodeGrant(config, callback, checks);
      const user = await ask("/user", tokens.access_token, userAnswer);
      // The profile's address is what its owner typed; only this list says what was confirmed.
      const emails = await ask("/user/emails", tokens.access_token, emailsAnswer);
      const email = emails.find(({ primary }) => primary);
      return {
        issuer: base,
        // Names can be given up and taken by others; numbers can't.
        subject: String(user.id),
        email: email?.email,
        emailVerified: email?.verified ?? false,
        name: user.login,
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
        expiresIn: tokens.expires_in,
      };
    },
  };
};
