import type { IncomingHttpHeaders } from "node:http";
import type { ByteRange } from "#src/platform/storage/object-store.js";

/**
 * The one range of so many bytes that is asked for (RFC 9110, 14.2); nothing for all of them, which is also the answer to
 * several ranges, to what is no range, and to one of another version. `unsatisfiable` when it begins behind the end.
 */
export const rangeOf = (
  { range, "if-range": ifRange }: IncomingHttpHeaders,
  size: number,
  etag: string,
): ByteRange | "unsatisfiable" | undefined => {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range?.replaceAll(/[ \t]/g, "") ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return "unsatisfiable";
  return { start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
};
