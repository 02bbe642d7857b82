import { BlockList, isIP, isIPv6 } from "node:net";

/** The origin that a text names exactly, as browsers send it; undefined when it names more or less than that. */
export const originOf = (text: string): string | undefined =>
  URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text.replace(/\/$/, "")
    ? new URL(text).origin
    : undefined;

const proxyNames = ["loopback", "linklocal", "uniquelocal"];

/** An address, a range, or a name that Fastify knows for several. */
export const proxyOf = (text: string): string | undefined =>
  proxyNames.includes(text) || readRange(text) !== undefined ? text : undefined;

export interface AddressRanges {
  includes(address: string): boolean;
}

/** The addresses that these texts name; all when there is no text, undefined when one of them is none. */
export const addressRanges = (texts: readonly string[]): AddressRanges | undefined => {
  const ranges = new BlockList();
  for (const text of texts) {
    const range = readRange(text);
    if (range === undefined) return undefined;
    ranges.addSubnet(range.address, range.prefix, family(range.address));
  }
  // An IPv4 client of an IPv6 socket arrives as ::ffff:1.2.3.4, which BlockList knows.
  return {
    includes: (address) => texts.length === 0 || (isIP(address) !== 0 && ranges.check(address, family(address))),
  };
};

const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

const readRange = (text: string): { address: string; prefix: number } | undefined => {
  const [, address = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(address) === 0) return undefined;
  const longest = isIPv6(address) ? 128 : 32;
  const prefix = length === undefined ? longest : Number(length);
  return prefix <= longest ? { address, prefix } : undefined;
};
