import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export interface Account {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** A real OpenID Connect provider on loopback, and a browser for it. */
export interface Issuer {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who can sign in there, by their subject. */
  readonly accounts: Map<string, Account>;
  /** Opens an address that Atrium gave, signs in and agrees as `subject`; gives the address that the browser is sent back to. */
  visit(authorizationUrl: string, subject: string): Promise<string>;
  /** The same, but the person says no. */
  decline(authorizationUrl: string): Promise<string>;
  close(): Promise<void>;
}

interface Options {
  redirectUris: string[];
  /** Addresses in the id token itself, and not only at the userinfo endpoint. */
  claimsInIdToken?: boolean;
  clientAuth?: "client_secret_basic" | "client_secret_post" | "none";
}

export const startIssuer = async ({
  redirectUris,
  claimsInIdToken = false,
  clientAuth = "client_secret_basic",
}: Options): Promise<Issuer> => {
  const accounts = new Map<string, Account>();
  const [clientId, clientSecret] = ["atrium", randomBytes(24).toString("base64url")];
  let answer: ReturnType<Provider["callback"]> = () => {};
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = quietly(
    () =>
      new Provider(url, {
        clients: [
          {
            client_id: clientId,
            redirect_uris: redirectUris,
            token_endpoint_auth_method: clientAuth,
            ...(clientAuth === "none" ? {} : { client_secret: clientSecret }),
            // An app's own scheme is for native applications.
            ...(redirectUris.every((uri) => uri.startsWith("https:")) ? {} : { application_type: "native" }),
          },
        ],
        clientAuthMethods: [clientAuth],
        pkce: { required: () => true },
        conformIdTokenClaims: !claimsInIdToken,
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
        findAccount: (_context: unknown, sub: string) => ({
          accountId: sub,
          claims: () => ({ sub, ...accounts.get(sub) }),
        }),
        cookies: { keys: [randomBytes(16).toString("hex")] },
        jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "key" }] },
        ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      }),
  );
  answer = provider.callback();

  const browse = async (authorizationUrl: string, act: (page: string, prompt: string) => [string, RequestInit]) => {
    const cookies = new Map<string, string>();
    let address = authorizationUrl;
    let request: RequestInit = {};
    for (let step = 0; step < 20; step += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { ...(request.headers as Record<string, string> | undefined), cookie };
      const response = await fetch(address, { ...request, headers, redirect: "manual" });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location !== null) {
        if (redirectUris.some((uri) => location.startsWith(uri))) return location;
        address = new URL(location, address).href;
        request = {};
        continue;
      }
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (prompt === undefined) throw new Error(`The issuer answers ${response.status}: ${page.slice(-300)}`);
      [address, request] = act(address, prompt);
    }
    throw new Error("The issuer goes round in circles.");
  };

  return {
    url,
    clientId,
    clientSecret,
    accounts,
    visit: (authorizationUrl, subject) =>
      browse(authorizationUrl, (page, prompt) => [
        page,
        { method: "POST", body: new URLSearchParams({ prompt, login: subject, password: "anything" }) },
      ]),
    decline: (authorizationUrl) => browse(authorizationUrl, (page) => [`${page}/abort`, {}]),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** It warns of its store in memory and its simple pages, which are what a test wants. */
const quietly = <T>(make: () => T): T => {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
};
