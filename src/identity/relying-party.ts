import { isIP } from "node:net";
import { DomainError } from "#src/platform/errors.js";

/** For whom passkeys are made, and which pages may ask for them (WebAuthn level 3, section 5.1.2). */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** The host of the public address. Passkeys need a name, so on this machine an address counts as `localhost`. */
export const relyingPartyOf = (publicUrl: string): RelyingParty => {
  const { hostname, protocol, port, origin } = new URL(publicUrl);
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 0) return { id: hostname, origin };
  if (address !== "::1" && !address.startsWith("127."))
    throw new DomainError("CONFLICT", "Passkeys need a host name: PUBLIC_URL names an IP address.");
  return { id: "localhost", origin: `${protocol}//localhost${port === "" ? "" : `:${port}`}` };
};
