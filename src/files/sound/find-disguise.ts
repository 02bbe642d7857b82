import { type SoundBytes, UnfitSound } from "./sound-bytes.js";

/** How far into a file, and from its end back, programs look for what they would run or show. */
const looked = 128 * 1024;
/** The end of a ZIP archive and the longest comment behind it. */
const zipReach = 22 + 65_535;

/** What browsers and web servers take for a page or a program when they meet it. */
const page =
  /<(?:!doctype\s+html|html|head|body|script|iframe|object|embed|style|title|form|table|svg|img|meta|link|base)[\s>/]|<\?(?:php|xml)|javascript:/i;

const others: readonly (readonly [at: number, text: string, what: string])[] = [
  [257, "ustar", "a tar archive"],
  [32_769, "CD001", "a disk image"],
  [34_817, "CD001", "a disk image"],
  [36_865, "CD001", "a disk image"],
];

/** Refuses sound that something else would take for something else: bytes with two meanings are nobody's recording. */
export const refuseDisguise = async (bytes: SoundBytes): Promise<void> => {
  const head = await bytes.some(0, looked);
  if (head.subarray(0, 1_024).includes("%PDF-")) throw both("a PDF");
  for (const [at, text, what] of others) if (head.toString("latin1", at, at + text.length) === text) throw both(what);
  const tail = await bytes.some(Math.max(0, bytes.size - looked), looked);
  for (const part of [head, tail]) if (page.test(part.toString("latin1"))) throw both("a web page or a script");
  if (endsAsZip(tail.subarray(Math.max(0, tail.length - zipReach)))) throw both("a ZIP archive");
  if (tail.subarray(-1_024).includes("%%EOF")) throw both("a PDF");
};

const both = (what: string) => new UnfitSound(`It is sound and ${what} at once.`);

/** Whether programs that read ZIP archives from their end would find one, behind which there is nothing but its comment. */
const endsAsZip = (tail: Buffer): boolean => {
  for (let at = tail.indexOf("PK\x05\x06"); at !== -1; at = tail.indexOf("PK\x05\x06", at + 1)) {
    const rest = tail.length - at;
    // Lenient readers do not count the comment, so neither does this: four right bytes and a directory that fits are enough.
    if (rest >= 22 && tail.readUInt16LE(at + 4) === 0 && tail.readUInt16LE(at + 6) === 0) return true;
  }
  return false;
};
