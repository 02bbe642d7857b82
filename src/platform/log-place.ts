import { badInput } from "./errors.js";

/** One number that orders like (`xid`, `position`), each of 64 bits: transactions in the order of their ids, and within one. */
export const placeOf = (xid: string, position: string): bigint => (BigInt(xid) << 64n) | BigInt(position);
export const xidOf = (place: bigint) => String(place >> 64n);
export const positionOf = (place: bigint) => String(BigInt.asUintN(64, place));

export const encodePlace = (place: bigint) => Buffer.from(`${xidOf(place)}.${positionOf(place)}`).toString("base64url");

/** The place behind a cursor of these things. */
export const decodePlace = (cursor: string, of: string): bigint => {
  const [, xid, position] = /^(\d{1,19})\.(\d{1,19})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (xid === undefined || position === undefined) {
    throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of ${of}.`, "after");
  }
  return placeOf(xid, position);
};
