import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** An issuer that answers as a test tells it: what a real one never does, and GitHub's plain OAuth 2.0. */
export interface RogueIssuer {
  readonly url: string;
  /** Requests to the token endpoint, as forms. */
  readonly redeemed: URLSearchParams[];
  /** What the next id token says beside what it should. */
  claims: JWTPayload;
  /** Makes the id token; signed as it should be when left out. */
  sign: ((claims: JWTPayload) => Promise<string>) | undefined;
  /** Status of every answer; 0 breaks the connection, and -1 never answers. */
  status: number;
  /** What GitHub says of the person. */
  user: { id: number; login: string };
  emails: { email: string; primary: boolean; verified: boolean }[];
  /** Sends the browser back without asking anybody. `code` is what PKCE's challenge must fit. */
  visit(authorizationUrl: string, more?: Record<string, string>): string;
  close(): Promise<void>;
}

export const startRogueIssuer = async (clientId: string): Promise<RogueIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: "RS256", use: "sig", kid: "key" }] };
  const journeys = new Map<string, { nonce: string; challenge: string }>();
  let visits = 0;

  const idToken = async (nonce: string) => {
    const now = Math.floor(Date.now() / 1000);
    const said = { iss: rogue.url, sub: "somebody", aud: clientId, iat: now, exp: now + 60, nonce, ...rogue.claims };
    if (rogue.sign !== undefined) return rogue.sign(said);
    return new SignJWT(said).setProtectedHeader({ alg: "RS256", kid: "key" }).sign(privateKey);
  };

  const answer = async (path: string, body: string): Promise<object> => {
    if (path === "/.well-known/openid-configuration") {
      return {
        issuer: rogue.url,
        authorization_endpoint: `${rogue.url}/authorize`,
        token_endpoint: `${rogue.url}/token`,
        jwks_uri: `${rogue.url}/jwks`,
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      };
    }
    if (path === "/jwks") return jwks;
    if (path === "/api/v3/user") return rogue.user;
    if (path === "/api/v3/user/emails") return rogue.emails;
    const form = new URLSearchParams(body);
    rogue.redeemed.push(form);
    const journey = journeys.get(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (journey === undefined || journey.challenge !== challenge) return { error: "invalid_grant" };
    journeys.delete(form.get("code") ?? "");
    const tokens = { access_token: "an access token of the issuer", token_type: "bearer", expires_in: 60 };
    return path === "/token" ? { ...tokens, id_token: await idToken(journey.nonce) } : tokens;
  };

  const server = createServer(async (request, response) => {
    if (rogue.status === -1) return;
    if (rogue.status === 0) {
      request.socket.destroy();
      return;
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    const said = await answer(new URL(request.url ?? "", rogue.url).pathname, body);
    const status = "error" in said && rogue.status === 200 ? 400 : rogue.status;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rogue: RogueIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    redeemed: [],
    claims: {},
    sign: undefined,
    status: 200,
    user: { id: 1, login: "octocat" },
    emails: [],
    visit: (authorizationUrl, more = {}) => {
      const asked = new URL(authorizationUrl).searchParams;
      visits += 1;
      const code = `code-${visits}`;
      journeys.set(code, { nonce: asked.get("nonce") ?? "", challenge: asked.get("code_challenge") ?? "" });
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({ code, state: asked.get("state") ?? "", ...more }).toString();
      return back.href;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rogue;
};
