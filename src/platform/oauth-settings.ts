import { isIP } from "node:net";
import { z } from "zod";

/** An issuer whose users may sign in, as the settings describe it. */
export interface OAuthClient {
  /** How the API and the settings call it, such as `google`. */
  readonly name: string;
  /** How people know it, such as `Google`. */
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  /** A client without one proves itself by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces. */
  readonly scopes: string;
}

const isLoopback = (host: string) =>
  host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));

/** True for what may carry secrets: https, or http that does not leave the machine. */
const isSafeUrl = (url: URL) => url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));

const isIssuer = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && isSafeUrl(url) && url.search === "" && url.hash === "" && url.username === "";
};

/** The settings of each issuer. Their full names are `ATRIUM_OAUTH_<NAME>_…`, with a name of ATRIUM_OAUTH_PROVIDERS. */
export const oauthSettings = z.object({
  ISSUER: z
    .string()
    .refine(isIssuer, { error: "must be an https address without query, or http on this machine" })
    .optional()
    .describe(
      "Address of the issuer, as its discovery document tells it. Known for google, github and microsoft; another one for github is that of a GitHub Enterprise server, for microsoft that of one tenant.",
    ),
  CLIENT_ID: z.string().min(1).describe("How the issuer knows this installation."),
  CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe("Secret of the client. Without one it is a public client, which github does not allow."),
  SCOPES: z
    .string()
    .min(1)
    .optional()
    .describe("What is asked for, separated by spaces. Default `openid email profile`; github `read:user user:email`."),
  LABEL: z.string().min(1).max(100).optional().describe("Name for people. Default: the name."),
});

const presets: Readonly<Record<string, { readonly label: string; readonly issuer: string; readonly scopes: string }>> =
  {
    google: { label: "Google", issuer: "https://accounts.google.com", scopes: "openid email profile" },
    github: { label: "GitHub", issuer: "https://github.com", scopes: "read:user user:email" },
    microsoft: {
      label: "Microsoft",
      issuer: "https://login.microsoftonline.com/common/v2.0",
      scopes: "openid email profile",
    },
  };

/** The one issuer that is plain OAuth 2.0 without OpenID Connect. */
export const isGitHub = (name: string): boolean => name === "github";

/** A name of an issuer: it stands in names of settings, in addresses and in the API. */
export const oauthName = (text: string): string | undefined => (/^[a-z][a-z0-9]{0,31}$/.test(text) ? text : undefined);

/** Where issuers may send people back to: exact, but for `{provider}`, which stands for the issuer's name. */
export const redirectUri = (text: string): string | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || text.includes("?") || text.includes("#") || url.username !== "") return undefined;
  // An app's own scheme is a domain backwards (RFC 8252, section 7.1).
  return isSafeUrl(url) || /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(url.protocol) ? text : undefined;
};

interface Problem {
  readonly setting: string;
  readonly message: string;
}

interface OAuthEnvironment {
  readonly clients: readonly OAuthClient[];
  readonly problems: readonly Problem[];
  /** True for a variable that was read here. */
  readonly knows: (variable: string) => boolean;
}

/** The issuers that ATRIUM_OAUTH_PROVIDERS names, each from its own variables. */
export const readOAuthClients = (
  names: readonly string[],
  redirectUris: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): OAuthEnvironment => {
  const problems: Problem[] = [];
  const known = new Set<string>();
  const clients = names.flatMap((name) => {
    const variable = (key: string) => `ATRIUM_OAUTH_${name.toUpperCase()}_${key}`;
    const keys = Object.keys(oauthSettings.shape);
    for (const key of keys) known.add(variable(key));
    const parsed = oauthSettings.safeParse(Object.fromEntries(keys.map((key) => [key, given[variable(key)]])));
    for (const { path, message } of parsed.error?.issues ?? []) {
      const setting = variable(String(path[0]));
      const missing = given[setting] === undefined;
      problems.push({
        setting,
        message: missing ? `is missing, and ATRIUM_OAUTH_PROVIDERS names ${name}.` : `${message}.`,
      });
    }
    if (!parsed.success) return [];
    const preset = presets[name];
    const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPES, LABEL } = parsed.data;
    const issuer = ISSUER ?? preset?.issuer;
    const scopes = SCOPES ?? preset?.scopes ?? "openid email profile";
    const missing = (key: string) =>
      problems.push({ setting: variable(key), message: `is missing, and ATRIUM_OAUTH_PROVIDERS names ${name}.` });
    if (issuer === undefined) missing("ISSUER");
    if (isGitHub(name) && CLIENT_SECRET === undefined) missing("CLIENT_SECRET");
    if (!isGitHub(name) && !scopes.split(" ").includes("openid"))
      problems.push({ setting: variable("SCOPES"), message: "must have the scope openid." });
    if (issuer === undefined) return [];
    const label = LABEL ?? preset?.label ?? name;
    return [{ name, label, issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, scopes }];
  });
  if (names.length > 0 && redirectUris.length === 0) {
    problems.push({
      setting: "ATRIUM_OAUTH_REDIRECT_URIS",
      message: "is missing, and ATRIUM_OAUTH_PROVIDERS needs it: where issuers may send people back to.",
    });
  }
  if (names.length > 1 && redirectUris.some((uri) => !uri.includes("{provider}"))) {
    problems.push({
      setting: "ATRIUM_OAUTH_REDIRECT_URIS",
      message: "must have {provider} in each address: with several issuers each needs one of its own.",
    });
  }
  return { clients, problems, knows: (variable) => known.has(variable) };
};
