/** One journey to an issuer and back. */
export interface Journey {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636), always with S256. */
  readonly codeVerifier: string;
}

/** Who somebody is to an issuer, and the tokens that it gave for them. */
export interface ProvenIdentity {
  readonly issuer: string;
  /** The issuer's own id of the person: the one thing that never changes. */
  readonly subject: string;
  readonly email: string | undefined;
  /** True only when the issuer says that the address belongs to the person. */
  readonly emailVerified: boolean;
  readonly name: string | undefined;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Seconds that the access token lives, where the issuer tells it. */
  readonly expiresIn: number | undefined;
}

/** An issuer whose users may sign in. Its methods throw what its client library throws: `toSignInError` reads it. */
export interface OAuthProvider {
  readonly name: string;
  readonly label: string;
  /** Where to send the person. */
  authorizationUrl(journey: Journey): Promise<URL>;
  /** Exchanges the code of a callback, with all checks of it and of what comes back. */
  redeem(callback: URL, journey: Journey): Promise<ProvenIdentity>;
}

/** Seconds that one request to an issuer may take. */
export const requestTimeoutSeconds = 10;
