import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Flags of authenticator data (WebAuthn level 3, section 6.1). */
export const flags = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 };

type Cbor = number | string | Buffer | Map<Cbor, Cbor>;

/** As much of CBOR (RFC 8949) as an authenticator writes. */
const cbor = (value: Cbor): Buffer => {
  const head = (major: number, length: number): Buffer => {
    if (length < 24) return Buffer.from([(major << 5) | length]);
    if (length < 256) return Buffer.from([(major << 5) | 24, length]);
    return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  };
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, each]) => [cbor(key), cbor(each)])]);
};

const encode = (bytes: Buffer | string) => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest();

interface Asked {
  challenge: string;
  rp?: { id: string };
  rpId?: string;
  user?: { id: string };
}

/** What a dishonest browser or authenticator does otherwise. */
export interface Twist {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  flags?: number;
  counter?: number;
  userHandle?: string | null;
  credentialId?: string;
  /** Format and statement of an attestation, in place of none. */
  attestation?: [string, Map<Cbor, Cbor>];
  /** Changes authenticator data after it was signed. */
  tamper?: (data: Buffer) => Buffer;
}

/** A passkey in software: ES256, resident, user verified by nobody, counting by one. */
export class Authenticator {
  readonly #key: KeyObject;
  readonly #publicKey: Buffer;
  readonly credentialId = encode(randomBytes(32));
  #userHandle = "";
  counter = 0;
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    // A COSE key: EC2, ES256, P-256.
    const pairs: [Cbor, Cbor][] = [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ];
    this.#publicKey = cbor(new Map(pairs));
  }

  /** `navigator.credentials.create(…).toJSON()` */
  make(asked: Asked, twist: Twist = {}) {
    this.#userHandle = asked.user?.id ?? "";
    const id = twist.credentialId ?? this.credentialId;
    const raw = Buffer.from(id, "base64url");
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([raw.length >> 8, raw.length & 255]),
      raw,
      this.#publicKey,
    ]);
    const data = this.#data(asked, flags.attested, attested, twist);
    const [format, statement] = twist.attestation ?? ["none", new Map<Cbor, Cbor>()];
    const attestation: [Cbor, Cbor][] = [
      ["fmt", format],
      ["attStmt", statement],
      ["authData", twist.tamper?.(data) ?? data],
    ];
    return {
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData("webauthn.create", asked, twist),
        attestationObject: encode(cbor(new Map(attestation))),
        transports: ["internal"],
      },
    };
  }

  /** `navigator.credentials.get(…).toJSON()` */
  sign(asked: Asked, twist: Twist = {}) {
    this.counter += 1;
    const id = twist.credentialId ?? this.credentialId;
    const data = this.#data(asked, 0, Buffer.alloc(0), twist);
    const clientDataJSON = this.#clientData("webauthn.get", asked, twist);
    const signed = Buffer.concat([data, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    return {
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData: encode(twist.tamper?.(data) ?? data),
        signature: encode(sign("sha256", signed, this.#key)),
        userHandle: twist.userHandle === undefined ? this.#userHandle : twist.userHandle,
      },
    };
  }

  #data(asked: Asked, more: number, rest: Buffer, twist: Twist): Buffer {
    const rpId = twist.rpId ?? asked.rp?.id ?? asked.rpId ?? "";
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(twist.counter ?? this.counter);
    const set = (twist.flags ?? flags.userPresent | flags.userVerified) | more;
    return Buffer.concat([sha256(rpId), Buffer.from([set]), counter, rest]);
  }

  #clientData(type: string, { challenge }: Asked, twist: Twist): string {
    return encode(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? this.origin,
        crossOrigin: twist.crossOrigin ?? false,
        ...(twist.topOrigin === undefined ? {} : { topOrigin: twist.topOrigin }),
      }),
    );
  }
}
