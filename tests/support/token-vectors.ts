import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { newId } from "#src/platform/ids.js";
import { base64url, type Claims, claimsOf, forge, forgeText, headerOf, partsOf } from "./token-forge.js";

interface Given {
  /** A token that is valid now, and one of another person. */
  token: string;
  otherToken: string;
  refreshToken: string;
  key: { kid: string; x: string; privateKey: KeyObject };
  /** Seconds since 1970. */
  now: number;
}

export type Vector = readonly [name: string, token: string];

/** Order of the group of Ed25519 (RFC 8032, section 5.1). */
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Tokens of which each has one fault. Where it says nothing else, they are signed by the right key. */
export const tokenVectors = (given: Given): Vector[] => [
  ...algorithms(given),
  ...keys(given),
  ...headers(given),
  ...claims(given),
  ...encodings(given),
  ...signatures(given),
];

const without = (object: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));

const algorithms = ({ token, key }: Given): Vector[] => {
  const [header, body] = [headerOf(token), claimsOf(token)];
  const publicKey = createPublicKey(key.privateKey);
  const [, claimsPart, signature] = partsOf(token);
  const unsigned = (alg: string, end = "") => `${base64url(JSON.stringify({ ...header, alg }))}.${claimsPart}.${end}`;
  const mac = (alg: string, secret: string | Buffer) => {
    const input = `${base64url(JSON.stringify({ ...header, alg }))}.${claimsPart}`;
    const digest = createHmac(alg.replace("HS", "sha"), secret).update(input).digest("base64url");
    return `${input}.${digest}`;
  };
  const asymmetric = (alg: string, privateKey: KeyObject, hash: string | null) => {
    const input = `${base64url(JSON.stringify({ ...header, alg }))}.${claimsPart}`;
    const options = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
    return `${input}.${base64url(sign(hash, Buffer.from(input), options))}`;
  };
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return [
    ["alg none", unsigned("none")],
    ["alg None", unsigned("None")],
    ["alg NONE", unsigned("NONE")],
    ["alg none with the right signature", unsigned("none", signature)],
    ["alg empty", forge({ ...header, alg: "" }, body, key.privateKey)],
    ["alg missing", forge(without(header, "alg"), body, key.privateKey)],
    ["alg in lower case", forge({ ...header, alg: "eddsa" }, body, key.privateKey)],
    ["alg as a list", forge({ ...header, alg: ["EdDSA"] }, body, key.privateKey)],
    ["alg of another name for the same algorithm", forge({ ...header, alg: "Ed25519" }, body, key.privateKey)],
    ["HS256 with the public key's bytes", mac("HS256", Buffer.from(key.x, "base64url"))],
    ["HS256 with the public key's base64url", mac("HS256", key.x)],
    ["HS256 with the public key's PEM", mac("HS256", publicKey.export({ format: "pem", type: "spki" }))],
    ["HS256 with the public key's DER", mac("HS256", publicKey.export({ format: "der", type: "spki" }))],
    ["HS256 with the public key's JWK", mac("HS256", JSON.stringify(publicKey.export({ format: "jwk" })))],
    ["HS512 with the public key's PEM", mac("HS512", publicKey.export({ format: "pem", type: "spki" }))],
    ["HS256 with an empty key", mac("HS256", "")],
    ["HS256 with the kid", mac("HS256", key.kid)],
    ["RS256 under our kid", asymmetric("RS256", rsa, "sha256")],
    ["ES256 under our kid", asymmetric("ES256", ec, "sha256")],
    ["EdDSA by Ed448 under our kid", asymmetric("EdDSA", generateKeyPairSync("ed448").privateKey, null)],
  ];
};

const keys = ({ token, key }: Given): Vector[] => {
  const [header, body] = [headerOf(token), claimsOf(token)];
  const other = generateKeyPairSync("ed25519").privateKey;
  const jwk = createPublicKey(other).export({ format: "jwk" });
  const withKid = (kid: unknown) => forge({ ...header, kid }, body, key.privateKey);
  const brought = (more: Claims, privateKey = other): string => forge({ ...header, ...more }, body, privateKey);
  return [
    ["another key under our kid", forge(header, body, other)],
    ["another key under a kid of its own", forge({ ...header, kid: newId("signing_key") }, body, other)],
    ["the right key under a kid that does not exist", withKid(newId("signing_key"))],
    ["the right key without a kid", forge(without(header, "kid"), body, key.privateKey)],
    ["kid empty", withKid("")],
    ["kid null", withKid(null)],
    ["kid a number", withKid(1)],
    ["kid a list", withKid([key.kid])],
    ["kid an object", withKid({ toString: key.kid })],
    ["kid __proto__", withKid("__proto__")],
    ["kid constructor", withKid("constructor")],
    ["kid SQL", withKid("' or '1'='1")],
    ["kid SQL behind ours", withKid(`${key.kid}' or '1'='1' --`)],
    ["kid a path", withKid("../../../../dev/null")],
    ["kid an address", withKid("http://127.0.0.1/key")],
    ["kid a shell command", withKid("key|/usr/bin/id")],
    ["kid with a space", withKid(`${key.kid} `)],
    ["kid with NUL", withKid(`${key.kid}\0`)],
    ["kid in upper case", withKid(key.kid.toUpperCase())],
    ["kid of another table", withKid(key.kid.replace("signing_key", "data_key"))],
    ["an embedded jwk", brought({ jwk })],
    ["an embedded jwk in place of the kid", forge({ ...without(header, "kid"), jwk }, body, other)],
    ["an embedded jwk, though rightly signed", brought({ jwk }, key.privateKey)],
    ["a jku", brought({ jku: "http://127.0.0.1:1/jwks.json" })],
    ["a jku, though rightly signed", brought({ jku: "http://127.0.0.1:1/jwks.json" }, key.privateKey)],
    ["an x5u", brought({ x5u: "http://127.0.0.1:1/chain.pem" })],
    ["an x5c", brought({ x5c: [base64url(createPublicKey(other).export({ format: "der", type: "spki" }))] })],
    ["an x5t", brought({ x5t: base64url(randomBytes(20)) })],
  ];
};

const headers = ({ token, key }: Given): Vector[] => {
  const [header, body] = [headerOf(token), claimsOf(token)];
  const [headerText, bodyText] = [JSON.stringify(header), JSON.stringify(body)];
  const withHeader = (more: Claims) => forge({ ...header, ...more }, body, key.privateKey);
  return [
    ["crit of a known claim", withHeader({ crit: ["exp"], exp: 1 })],
    ["crit of something unknown", withHeader({ crit: ["urn:example"], "urn:example": true })],
    ["crit empty", withHeader({ crit: [] })],
    ["crit b64", withHeader({ crit: ["b64"], b64: false })],
    ["b64 true", withHeader({ b64: true })],
    ["zip", withHeader({ zip: "DEF" })],
    ["cty JWT", withHeader({ cty: "JWT" })],
    ["a header nobody knows", withHeader({ note: "harmless" })],
    ["typ missing", forge(without(header, "typ"), body, key.privateKey)],
    ["typ JWT", withHeader({ typ: "JWT" })],
    ["typ of a logout token", withHeader({ typ: "logout+jwt" })],
    ["typ with application/", withHeader({ typ: "application/at+jwt" })],
    ["typ null", withHeader({ typ: null })],
    ["alg twice, none first", forgeText(headerText.replace("{", '{"alg":"none",'), bodyText, key.privateKey)],
    ["alg twice, none last", forgeText(headerText.replace("}", ',"alg":"none"}'), bodyText, key.privateKey)],
    ["kid twice", forgeText(headerText.replace("{", '{"kid":"x",'), bodyText, key.privateKey)],
    ["a header with spaces", forgeText(headerText.replaceAll(",", ", "), bodyText, key.privateKey)],
    ["a header with a byte order mark", forgeText(`\ufeff${headerText}`, bodyText, key.privateKey)],
    [
      "a header with an escaped letter",
      forgeText(headerText.replace("EdDSA", "\\u0045dDSA"), bodyText, key.privateKey),
    ],
    ["a header in another order", forge(Object.fromEntries(Object.entries(header).reverse()), body, key.privateKey)],
    ["a header that is a list", forge([header], body, key.privateKey)],
    ["a header that is null", forge(null, body, key.privateKey)],
    ["a header that is no JSON", forgeText("EdDSA", bodyText, key.privateKey)],
  ];
};

const claims = ({ token, otherToken, key, now }: Given): Vector[] => {
  const [header, body, other] = [headerOf(token), claimsOf(token), claimsOf(otherToken)];
  const text = JSON.stringify(body);
  const withClaims = (more: Claims) => forge(header, { ...body, ...more }, key.privateKey);
  const lacking = ["sub", "sid", "jti", "iss", "aud", "iat", "exp"].map(
    (name): Vector => [`${name} missing`, forge(header, without(body, name), key.privateKey)],
  );
  return [
    ...lacking,
    ["aud of another service", withClaims({ aud: "https://other.example.com" })],
    ["aud a list of others", withClaims({ aud: ["other"] })],
    ["aud an empty list", withClaims({ aud: [] })],
    ["iss of another service", withClaims({ iss: "https://other.example.com" })],
    ["iss with a slash", withClaims({ iss: `${body.iss}/` })],
    ["iss a list", withClaims({ iss: [body.iss] })],
    ["exp in the past", withClaims({ exp: now - 1, iat: now - 900 })],
    ["exp now", withClaims({ exp: now, iat: now - 900 })],
    ["exp 0", withClaims({ exp: 0 })],
    ["exp a text", withClaims({ exp: String(body.exp) })],
    ["exp null", withClaims({ exp: null })],
    [
      "exp past all numbers",
      forgeText(JSON.stringify(header), text.replace(/"exp":\d+/, '"exp":1e999'), key.privateKey),
    ],
    ["exp in a year", withClaims({ exp: now + 31_536_000 })],
    ["nbf in the future", withClaims({ nbf: now + 120 })],
    ["nbf a text", withClaims({ nbf: "0" })],
    ["iat in the future", withClaims({ iat: now + 600, exp: now + 700 })],
    ["iat a text", withClaims({ iat: String(now) })],
    ["sub of somebody else", withClaims({ sub: other.sub })],
    ["sid of somebody else", withClaims({ sid: other.sid })],
    ["sub a list", withClaims({ sub: [body.sub] })],
    ["sid an object", withClaims({ sid: { id: body.sid } })],
    ["sid of nothing", withClaims({ sid: newId("session") })],
    ["jti a number", withClaims({ jti: 1 })],
    ["sub twice", forgeText(JSON.stringify(header), text.replace("{", `{"sub":"${other.sub}",`), key.privateKey)],
    ["exp twice", forgeText(JSON.stringify(header), text.replace("{", '{"exp":1,'), key.privateKey)],
    ["claims with spaces", forgeText(JSON.stringify(header), text.replaceAll(",", ", "), key.privateKey)],
    ["claims in a list", forge(header, [body], key.privateKey)],
    ["claims null", forge(header, null, key.privateKey)],
    ["claims as a text", forge(header, text, key.privateKey)],
    ["claims that are no JSON", forgeText(JSON.stringify(header), `${text}}`, key.privateKey)],
    ["12 KB of claims", withClaims({ note: "x".repeat(8_500) })],
  ];
};

const encodings = ({ token, otherToken, refreshToken, key }: Given): Vector[] => {
  const [header, body, signature] = partsOf(token);
  const [, otherBody, otherSignature] = partsOf(otherToken);
  const input = `${header}.${body}`;
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // 86 digits carry 516 bits of which a signature has 512: the last four are read by nobody.
  const spelled = (bits: number) =>
    `${input}.${signature.slice(0, -1)}${digits[(digits.indexOf(signature.at(-1) ?? "") & 48) | bits]}`;
  return [
    ["one letter less", token.slice(0, -1)],
    ["half a signature", token.slice(0, -43)],
    ["no signature", `${input}.`],
    ["two parts", input],
    ["one part", header],
    ["only dots", ".."],
    ["four parts", `${token}.`],
    [
      "five parts, a JWE",
      `${base64url('{"alg":"dir","enc":"A256GCM"}')}..${base64url(randomBytes(12))}.${body}.${base64url(randomBytes(16))}`,
    ],
    [
      "five parts, a JWE by ECDH-ES to our key",
      `${base64url(JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", kid: key.kid }))}..${signature}.${body}.${header}`,
    ],
    ["a JWS in JSON", JSON.stringify({ protected: header, payload: body, signature })],
    ["a signature with other last bits", spelled(1)],
    ["a signature with all last bits", spelled(15)],
    ["padding behind the signature", `${token}==`],
    ["padding behind the claims", `${header}.${body}=.${signature}`],
    ["a tilde behind", `${token}~`],
    ["a comma behind, with another token", `${token},${otherToken}`],
    ["percent encoding", token.replaceAll(".", "%2E")],
    ["a letter of plain base64", `${header}.${body}.${signature.slice(0, 40)}+${signature.slice(41)}`],
    ["a space inside", `${header}. ${body}.${signature}`],
    ["a tab inside", `${header}.${body}\t.${signature}`],
    ["claims of another token", `${header}.${otherBody}.${signature}`],
    ["signature of another token", `${input}.${otherSignature}`],
    ["claims and header changed places", `${body}.${header}.${signature}`],
    ["12 KB of dots", ".".repeat(12_000)],
    ["12 KB of letters", "A".repeat(12_000)],
    ["12 KB of header", `${base64url(JSON.stringify({ alg: "EdDSA", note: "x".repeat(8_500) }))}.${body}.${signature}`],
    ["a deep header", `${base64url('{"a":'.repeat(1_500))}.${body}.${signature}`],
    ["a refresh token", refreshToken],
    ["a kid", key.kid],
  ];
};

const signatures = ({ token, key }: Given): Vector[] => {
  const [header, body, signature] = partsOf(token);
  const bytes = Buffer.from(signature, "base64url");
  const signed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(bytes);
    change(copy);
    return `${header}.${body}.${base64url(copy)}`;
  };
  const littleEndian = (number: bigint) => Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse();
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`);
  const text = forge(headerOf(token), claimsOf(token), key.privateKey);
  return [
    ["S + L (malleability)", signed((copy) => littleEndian(s + groupOrder).copy(copy, 32))],
    ["L - S", signed((copy) => littleEndian(groupOrder - s).copy(copy, 32))],
    ["S = 0", signed((copy) => copy.fill(0, 32))],
    ["R = 0", signed((copy) => copy.fill(0, 0, 32))],
    ["R of the neutral point", signed((copy) => copy.fill(0, 0, 32).writeUInt8(1, 0))],
    ["R with its sign changed", signed((copy) => copy.writeUInt8(copy.readUInt8(31) ^ 128, 31))],
    ["S with its high bit set", signed((copy) => copy.writeUInt8(copy.readUInt8(63) | 128, 63))],
    ["all zeros", signed((copy) => copy.fill(0))],
    ["neutral point and S = 0", signed((copy) => copy.fill(0).writeUInt8(1, 0))],
    ["all ones", signed((copy) => copy.fill(255))],
    ["one bit flipped", signed((copy) => copy.writeUInt8(copy.readUInt8(10) ^ 1, 10))],
    ["one byte more", `${text.slice(0, text.lastIndexOf("."))}.${base64url(Buffer.concat([bytes, Buffer.of(0)]))}`],
    ["twice the signature", `${header}.${body}.${base64url(Buffer.concat([bytes, bytes]))}`],
    ["over the claims alone", `${header}.${body}.${base64url(sign(null, Buffer.from(body), key.privateKey))}`],
  ];
};
