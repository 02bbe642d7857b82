import { badInput } from "./errors.js";

const units = { W: 7 * 86_400_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 };
const pattern = /^P(?=.)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration such as `PT30M` or `P7D`. Years and months are refused: how long they are depends on
 * when they begin. Throws BAD_USER_INPUT at `field`, also beyond `most` milliseconds.
 */
export const parseDuration = (
  text: string,
  field: string,
  most: { readonly ms: number; readonly text: string },
): number => {
  const [, ...parts] = pattern.exec(text) ?? [];
  if (parts.length === 0) {
    throw badInput(`${JSON.stringify(text.slice(0, 40))} is not a duration of weeks to seconds, such as PT30M.`, field);
  }
  const ms = Object.values(units).reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0);
  if (ms > most.ms) throw badInput(`${text} is too long: it may be ${most.text} at most.`, field);
  return ms;
};
