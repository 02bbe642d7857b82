import { isIPv6 } from "node:net";

/**
 * The network that an address counts as: an IPv4 address stands for itself, an IPv6 address for its /64, which is what one
 * subscriber gets at the least (RFC 6177), and within which addresses change at will (RFC 8981).
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  // As URLs write it, the address is in its one short form, with hexadecimal groups alone.
  const short = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [head = "", tail] = short.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...before, ...new Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after];
  // A mapped IPv4 address that was written in hexadecimal.
  if (groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff")
    return [groups[6], groups[7]].flatMap((group) => bytesOf(group ?? "0")).join(".");
  return `${groups.slice(0, 4).join(":")}::/64`;
};

const bytesOf = (group: string): number[] => {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
};
