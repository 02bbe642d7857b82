import type { Clock } from "#src/platform/clock.js";
import { isGitHub, type OAuthClient } from "#src/platform/oauth-settings.js";
import type { OAuthProvider } from "./oauth-provider.js";

/** The issuers of the settings, in their order. None is asked anything before somebody signs in by it. */
export const configuredOAuthProviders = async (
  clients: readonly OAuthClient[],
  clock: Clock,
): Promise<OAuthProvider[]> => {
  if (clients.length === 0) return [];
  const [{ githubProvider }, { oidcProvider }] = await Promise.all([
    import("./github-provider.js"),
    import("./oidc-provider.js"),
  ]);
  return clients.map((client) => (isGitHub(client.name) ? githubProvider(client) : oidcProvider(client, clock)));
};
