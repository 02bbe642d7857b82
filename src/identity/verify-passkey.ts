import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { RelyingParty } from "./relying-party.js";

/** The library takes memory that a server without passkeys does not need. */
const library = () => import("@simplewebauthn/server");
const helpers = () => import("@simplewebauthn/server/helpers");

export interface MadePasskey {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly isBackedUp: boolean;
}

/** What a passkey that was just made says of itself; nothing when it is not what was asked for. */
export const verifyMade = async (
  response: RegistrationResponseJSON,
  challenge: string,
  { id, origin }: RelyingParty,
): Promise<MadePasskey | undefined> => {
  try {
    if (!(await isUnattested(response))) return undefined;
    const { verifyRegistrationResponse } = await library();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
    });
    if (!verified) return undefined;
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      isBackedUp: credentialBackedUp,
    };
  } catch {
    return undefined;
  }
};

/**
 * No vendor's word was asked for, so browsers send none. Whoever sends one all the same would have the server follow the
 * addresses in its certificates.
 */
const isUnattested = async ({ response }: RegistrationResponseJSON): Promise<boolean> => {
  const { decodeAttestationObject, isoBase64URL } = await helpers();
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
  const format = attestation.get("fmt");
  return format === "none" || (format === "packed" && attestation.get("attStmt").get("x5c") === undefined);
};

interface KnownPasskey {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: string;
}

/** What a passkey's signature proves; nothing when it proves nothing, or its counter went back: then there are two of it. */
export const verifySigned = async (
  response: AuthenticationResponseJSON,
  challenge: string,
  { id, origin }: RelyingParty,
  { credentialId, publicKey, counter }: KnownPasskey,
): Promise<{ counter: number; isBackedUp: boolean } | undefined> => {
  try {
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, "base64url")),
        counter: Number(counter),
      },
    });
    if (!verified) return undefined;
    return { counter: authenticationInfo.newCounter, isBackedUp: authenticationInfo.credentialBackedUp };
  } catch {
    return undefined;
  }
};
